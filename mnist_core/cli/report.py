"""The command `report`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.ground.replacing import write_out
from mnist_core.insight.report import HandIn, ReportFacts, gather_facts, write_report
from mnist_core.insight.report.hand_in import PAPER_FIGURES, RUNS, SECTIONS
from mnist_core.insight.report.report_file import check_ending


def add_report_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `report`."""
    command.add_argument(
        "run", nargs="+", metavar="RUN", help="the ids of finished runs, as `runs` lists them"
    )
    add_output(
        command,
        "--out",
        default=Path("report.html"),
        metavar="FILE",
        help="where to write: .pdf prints it by Chromium, Chrome or Edge, .zip holds figures and tables for "
        "LaTeX, .html is the page (default: report.html)",
    )
    command.add_argument("--by", default="", metavar="NAME", help="who hands it in")
    command.add_argument(
        "--note",
        nargs=2,
        action="append",
        default=[],
        metavar=("SECTION", "TEXT"),
        help=f"what is said at the end of a section, one of {', '.join((*SECTIONS, RUNS))}; of one run among "
        "several it is RUN/SECTION; blank lines part paragraphs",
    )
    command.add_argument(
        "--figures",
        nargs="*",
        default=PAPER_FIGURES,
        metavar="FIGURE",
        help="curve, like, a layer such as output, or units of one such as hidden1:9,12 (default: the "
        f"paper's, {' '.join(PAPER_FIGURES)})",
    )


def run_report(arguments: argparse.Namespace) -> None:
    """Write finished runs as a page that opens without the lab, for print, or for LaTeX."""
    settings, ending = find_settings(), arguments.out.suffix.lower()
    check_ending(ending)  # before any work
    handed = HandIn(arguments.by, _join_notes(arguments.note), tuple(arguments.figures))
    store = open_store(settings)
    several = [gather_facts(store, run, settings) for run in dict.fromkeys(arguments.run)]
    written = write_report(several, handed, ending)
    with write_out(arguments.out, "The report") as file:
        file.write(written)
    described = [_describe(one) for one in several]
    document = {"path": str(arguments.out), **described[0], "runs": described}
    names = " and ".join(one.run.id for one in several)
    say(document, f"The report of {names} is written to {arguments.out}.", arguments.json)


def _join_notes(given: Sequence[Sequence[str]]) -> dict[str, str]:
    """Join what was noted at one section, a paragraph each."""
    notes: dict[str, str] = {}
    for section, text in given:
        notes[section] = f"{notes[section]}\n\n{text}" if section in notes else text
    return notes


def _describe(facts: ReportFacts) -> dict[str, str | float | None]:
    return {
        "run": facts.run.id,
        "model": str(facts.model.folder),
        "test_accuracy": facts.model.info.test.accuracy,
        "measured_on": facts.trust.words if facts.trust else None,
    }
