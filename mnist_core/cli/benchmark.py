"""The command `benchmark`: comparable figures of a model."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import make_report, read_path
from mnist_core.cli.say import report, say
from mnist_core.cli.space import find_settings
from mnist_core.data.dataset import Dataset
from mnist_core.data.fetching import fetch_dataset
from mnist_core.data.fetching.catalog import MNIST_TEST
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.errors import DataError, FetchError
from mnist_core.insight.reading.comparable import (
    count_openings,
    measure_disturbed,
    measure_images,
    measure_strokes,
    record_openings,
)
from mnist_core.network.models import Model
from mnist_core.network.models.opening import Opening
from mnist_core.pens import Drawing, read_drawings
from mnist_core.training.robust.pen import read_pens

_PENS = "digits of 30 writers' pens"
_PENS_SOURCE = (
    "“Pen-Based Recognition of Handwritten Digits” by E. Alpaydin and F. Alimoglu, UCI Machine Learning "
    "Repository, CC BY 4.0; its training part, as the lab ships it"
)


def add_benchmark_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `benchmark`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument(
        "--test",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="MNIST's official test as files, such as its two IDX files, or other labelled images (default: "
        "it is fetched)",
    )
    command.add_argument(
        "--strokes",
        type=Path,
        metavar="FILE",
        help="labelled strokes of people as JSON, with the writer of each (default: the pen digits that the "
        "lab ships, of a model that has not learned from them)",
    )


def run_benchmark(arguments: argparse.Namespace) -> None:
    """Measure a model on data that others are measured on too, and note it on the model's card."""
    model = open_model(arguments.model)
    openings = [*_open_test(model, arguments.test), *_open_strokes(model, arguments.strokes)]
    report("The lab's sample, and its disturbances …")
    openings += _open_sample(model)
    record_openings(model, openings)  # before anything is said: what was seen is noted
    told = [_tell(model, opening) for opening in openings] + _tell_card(model)
    say(told, "\n".join([f"{model.name}, right in 100:", *map(_say_one, told)]), arguments.json)


def _open_test(model: Model, files: list[Path] | None) -> list[Opening]:
    try:
        dataset, source = _find_test(files)
        return [measure_images(model, dataset, source)]
    except FetchError as error:
        report(f"MNIST's official test is left out; --test takes its two files. {error}")
    except DataError as error:
        if files:
            raise
        report(f"MNIST's official test is left out: {error}")
    return []


def _find_test(files: list[Path] | None) -> tuple[Dataset, str]:
    if files:
        dataset = read_path(files[0]) if len(files) == 1 else read_dataset(files)
        return dataset, f"Given as {', '.join(path.name for path in files)}"
    folder = find_settings().downloads_folder
    return fetch_dataset(MNIST_TEST, folder, make_report()), "The makers' two files, told by their hashes"


def _open_strokes(model: Model, file: Path | None) -> list[Opening]:
    if file is not None:
        name = f"strokes of {file.stem}"
        return [measure_strokes(model, read_drawings(file), name, f"Given as {file.name}")]
    if model.info.has_seen_pens:
        report(
            f"{model.name} has learned from the pen digits that the lab ships: give others' strokes with "
            "--strokes."
        )
        return []
    try:
        return [
            measure_strokes(model, _read_pens(), _PENS, f"{_PENS_SOURCE}. The model has seen none of them.")
        ]
    except DataError as error:
        report(f"The pen digits are left out: {error}")
        return []


def _open_sample(model: Model) -> list[Opening]:
    try:
        return measure_disturbed(
            model, read_path(None), "The lab's built-in sample of MNIST's training images"
        )
    except DataError as error:
        report(f"The disturbances are left out: {error}")
        return []


def _read_pens() -> list[Drawing]:
    pens = read_pens()
    return [
        Drawing([stroke.tolist() for stroke in strokes], int(label), int(writer))
        for strokes, label, writer in zip(pens.strokes, pens.labels, pens.writers, strict=True)
    ]


def _tell(model: Model, opening: Opening) -> dict[str, Any]:
    return asdict(opening) | {"n_opened": count_openings(model, opening)}


def _tell_card(model: Model) -> list[dict[str, Any]]:
    """Tell what the card has of pen digits that the model itself has learned from: read by others for it."""
    pens = model.info.pens
    if pens is None:
        return []
    low, high = pens.interval
    source = (
        f"{_PENS_SOURCE}. From the model's card, by cross-validation over the writers: each of {pens.folds} "
        "parts was read by a network that was trained in the same way on the others."
    )
    name = model.info.trained_as or model.name
    figures = {"n": pens.n, "accuracy": pens.accuracy, "low": low, "high": high, "over": "writers"}
    return [{"name": _PENS, "model": name, **figures, "source": source}]


def _say_one(told: dict[str, Any]) -> str:
    n = told.get("n_opened", 1)
    low, high, accuracy = (100 * told[name] for name in ("low", "high", "accuracy"))
    again = f" (opened {n} times, which tells nothing new where it was chosen by them)" if n > 1 else ""
    words = f"({low:.2f} to {high:.2f}, over {told['over']}) of {told['n']:,}: {told['name']}{again}"
    return f"  {accuracy:6.2f} {words}"
