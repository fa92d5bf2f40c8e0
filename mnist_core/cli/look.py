"""The command `inspect`: look at data."""

import argparse
from pathlib import Path
from typing import Any

from mnist_core.cli.say import say
from mnist_core.dataset import split_dataset
from mnist_core.errors import DataError
from mnist_core.layouts import read_dataset


def add_inspect_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `inspect`."""
    command.add_argument("file", type=Path, metavar="FILE", help="a .mat file")


def run_inspect(arguments: argparse.Namespace) -> None:
    """Say what a .mat file holds and how it will be split."""
    dataset = read_dataset(arguments.file)
    counts = dataset.class_counts
    warnings = list(dataset.origin.warnings)
    splits: dict[str, Any] = {}
    try:
        split = split_dataset(dataset)
        splits = {"train": len(split.train), "test": len(split.test), "description": split.description}
    except DataError as error:
        warnings.append(str(error))
    document = {
        "layout": dataset.origin.layout,
        "n_samples": dataset.n_samples,
        "side": dataset.side,
        "n_classes": int((counts > 0).sum()),
        "class_counts": {str(digit): int(count) for digit, count in enumerate(counts)},
        "orientation": dataset.origin.orientation,
        "value_range": list(dataset.origin.value_range),
        "splits": splits,
        "warnings": warnings,
        "variables": [{"name": name, "what": words} for name, words in dataset.origin.variables],
        "fingerprint": dataset.fingerprint,
    }
    lines = [
        f"{dataset.name}: {dataset.n_samples:,} digits of {dataset.side} x {dataset.side} pixels "
        f"(layout: {dataset.origin.layout})",
        *(f"  {name}: {words}" for name, words in dataset.origin.variables),
        "  " + ", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts)),
        f"  split: {splits.get('description', 'none')}",
        *(f"  note: {warning}" for warning in warnings),
    ]
    say(document, "\n".join(lines), arguments.json)
