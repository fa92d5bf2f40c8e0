"""The command `robustness`."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import add_data_arguments, add_part_argument, read_data
from mnist_core.cli.output import add_output
from mnist_core.cli.say import report, say
from mnist_core.cli.table import write_csv
from mnist_core.ground.errors import ModelError
from mnist_core.insight.evaluation.disturbances import DISTURBANCES, NAMES
from mnist_core.insight.evaluation.part import Which, take_examples
from mnist_core.insight.evaluation.robustness import Reached, measure_robustness


def add_robustness_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `robustness`."""
    command.add_argument(
        "models", metavar="MODEL", nargs="+", help="model folders, or names of saved models; one or more"
    )
    add_data_arguments(command)
    add_part_argument(command)
    command.add_argument(
        "--only",
        choices=NAMES,
        nargs="+",
        default=NAMES,
        metavar="NAME",
        help=f"how to disturb: {', '.join(NAMES)} (default: all)",
    )
    command.add_argument(
        "--limit", type=int, metavar="N", help="draw N of the images by the seed (default: all)"
    )
    command.add_argument("--seed", type=int, default=0, help="seed of chance (default: 0)")
    add_output(command, "--csv", metavar="OUT", help="write the curves as a table")


def run_robustness(arguments: argparse.Namespace) -> None:
    """Measure how well models read what is disturbed more and more."""
    models = [open_model(name) for name in arguments.models]
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise ModelError(f"Models are told apart by name, but these are {', '.join(names)}: rename one.")
    dataset, curves, parts = read_data(arguments), {}, {}
    for model in models:
        examples = take_examples(
            model, dataset, Which(arguments.part), most=arguments.limit, seed=arguments.seed
        )
        parts[model.name] = examples.part.words
        report(f"{model.name}: {len(examples.labels):,} images")
        curves[model.name] = measure_robustness(
            model.network, examples.images, examples.labels, arguments.only, arguments.seed
        )
    write_csv(arguments.csv, list_rows(curves))
    document = {
        "part": arguments.part,
        "measured_on": parts,
        "seed": arguments.seed,
        "disturbances": {
            name: {"title": DISTURBANCES[name].title, "unit": DISTURBANCES[name].unit}
            for name in arguments.only
        },
        "models": {name: [asdict(one) for one in curve] for name, curve in curves.items()},
    }
    lines = [f"{name}: {words}" for name, words in parts.items()]
    lines += [line for name in arguments.only for line in _say_disturbance(name, curves)]
    say(document, "\n".join(lines), arguments.json)


def list_rows(curves: Mapping[str, Sequence[Reached]]) -> list[dict[str, Any]]:
    """List curves of models as rows, each with the model's name."""
    return [{"model": name, **asdict(one)} for name, curve in curves.items() for one in curve]


def _say_disturbance(name: str, curves: Mapping[str, Sequence[Reached]]) -> list[str]:
    disturbance = DISTURBANCES[name]
    lines = [f"{disturbance.title}, {disturbance.unit}. {disturbance.words}"]
    for level in disturbance.levels:
        reached = [
            f"{model} {one.accuracy:7.2%} ({one.accuracy_from:.1%} to {one.accuracy_to:.1%})"
            for model, curve in curves.items()
            for one in curve
            if (one.disturbance, one.level) == (name, level)
        ]
        lines.append(f"  {level:6g}: " + "   ".join(reached))
    return lines
