"""The commands `inspect` and `fields`: look at data, look into a network."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.cli.choose import open_model
from mnist_core.cli.say import say
from mnist_core.dataset import split_dataset
from mnist_core.errors import DataError, LabError
from mnist_core.fields import FIDELITY_IMAGES, draw_sheet, linear_fidelity, receptive_fields
from mnist_core.layouts import read_dataset
from mnist_core.network import LAYERS


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
        split = split_dataset(dataset.labels)
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


def add_fields_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `fields`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument("--layer", choices=LAYERS, default="hidden1", help="default: hidden1")
    command.add_argument(
        "--data", type=Path, metavar="FILE", help="a .mat file to measure the pictures' fidelity on"
    )
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write")


def run_fields(arguments: argparse.Namespace) -> None:
    """Write the receptive fields of a layer as an array and as a sheet of pictures."""
    model = open_model(arguments.model)
    fields = receptive_fields(model.network, arguments.layer)
    fidelity, n_images = None, 0
    if arguments.data is not None:
        dataset = read_dataset(arguments.data)
        # The held-out part, so that the fidelity is one on images that training has not seen.
        held_out = split_dataset(dataset.labels).test[:FIDELITY_IMAGES]
        fidelity = linear_fidelity(model.network, arguments.layer, dataset.images[np.sort(held_out)])
        n_images = len(held_out)
    out = _make_folder(arguments.out)
    np.save(out / "fields.npy", fields, allow_pickle=False)
    titles = [str(unit) for unit in range(len(fields))]
    draw_sheet(fields, titles=titles, one_scale=True).savefig(out / "fields.png", dpi=150)
    document = {
        "layer": arguments.layer,
        "units": len(fields),
        "side": fields.shape[1],
        "method": "product of weights",
        "fidelity": None if fidelity is None else float(np.nanmean(fidelity)),
        "fidelity_per_unit": None if fidelity is None else fidelity.tolist(),
        "fidelity_images": n_images,
        "files": [str(out / "fields.npy"), str(out / "fields.png")],
    }
    words = f"{len(fields)} fields of {arguments.layer} written to {out}"
    if fidelity is not None:
        words += (
            f"; the linear pictures explain R2 {np.nanmean(fidelity):.2f} of the units' sums on "
            f"{n_images:,} images (worst unit {np.nanmin(fidelity):.2f})"
        )
    say(document, words, arguments.json)


def _make_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{folder} must be a folder to write to, but cannot be made: {error}.") from error
    return folder
