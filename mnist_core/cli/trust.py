"""The commands `calibrate` and `coverage`: how far to trust what a model says of itself."""

import argparse
from dataclasses import asdict
from typing import Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import add_data_arguments, add_part_argument, read_data
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.cli.table import write_csv
from mnist_core.insight.evaluation.answers import read_answers
from mnist_core.insight.evaluation.calibration import Calibration, Tempering, temper
from mnist_core.insight.evaluation.coverage import SHARES, Refusal, find_refusal, list_steps
from mnist_core.insight.evaluation.part import Which, take_examples


def add_calibrate_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `calibrate`."""
    _add_arguments(command, "the bins of the reliability diagram, before and after")


def add_coverage_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `coverage`."""
    _add_arguments(command, "the curve")
    usual = " ".join(f"{share:g}" for share in SHARES)
    command.add_argument(
        "--right",
        type=float,
        nargs="+",
        default=SHARES,
        metavar="SHARE",
        help=f"shares of the answers that should be right (default: {usual})",
    )


def _add_arguments(command: argparse.ArgumentParser, table: str) -> None:
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    add_data_arguments(command)
    add_part_argument(command)
    command.add_argument("--seed", type=int, default=0, help="seed of the two halves (default: 0)")
    add_output(command, "--csv", metavar="OUT", help=f"write {table} as a table")


def run_calibrate(arguments: argparse.Namespace) -> None:
    """Measure how true a model's probabilities are, before and after temperature scaling."""
    model = open_model(arguments.model)
    examples = take_examples(model, read_data(arguments), Which(arguments.part))
    logits, own = read_answers(model, examples.images), model.info.temperature
    found = temper(logits, examples.labels, arguments.seed, own)
    sides = {"before": found.before, "after": found.after}
    write_csv(
        arguments.csv,
        [{"temperature": name, **asdict(one)} for name, side in sides.items() for one in side.bins],
    )
    document = {
        "model": str(model.folder),
        "n": found.before.n,
        "part": arguments.part,
        "measured_on": examples.part.words,
        "is_unseen": examples.part.is_unseen,
        "accuracy": found.before.accuracy,
        "temperature": found.temperature,
        "temperature_of_halves": list(found.temperatures),
        "temperature_of_the_folder": model.info.temperature,
        **{name: _describe(side) for name, side in sides.items()},
    }
    say(
        document, f"{model.name}, measured on: {examples.part.words}\n{_say_tempering(found)}", arguments.json
    )


def run_coverage(arguments: argparse.Namespace) -> None:
    """Measure what a model gains by refusing the images that it is least sure of."""
    model = open_model(arguments.model)
    examples = take_examples(model, read_data(arguments), Which(arguments.part))
    logits = read_answers(model, examples.images)
    found = [find_refusal(logits, examples.labels, share, arguments.seed) for share in arguments.right]
    steps = [asdict(step) for step in list_steps(logits, examples.labels)]
    write_csv(arguments.csv, steps)
    document = {
        "model": str(model.folder),
        "n": len(examples.labels),
        "part": arguments.part,
        "measured_on": examples.part.words,
        "is_unseen": examples.part.is_unseen,
        "accuracy": steps[-1]["accuracy"],
        "refusals": [_describe_refusal(one) for one in found],
        "curve": steps,
    }
    words = [
        f"{model.name}, measured on: {examples.part.words}",
        *(f"  {_say_refusal(one)}" for one in found),
    ]
    say(document, "\n".join(words), arguments.json)


def _describe(calibration: Calibration) -> dict[str, Any]:
    return asdict(calibration) | {"interval": list(calibration.interval)}


def _say_tempering(found: Tempering) -> str:
    first, second = found.temperatures
    as_shown = "as it is" if found.own == 1 else f"as it is, at its own temperature {found.own:.3f}"
    lines = [
        f"  {words}: {_say_calibration(one)}"
        for words, one in ((as_shown, found.before), ("at the fitted temperature", found.after))
    ]
    lines.append(
        f"  fitted temperature {found.temperature:.3f} (each half is judged at the temperature of the other: "
        f"{first:.3f} and {second:.3f})"
    )
    return "\n".join(lines)


def _say_calibration(one: Calibration) -> str:
    low, high = one.interval
    return (
        f"expected calibration error {one.ece:.2%} (95 %: {low:.2%} to {high:.2%}; true probabilities could "
        f"show {one.by_chance:.2%} by chance), mean probability {one.confidence:.2%}, "
        f"right {one.accuracy:.2%}"
    )


def _describe_refusal(one: Refusal) -> dict[str, Any]:
    return {
        "right": one.share,
        "refused": one.refused,
        "refused_interval": list(one.refused_interval),
        "answered": one.n_answered,
        "answered_right": one.n_right,
        "accuracy": one.accuracy,
        "accuracy_interval": one.accuracy_interval and list(one.accuracy_interval),
        "floor": one.floor,
    }


def _say_refusal(one: Refusal) -> str:
    asked = f"asked for {100 * one.share:.4g}% right it refuses"
    if one.accuracy is None or one.accuracy_interval is None:
        return f"{asked} everything"
    low, high = one.refused_interval
    right_low, right_high = one.accuracy_interval
    return (
        f"{asked} {one.refused:.2%} (95 %: {low:.2%} to {high:.2%}); on images that it did not choose "
        f"this by, {one.accuracy:.2%} of its answers are right ({right_low:.2%} to {right_high:.2%})"
    )
