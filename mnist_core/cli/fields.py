"""The command `fields`: look into a network."""

import argparse
from pathlib import Path

import numpy as np

from mnist_core.cli.choose import open_model
from mnist_core.cli.say import say
from mnist_core.dataset import split_dataset
from mnist_core.errors import LabError
from mnist_core.fields import FIDELITY_IMAGES, draw_sheet, linear_fidelity, receptive_fields
from mnist_core.layouts import read_dataset
from mnist_core.network import LAYERS


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
        held_out = split_dataset(dataset).test[:FIDELITY_IMAGES]
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
