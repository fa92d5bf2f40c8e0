"""The command `report`."""

import argparse
from pathlib import Path

from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.ground.replacing import write_out
from mnist_core.insight.report import gather_facts, write_page


def add_report_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `report`."""
    command.add_argument("run", metavar="RUN", help="the id of a finished run, as `runs` lists it")
    add_output(command, "--out", default=Path("report.html"), metavar="FILE", help="where to write")


def run_report(arguments: argparse.Namespace) -> None:
    """Write a finished run as a page that opens without the lab."""
    settings = find_settings()
    facts = gather_facts(open_store(settings), arguments.run, settings)
    page = write_page(facts).encode()
    with write_out(arguments.out, "The report") as file:
        file.write(page)
    document = {
        "path": str(arguments.out),
        "run": facts.run.id,
        "model": str(facts.model.folder),
        "test_accuracy": facts.model.info.test.accuracy,
        "measured_on": facts.trust.words if facts.trust else None,
    }
    say(document, f"The report of {facts.run.id} is written to {arguments.out}.", arguments.json)
