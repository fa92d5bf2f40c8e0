"""The command `fields`: look into a network."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import read_path
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.ground.arrays import Fields
from mnist_core.ground.errors import DataError
from mnist_core.ground.replacing import write_out
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.fields import draw_sheet
from mnist_core.insight.fields.exactness import find_exactness
from mnist_core.insight.fields.fidelity import Fidelity
from mnist_core.insight.fields.likeness import average_digits, digit_likeness
from mnist_core.insight.fields.probe import Probe, choose_probe, find_image, take_images
from mnist_core.insight.fields.regions import find_regions, has_regions
from mnist_core.insight.fields.view import Asked, Kind, View
from mnist_core.insight.fields.views import PRODUCT, VIEWS, find_view
from mnist_core.network.architecture import LAYERS

_FILES = ("fields.npy", "fields.png")


def add_fields_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `fields`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument("--layer", choices=LAYERS, default="hidden1", help="default: hidden1")
    command.add_argument(
        "--method",
        choices=VIEWS,
        default=PRODUCT,
        metavar="NAME",
        help=f"how to look: {', '.join(VIEWS)}; default: {PRODUCT}",
    )
    command.add_argument(
        "--class",
        dest="digit",
        type=int,
        default=0,
        metavar="DIGIT",
        help="of methods with a picture a digit: as what the network reads the images; default: 0",
    )
    command.add_argument(
        "--image",
        type=int,
        default=0,
        metavar="N",
        help="of methods with a picture an image: its number in the file, from 0; default: 0",
    )
    command.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="digit images to make the pictures from and to measure them on; default: the built-in sample",
    )
    add_output(command, "--out", _FILES, required=True, metavar="FOLDER", help="where to write")


def run_fields(arguments: argparse.Namespace) -> None:
    """Write the pictures of a layer as an array and as a sheet, and measure how far to trust them."""
    model, view = open_model(arguments.model), find_view(arguments.method)
    dataset = read_path(arguments.data)
    labels, side = match_labels(dataset, model.info.class_names), model.info.side
    probe = choose_probe(
        model.info.data, dataset, side=side, labels=labels, is_trained=model.find_trained(dataset)
    )
    is_of_image = view.kind is Kind.IMAGE
    image = take_images(dataset, find_image(dataset, arguments.image), side) if is_of_image else None
    asked = Asked(arguments.digit, image)
    fields = view.show(model.network, arguments.layer, probe, asked)
    fidelity = view.measure(model.network, arguments.layer, probe)
    exactness = None
    if image is not None and view.is_tangent:
        network, layer = model.network, arguments.layer
        regions = find_regions(network, layer, probe.test.images) if has_regions(network, layer) else None
        exactness = find_exactness(network, layer, image[0], regions)
    document = {
        "layer": arguments.layer,
        "units": len(fields),
        "side": fields.shape[1],
        "method": view.title,
        "kind": view.kind.value,
        **_name_asked(view, arguments),
        "assumes": view.assumes,
        **_tell_fidelity(fidelity),
        **_tell_likeness(fields, arguments.layer, probe, model.info.n_classes),
        "fidelity_counts": view.counts,
        "measured_on": probe.words,
        "fidelity_images": len(probe.test.labels),
        **({} if exactness is None else {"at_image": exactness.tell()}),
        "files": _write_files(arguments.out, view, fields),
    }
    words = (
        f"{len(fields)} fields of {arguments.layer} written to {arguments.out} ({view.title}). "
        f"{view.assumes}\n"
        f"Measured on {probe.words}: {view.describe(fidelity)}"
    )
    if exactness is not None:
        words += f"\n{exactness.title}: {exactness.describe()}"
    say(document, words, arguments.json)


def _name_asked(view: View, arguments: argparse.Namespace) -> dict[str, int]:
    if view.kind is Kind.DIGIT:
        return {"class": arguments.digit}
    return {"image": arguments.image} if view.kind is Kind.IMAGE else {}


def _tell_fidelity(fidelity: Fidelity) -> dict[str, Any]:
    return {
        "fidelity": fidelity.mean,
        "fidelity_worst": fidelity.worst,
        "fidelity_per_unit": fidelity.per_unit.tolist(),
        **fidelity.figures,
        **{f"fidelity_{name}": fidelity.mean_of(name) for name in fidelity.controls},
        **{f"fidelity_{name}_per_unit": values.tolist() for name, values in fidelity.controls.items()},
    }


def _tell_likeness(fields: Fields, layer: str, probe: Probe, n_classes: int) -> dict[str, Any]:
    try:
        digits = average_digits(probe.test.images, probe.test.labels, n_classes)
    except DataError:  # images that lack a digit cannot tell
        return {"digit_likeness": None}
    found = digit_likeness(fields, digits, is_output=layer == LAYERS[-1])
    per_unit = found.best_correlations if found.own is None else found.own
    return {
        "digit_likeness": float(per_unit.mean()),
        "digit_likeness_per_unit": per_unit.tolist(),
        "nearest_mean_reads": found.read_as.tolist(),
    }


def _write_files(out: Path, view: View, fields: Fields) -> list[str]:
    titles = [str(unit) for unit in range(len(fields))]
    sheet = draw_sheet(fields, titles=titles, ink=view.is_ink)
    paths = [out / name for name in _FILES]
    with write_out(paths[0], "The fields") as file:
        np.save(file, fields, allow_pickle=False)
    with write_out(paths[1], "The sheet of fields") as file:
        sheet.savefig(file, format="png", dpi=150)
    return [str(path) for path in paths]
