"""The commands `learning-curve` and `label-errors`: what is learned by training anew."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.output import add_output
from mnist_core.cli.say import report, say
from mnist_core.cli.table import write_csv
from mnist_core.data.dataset import split_dataset
from mnist_core.training.retraining.label_errors import (
    JUDGE,
    N_FOLDS,
    N_NETWORKS,
    Suspect,
    find_suspects,
    make_recipe,
    read_out_of_fold,
)
from mnist_core.training.retraining.learning_curve import (
    N_SEEDS,
    Growth,
    Trial,
    check_sizes,
    choose_recipe,
    choose_sizes,
    grow,
    sum_up,
)

_MOST_SAID = 20


def add_learning_curve_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `learning-curve`."""
    command.add_argument(
        "model", metavar="MODEL", help="a model folder or name, whose network is trained anew by its recipe"
    )
    add_data_arguments(command)
    command.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        metavar="N",
        help="images to train on (default: 100, 200, 500 ... all)",
    )
    command.add_argument(
        "--seeds", type=int, default=N_SEEDS, metavar="N", help=f"networks a size (default: {N_SEEDS})"
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the split (default: 0)")
    add_output(command, "--csv", metavar="OUT", help="write a row a network as a table")


def add_label_errors_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `label-errors`."""
    add_data_arguments(command)
    command.add_argument(
        "--folds", type=int, default=N_FOLDS, metavar="N", help=f"parts (default: {N_FOLDS})"
    )
    command.add_argument(
        "--networks",
        type=int,
        default=N_NETWORKS,
        metavar="N",
        help=f"networks a part (default: {N_NETWORKS})",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of parts and networks (default: 0)")
    add_output(command, "--csv", metavar="OUT", help="write a row a label as a table")


def run_learning_curve(arguments: argparse.Namespace) -> None:
    """Train networks on ever larger parts of the training images."""
    info = open_model(arguments.model).info
    dataset = read_data(arguments)
    split, recipe = split_dataset(dataset, arguments.seed), choose_recipe(info)
    sizes = arguments.sizes or choose_sizes(len(split.train))
    check_sizes(dataset.labels[split.train], sizes, arguments.seeds, recipe)
    trials: list[Trial] = []
    for trial in grow(dataset, split, info.candidate, recipe, sizes, arguments.seeds):
        trials.append(trial)
        report(f"seed {trial.seed}, {trial.size:,} images: {trial.n_right / trial.n:.2%}")
    write_csv(arguments.csv, [asdict(trial) for trial in trials])
    curve = sum_up(trials)
    document = {
        "candidate": info.candidate.params(),
        "recipe": recipe.name,
        "split": split.description,
        "n_held_out": len(split.test),
        "curve": [asdict(point) for point in curve],
        "trials": [asdict(trial) for trial in trials],
    }
    words = [f"{info.candidate}, recipe {recipe.name}, on {len(split.test):,} held-out images:"]
    say(document, "\n".join([*words, *map(_say_growth, curve)]), arguments.json)


def run_label_errors(arguments: argparse.Namespace) -> None:
    """Find labels that are likely wrong."""
    dataset = read_data(arguments)
    probabilities = read_out_of_fold(
        dataset.images,
        dataset.labels,
        JUDGE,
        make_recipe(dataset.n_classes, arguments.seed),
        n_folds=arguments.folds,
        n_networks=arguments.networks,
        begin=lambda fold: report(f"part {fold + 1} of {arguments.folds}"),
    )
    names = dataset.class_names
    suspects = [
        {**asdict(one), "given": names[one.given], "suggested": names[one.suggested]}
        for one in find_suspects(dataset.labels, probabilities)
    ]
    write_csv(arguments.csv, suspects, [field.name for field in fields(Suspect)])
    document = {
        "n": dataset.n_samples,
        "n_suspects": len(suspects),
        "out_of_fold_accuracy": float((probabilities.argmax(axis=1) == dataset.labels).mean()),
        "candidate": JUDGE.params(),
        "folds": arguments.folds,
        "networks": arguments.networks,
        "suspects": suspects,
    }
    say(document, _say_suspects(document), arguments.json)


def _say_suspects(found: Mapping[str, Any]) -> str:
    suspects = found["suspects"]
    words = (
        f"{len(suspects):,} of {found['n']:,} labels are likely wrong, as networks see it that were not "
        f"trained on the image and read {found['out_of_fold_accuracy']:.2%} as labelled:"
    )
    lines = [
        f"  image {one['index']}: {one['given']}, looks like {one['suggested']} ({one['score']:.1e})"
        for one in suspects[:_MOST_SAID]
    ]
    more = [f"  and {len(suspects) - _MOST_SAID:,} more"] if len(suspects) > _MOST_SAID else []
    return "\n".join([words, *lines, *more])


def _say_growth(point: Growth) -> str:
    return (
        f"  {point.size:7,} images: {point.accuracy:.2%} (95 %: {point.accuracy_from:.2%} to "
        f"{point.accuracy_to:.2%}; {point.n_networks} networks, {point.lowest:.2%} to {point.highest:.2%})"
    )
