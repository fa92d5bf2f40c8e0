"""The command `inspect`: look at data."""

import argparse
from typing import Any

from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.data.dataset import Dataset, check_inner_split, split_dataset
from mnist_core.data.layouts import save_dataset
from mnist_core.ground.errors import DataError

_FOLDS = 5  # of a search, and parts of each training's own split, unless one says otherwise


def add_inspect_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `inspect`."""
    add_data_arguments(command)
    add_output(
        command,
        "--save",
        metavar="OUT",
        help="write what was understood as a clean file: OUT.mat in the paper's layout, or OUT.npz",
    )


def run_inspect(arguments: argparse.Namespace) -> None:
    """Say what a file of digit images holds, why it is taken so, and how it will be split."""
    dataset = read_data(arguments)
    splits, warnings = _split(dataset)
    document = _describe(dataset) | {"splits": splits, "warnings": warnings}
    if arguments.save is not None:
        save_dataset(dataset, arguments.save)
        document["saved"] = str(arguments.save)
    say(document, "\n".join(_list_lines(dataset, document)), arguments.json)


def _split(dataset: Dataset) -> tuple[dict[str, Any], list[str]]:
    warnings = list(dataset.origin.warnings)
    try:
        split = split_dataset(dataset)
    except DataError as error:
        return {}, [*warnings, str(error)]
    try:
        check_inner_split(dataset.labels[split.train], _FOLDS, _FOLDS, dataset.class_names)
    except DataError as error:
        warnings.append(f"A search as usual, with {_FOLDS} folds, is not possible. {error}")
    splits = {"train": len(split.train), "test": len(split.test), "description": split.description}
    return splits, warnings


def _describe(dataset: Dataset) -> dict[str, Any]:
    counts, origin = dataset.class_counts, dataset.origin
    return {
        "layout": origin.layout,
        "n_samples": dataset.n_samples,
        "side": dataset.side,
        "n_classes": int((counts > 0).sum()),
        "class_names": [
            name for name, n in zip(dataset.class_names, counts, strict=True) if n or not dataset.is_labelled
        ],
        "class_counts": {
            name: int(count) for name, count in zip(dataset.class_names, counts, strict=True) if count
        },
        "is_labelled": dataset.is_labelled,
        "orientation": origin.orientation,
        "value_range": list(origin.value_range),
        "reasons": list(origin.reasons),
        "choices": origin.choices.given(),
        "variables": [{"name": name, "what": words} for name, words in origin.variables],
        "fingerprint": dataset.fingerprint,
    }


def _list_lines(dataset: Dataset, document: dict[str, Any]) -> list[str]:
    size = f"{dataset.n_samples:,} images of {dataset.side} x {dataset.side} pixels"
    lines = [f"{dataset.name}: {size} (layout: {document['layout']})"]
    lines += [f"  {name}: {words}" for name, words in dataset.origin.variables]
    lines += [f"  because: {reason}" for reason in document["reasons"]]
    if dataset.is_labelled:
        lines.append("  " + ", ".join(f"{name}: {n:,}" for name, n in document["class_counts"].items()))
    lines.append(f"  split: {document['splits'].get('description', 'none')}")
    lines += [f"  note: {warning}" for warning in document["warnings"]]
    if "saved" in document:
        lines.append(f"  saved to {document['saved']}")
    return lines
