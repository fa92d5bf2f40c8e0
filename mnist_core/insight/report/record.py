"""What a report says to programs: the plan of each run, its data, and the versions that trained it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

from mnist_core.ground.errors import LabError, RunError
from mnist_core.insight.report.hand_in import PAPER_FIGURES, HandIn
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.network.plan import SearchPlan
from mnist_core.store.finishing import list_to_finish

RECORD = "mnist-lab-report"
"""The name of the `meta` element that holds it."""

_END = 1000  # letters, in which a page ends, whatever a browser adds that saves it

_SCHEMA = 2
"""To be raised where a report tells a run in other words: an older one would not come out equal."""


@dataclass(frozen=True)
class RecordedRun:
    """A run as a report has it.

    Attributes
    ----------
    id, name : str
        Of the run.
    plan : SearchPlan
        What was searched.
    data, fingerprint : str
        The data set's name and fingerprint.
    command : str
        What trains the winner; it names the file, and what of it was overruled.
    versions : dict of str to str
        Of what trained it.
    has_data : bool
        Whether its own images were at hand when the report was written, to measure its fields on.
    finished : tuple of int
        The numbers of those that its race dropped, and that were trained to their end nevertheless.
    """

    id: str
    name: str
    plan: SearchPlan
    data: str
    fingerprint: str
    command: str
    versions: dict[str, str]
    has_data: bool
    finished: tuple[int, ...]


@dataclass(frozen=True)
class Record:
    """What a report says of itself to programs: its runs, and the figures that it shows."""

    runs: tuple[RecordedRun, ...]
    figures: tuple[str, ...] = PAPER_FIGURES


def write_record(several: Sequence[ReportFacts], handed: HandIn) -> str:
    """Write the record of some runs as JSON."""
    runs = [
        {
            "id": one.run.id,
            "name": one.run.name,
            "plan": forget_places(one.run.plan).values(),
            "data": one.model.info.data.name,
            "fingerprint": one.model.info.data.fingerprint,
            "command": one.model.info.command,
            "versions": one.model.info.versions,
            "has_data": one.trust is not None and one.trust.is_own,
            "finished": list_to_finish(one.run),
        }
        for one in several
    ]
    return json.dumps({"schema": _SCHEMA, "figures": list(handed.figures), "runs": runs})


def forget_places(plan: SearchPlan) -> SearchPlan:
    """Return a plan without what changes no result: where it ran, and how often it was kept."""
    usual = SearchPlan()
    return replace(
        plan, workers=usual.workers, cluster=None, out=None, checkpoint_s=usual.checkpoint_s, drawn=()
    )


def read_record(page: str, name: str) -> Record:
    """Read the record in a report's HTML.

    Parameters
    ----------
    page : str
        The HTML.
    name : str
        Of the file, for messages.

    Raises
    ------
    RunError
        If it has none, or one that cannot be understood.
    """
    finder = _Finder()
    finder.feed(page)
    if not finder.content:
        raise RunError(
            f"{name} holds no record of its runs, as reports of the lab do: name a report as HTML, or write "
            "it again if an earlier version wrote it."
        )
    if "</html>" not in page[-_END:].lower():
        raise RunError(f"{name} ends in the middle of the report: take it as it was written.")
    try:
        values = json.loads(finder.content)
        schema = int(values["schema"])
        is_own = schema == _SCHEMA
        runs = tuple(map(_read_run, values["runs"])) if is_own else ()
        figures = HandIn(figures=tuple(map(str, values["figures"]))).figures if is_own else ()
    except LabError as error:
        raise RunError(f"The record in {name} cannot be carried out: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise RunError(f"The record in {name} is damaged: take the report as it was written.") from error
    if not is_own:
        age = "a later" if schema > _SCHEMA else "an earlier"
        raise RunError(
            f"{name} was written by {age} version of the lab, which tells a run in other words: reproduce it "
            "with that, or write it again."
        )
    if not runs:
        raise RunError(f"The record in {name} has no run: take the report as it was written.")
    return Record(runs, figures)


def _read_run(values: Mapping[str, Any]) -> RecordedRun:
    plan = forget_places(SearchPlan.from_values(values["plan"]))
    data, fingerprint, command = (str(values[key]) for key in ("data", "fingerprint", "command"))
    versions = {str(name): str(number) for name, number in values["versions"].items()}
    finished = tuple(map(int, values["finished"]))
    if not all(0 <= number < plan.n_candidates for number in finished):
        raise ValueError(f"of {plan.n_candidates} candidates there are none of the numbers {finished}")
    named = (str(values["id"]), str(values["name"]), plan, data, fingerprint, command, versions)
    return RecordedRun(*named, bool(values["has_data"]), finished)


class _Finder(HTMLParser):
    """Finds the record."""

    content = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta" and found.get("name") == RECORD and not self.content:
            self.content = found.get("content") or ""
