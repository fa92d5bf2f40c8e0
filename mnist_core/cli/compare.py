"""The command `compare`."""

import argparse
from dataclasses import asdict

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import add_data_arguments, add_part_argument, read_data
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.cli.table import write_csv
from mnist_core.insight.evaluation.comparison import Comparison, compare, list_guesses, read_both
from mnist_core.insight.evaluation.part import Which


def add_compare_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `compare`."""
    for name in ("first", "second"):
        command.add_argument(name, metavar=name.upper(), help="a model folder, or the name of a saved model")
    add_data_arguments(command)
    add_part_argument(command)
    command.add_argument("--seed", type=int, default=0, help="seed of the bootstrap (default: 0)")
    add_output(command, "--csv", metavar="OUT", help="write what each image is read as")


def run_compare(arguments: argparse.Namespace) -> None:
    """Say which of two models reads more, and whether that can be chance."""
    first, second = (open_model(name) for name in (arguments.first, arguments.second))
    readings = read_both(first, second, read_data(arguments), Which(arguments.part))
    found = compare(readings, arguments.seed)
    write_csv(arguments.csv, list_guesses(readings, first.info.class_names))
    document = {
        "first": str(first.folder),
        "second": str(second.folder),
        "part": arguments.part,
        "measured_on": readings.part.words,
        "is_unseen": readings.part.is_unseen,
        "accuracies": list(found.accuracies),
        "difference": found.difference,
        **asdict(found),
        "interval": list(found.interval),
    }
    words = f"Measured on: {readings.part.words}\n{_say(found, first.name, second.name)}"
    say(document, words, arguments.json)


def _say(found: Comparison, first: str, second: str) -> str:
    low, high = found.interval
    mine, other = found.accuracies
    return (
        f"{first} reads {mine:.2%}, {second} {other:.2%} of {found.n:,} images; the difference is "
        f"{100 * found.difference:+.2f} points (95 %, by a bootstrap: {100 * low:+.2f} to "
        f"{100 * high:+.2f})\n"
        f"  read right by both {found.both:,}, by {first} alone {found.only_first:,}, by {second} alone "
        f"{found.only_second:,}, by neither {found.neither:,}\n"
        f"  McNemar's exact test: p = {found.p_value:.3g}"
    )
