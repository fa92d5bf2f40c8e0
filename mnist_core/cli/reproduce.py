"""The command `reproduce`."""

import argparse
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.say import report, say
from mnist_core.cli.search import carry_out_search
from mnist_core.cli.space import find_settings
from mnist_core.data.files.dialect import find_encoding
from mnist_core.data.kept import keep_dataset, open_dataset
from mnist_core.data.sample import SAMPLE_FINGERPRINT, SAMPLE_PATH
from mnist_core.ground.errors import DataError, DataFileError, LabError, RunStoppedError, say_reason
from mnist_core.ground.settings import Settings
from mnist_core.insight.report import HandIn, gather_facts, write_page
from mnist_core.insight.report.record import Record, RecordedRun, read_record
from mnist_core.insight.report.reproduced import Checked, Reproduction, compare_pages
from mnist_core.network.models import read_versions
from mnist_core.search.process import SearchProcess
from mnist_core.store import Database, add_search
from mnist_core.store.finishing import request_finish
from mnist_core.store.people.publishing import find_datasets_folder

if TYPE_CHECKING:
    from mnist_core.data.dataset import Dataset

_MOST_BYTES = 100_000_000  # of a report: hundreds of runs
_MOST_LETTERS = 80  # of a text that differs, in words; JSON has it whole


def add_reproduce_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `reproduce`."""
    command.add_argument("report", type=Path, metavar="REPORT", help="a report as HTML")
    words = "its data, where neither the lab keeps it nor it lies where the report's command says; "
    add_data_arguments(command, words, is_needed=False)


def run_reproduce(arguments: argparse.Namespace) -> None:
    """Do what a report tells again, and say number by number what is equal."""
    told = _read_report(arguments.report)
    record = read_record(told, arguments.report.name)
    found = _do_again(record, _find_all_data(record, arguments))
    compared = compare_pages(told, found)
    versions = _compare_versions(record)
    document = {
        "path": str(arguments.report),
        "runs": [run.id for run in record.runs],
        "is_equal": compared.is_equal,
        "n_numbers": len(compared.numbers),
        "n_equal": sum(one.is_equal for one in compared.numbers),
        "numbers": [{**asdict(one), "is_equal": one.is_equal} for one in compared.numbers],
        "pictures": [{"shows": alt, "is_equal": is_equal} for alt, is_equal in compared.pictures],
        "versions": versions,
    }
    say(document, _sum_up(compared, versions), arguments.json)


def _read_report(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise DataFileError(f"{path} is larger than any report: name a report as HTML.")
        # An editor may have saved it in another encoding; Windows' own is what is left.
        return content.decode(find_encoding(content) or "cp1252")
    except (OSError, UnicodeError) as error:
        reason = say_reason(error) if isinstance(error, OSError) else "it is no text"
        raise DataFileError(f"{path} cannot be read as a report ({reason}): name one as HTML.") from error


def _find_all_data(record: Record, arguments: argparse.Namespace) -> dict[str, "Dataset"]:
    """Find the data of all runs, by their fingerprints: what is named, kept, or lies where a command says.

    Raises
    ------
    DataError
        If it is other data, or there is none.
    """
    runs = {run.fingerprint: run for run in record.runs}  # one of each data set
    found: dict[str, Dataset] = {}
    if arguments.file:
        given = read_data(arguments)
        _check_fingerprint(given, runs)
        found[given.fingerprint] = given
    return {
        fingerprint: found.get(fingerprint) or _find_data(run, arguments.report.parent)
        for fingerprint, run in runs.items()
    }


def _check_fingerprint(found: "Dataset", runs: Mapping[str, RecordedRun]) -> None:
    if found.fingerprint not in runs:
        told = " and ".join(f"{run.data} with the fingerprint {run.fingerprint}" for run in runs.values())
        raise DataError(
            f"The report is of {told}, but {found.name} has {found.fingerprint}: name the file that it was "
            "made of, with the options of its command."
        )


def _find_data(run: RecordedRun, beside: Path) -> "Dataset":
    try:
        return open_dataset(run.fingerprint, find_datasets_folder(find_settings(), run.fingerprint))
    except DataError:
        read = _read_words(run, beside)
    try:
        found = read_data(read)
    except LabError as error:
        raise DataError(
            f"The report needs its data, {run.data}, which this lab does not keep: name the file behind the "
            f"report, as `reproduce report.html FILE`, or lay it beside the report. ({error})"
        ) from error
    _check_fingerprint(found, {run.fingerprint: run})
    return found


def _read_words(run: RecordedRun, beside: Path) -> argparse.Namespace:
    """Read the files and options of the command that a report gives; files may lie beside the report."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    add_data_arguments(parser, is_needed=False)
    try:
        words = shlex.split(run.command)
        words = words[words.index("train") + 1 : words.index("--hidden")]
        read, _ = parser.parse_known_args(words)
    except (ValueError, argparse.ArgumentError):
        read = argparse.Namespace(file=[])
    if not read.file:
        raise DataError(
            f"The report does not say what file {run.data} is: name it behind the report, as `reproduce "
            "report.html FILE`."
        )
    read.file = (
        [SAMPLE_PATH]
        if run.fingerprint == SAMPLE_FINGERPRINT
        else [
            beside / path.name if not path.exists() and (beside / path.name).exists() else path
            for path in read.file
        ]
    )
    return read


def _do_again(record: Record, data: dict[str, "Dataset"]) -> str:
    """Carry the runs out in a lab that is gone afterwards, and return their report's HTML."""
    with tempfile.TemporaryDirectory(prefix="reproduce-", ignore_cleanup_errors=True) as folder:
        settings = Settings(Path(folder), f"sqlite:///{folder}/lab.db")
        with closing(Database(settings.database)) as store:
            ids = {_search(run, data[run.fingerprint], store, settings): run.id for run in record.runs}
            for run in record.runs:
                if not run.has_data:
                    shutil.rmtree(settings.datasets_folder / run.fingerprint, ignore_errors=True)
            several = [gather_facts(store, run_id, settings) for run_id in ids]
        # Versions are what the report says of itself: its table is held against its record.
        several = [
            replace(one, model=replace(one.model, info=replace(one.model.info, versions=run.versions)))
            for one, run in zip(several, record.runs, strict=True)
        ]
        page = write_page(several, HandIn(figures=record.figures))
    for again, told in ids.items():
        page = page.replace(again, told)
    return page


def _search(run: RecordedRun, dataset: "Dataset", store: Database, settings: Settings) -> str:
    from mnist_core.search.check import check_plan  # noqa: PLC0415 - loads what trains

    kept = keep_dataset(replace(dataset, name=run.data), settings.datasets_folder)
    check_plan(run.plan, kept)
    report(f"does {run.id} again: {run.plan.n_fits} trainings")
    with SearchProcess.start_early(run.plan, settings) as process:
        run_id = add_search(store, run.plan, run.data, kept.fingerprint, run.name)
        if run.finished:
            request_finish(store, run_id, run.finished)
        try:
            carry_out_search(store, run_id, settings, process)
        except RunStoppedError as error:
            raise RunStoppedError("Stopped: nothing was compared, and nothing of it is kept.") from error
    return run_id


def _compare_versions(record: Record) -> list[dict[str, Any]]:
    here = read_versions()
    told = {name: number for run in record.runs for name, number in run.versions.items()}
    return [{"name": name, "told": number, "here": here.get(name)} for name, number in told.items()]


def _sum_up(compared: Reproduction, versions: list[dict[str, Any]]) -> str:
    n, differing = len(compared.numbers), [one for one in compared.numbers if not one.is_equal]
    equal = "All" if not differing else f"{n - len(differing):,} of"
    lines = [f"{equal} {n:,} numbers of the report come out equal."]
    lines += [f"  {_say(one)}" for one in differing]
    drawn = [alt for alt, is_equal in compared.pictures if not is_equal]
    lines += [f"  Another picture: {alt}" for alt in drawn]
    lines += [
        f"  {one['name']}: trained with {one['told']}, here {one['here'] or 'absent'}; that may tell"
        for one in versions
        if one["told"] != one["here"]
    ]
    return "\n".join(lines)


def _say(one: Checked) -> str:
    place = ", ".join(filter(None, (one.section, one.where)))
    if one.told is None:
        return f"{place}: the report lacks what comes: {_cut(one.found or '')}"
    if one.found is None:
        return f"{place}: the report says {_cut(one.told)}, which does not come"
    both = enumerate(zip(one.told, one.found, strict=False))
    differs = next((place for place, (letter, other) in both if letter != other), 0)
    begin = max(differs - _MOST_LETTERS // 2, 0)
    return f"{place}: the report says {_cut(one.told, begin)}, but {_cut(one.found, begin)} comes"


def _cut(text: str, begin: int = 0) -> str:
    """Cut what is too long for a line, as a paragraph may be, to what matters of it."""
    if len(text) <= _MOST_LETTERS:
        return text
    end = begin + _MOST_LETTERS
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
