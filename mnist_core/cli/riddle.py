"""The command `riddle`: how output fields come to look like digits."""

import argparse
import shlex
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from mnist_core.cli.data import read_path
from mnist_core.cli.output import add_output
from mnist_core.cli.say import report, say
from mnist_core.data.dataset import Dataset, split_dataset
from mnist_core.insight.fields.likeness import DIGIT_LIKE
from mnist_core.network.models import read_versions
from mnist_core.network.recipe import Recipe
from mnist_core.training.riddle.answer import Summary, calibrate, list_levels
from mnist_core.training.riddle.design import NETWORKS, PAPER, plan_study
from mnist_core.training.riddle.result import FILES, Study, save_result
from mnist_core.training.riddle.study import carry_out


def add_riddle_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `riddle`."""
    command.add_argument(
        "--data", type=Path, metavar="FILE", help="a file of digit images; default: the built-in sample"
    )
    command.add_argument(
        "--networks", type=int, default=NETWORKS, metavar="N", help=f"how many to train; default: {NETWORKS}"
    )
    command.add_argument("--limit", type=int, metavar="N", help="keep the first N images after the shuffle")
    command.add_argument(
        "--max-epochs", type=int, default=Recipe().max_epochs, metavar="N", help="default: 500"
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the shuffle, first seed of the weights")
    add_output(command, "--out", FILES, metavar="FOLDER", help="where to write tables and pictures")


def run_riddle(arguments: argparse.Namespace) -> None:
    """Train many networks and say whose output fields look like digits."""
    start = time.monotonic()
    torch.set_num_threads(1)
    dataset = read_path(arguments.data)
    split = split_dataset(dataset, arguments.seed, arguments.limit)
    usual = Recipe(max_epochs=arguments.max_epochs, seed=arguments.seed, n_classes=dataset.n_classes)
    kinds = plan_study(arguments.networks, usual)
    study = carry_out(dataset, split, kinds, report)
    facts = {
        "data": dataset.name,
        "fingerprint": dataset.fingerprint,
        "n_train": len(split.train),
        "n_test": len(split.test),
        "networks": len(study.rows),
        "seconds": round(time.monotonic() - start),
        "command": _write_command(arguments, dataset),
        "versions": read_versions(),
    }
    files = save_result(study, facts, arguments.out) if arguments.out else []
    levels = list_levels(study.rows)
    document = {**facts, **_tell(study, levels), "files": [str(path) for path in files]}
    say(document, _describe(levels), arguments.json)


def _write_command(arguments: argparse.Namespace, dataset: Dataset) -> str:
    words = ["riddle", *(["--data", dataset.name] if arguments.data else [])]
    words += ["--networks", str(arguments.networks), "--seed", str(arguments.seed)]
    words += ["--limit", str(arguments.limit)] if arguments.limit else []
    is_usual = arguments.max_epochs == Recipe().max_epochs
    words += [] if is_usual else ["--max-epochs", str(arguments.max_epochs)]
    return shlex.join(["python", "-m", "mnist_core", *words])


def _tell(study: Study, levels: Sequence[Summary]) -> dict[str, Any]:
    [paper] = [one for one in levels if one.factor == PAPER]
    return {
        "digit_like_from": DIGIT_LIKE,
        "by_chance": asdict(paper),
        "levels": [asdict(one) for one in levels],
        "calibration": [asdict(step) for step in calibrate(study.rows)],
        "linear": {f"{noise:g}": score for noise, score in study.linear.items()},
    }


def _describe(levels: Sequence[Summary]) -> str:
    lines = [f"{'':32} digit-like  score  (95 %)         accuracy  lost"]
    lines += [
        f"{one.factor + ' ' + one.level:32} {one.n_like:3d} of {one.n:3d}  {one.score.value:5.3f}  "
        f"({one.score.interval[0]:.3f}-{one.score.interval[1]:.3f})  {one.accuracy.value:8.2%}  "
        f"{one.lost.value * 100:+.2f}"
        for one in levels
    ]
    return "\n".join(lines)
