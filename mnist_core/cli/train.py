"""The command `train`."""

import argparse
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from mnist_core.cli.recipe import add_recipe_arguments, read_recipe
from mnist_core.cli.say import report, say
from mnist_core.dataset import split_dataset
from mnist_core.fused.alone import train_network
from mnist_core.grid import Activation, Candidate
from mnist_core.history import EpochRecord
from mnist_core.layouts import read_dataset
from mnist_core.training import train_model


def add_train_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `train`."""
    command.add_argument("file", type=Path, metavar="FILE", help="a .mat file of digits")
    command.add_argument("--hidden", type=int, nargs=2, required=True, metavar=("NH1", "NH2"), help="units")
    command.add_argument(
        "--activation", required=True, choices=[activation.value for activation in Activation]
    )
    command.add_argument("--lr", type=float, required=True, help="learning rate of Adam")
    command.add_argument("--recipe", choices=["paper"], default="paper", help="how to train (default: paper)")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="the model's new folder")
    add_recipe_arguments(command)


def run_train(arguments: argparse.Namespace) -> None:
    """Train one network, measure it on the held-out images, and save it."""
    start = time.monotonic()
    torch.set_num_threads(1)  # the same sums in the same order on every machine with these versions
    recipe = read_recipe(arguments)
    candidate = _read_candidate(arguments)
    dataset = read_dataset(arguments.file)
    recipe = replace(recipe, n_classes=dataset.n_classes)
    split = split_dataset(dataset, arguments.seed, arguments.limit)
    out = arguments.out.resolve()
    train = partial(train_network, report=_report_epoch)
    trained = train_model(dataset, split, arguments.limit, candidate, recipe, out, train)
    info = trained.model.info
    seconds = time.monotonic() - start
    document: dict[str, Any] = {
        "model": str(out),
        "epochs": len(info.history),
        "valid_accuracy": info.history[-1].valid_accuracy,
        "test_accuracy": info.test.accuracy,
        "seconds": round(seconds, 2),
        "n_parameters": trained.model.network.n_parameters,
        "reload_is_identical": trained.is_identical,
    }
    words = (
        f"{candidate}: {info.test.accuracy:.2%} of {info.test.n:,} held-out images after "
        f"{len(info.history)} epochs ({seconds:.0f} s), saved to {out}"
    )
    say(document, words, arguments.json)


def _read_candidate(arguments: argparse.Namespace) -> Candidate:
    hidden1, hidden2 = arguments.hidden
    params = {"lr": arguments.lr, "hidden1": hidden1, "hidden2": hidden2, "activation": arguments.activation}
    return Candidate.from_params(params)


def _report_epoch(record: EpochRecord) -> None:
    report(
        f"epoch {record.epoch:3d}  training loss {record.train_loss:.4f}  validation loss "
        f"{record.valid_loss:.4f}  accuracy {record.valid_accuracy:.4f}  {record.seconds:.1f} s"
    )
