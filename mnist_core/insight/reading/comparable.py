"""Figures of a model that compare with others', each with its interval, and noted on the model's card."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from jaxtyping import Float64

from mnist_core.data.dataset import Dataset
from mnist_core.data.official import is_official_test
from mnist_core.insight.evaluation import predict, wilson_interval
from mnist_core.insight.evaluation.answers import evaluate_model
from mnist_core.insight.evaluation.disturbances import DISTURBANCES, NAMES, disturb_images
from mnist_core.insight.evaluation.part import Examples, Which, take_examples
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.insight.reading.hands import evaluate_drawings
from mnist_core.network.models import Model, save_model
from mnist_core.network.models.opening import Opening
from mnist_core.pens import Drawing

OFFICIAL = "MNIST's official test"
_FINGERPRINT = 16  # digits of a hash, as many as a data set's
_Z = 1.96  # of a normal distribution's middle 95 %
_SEED = 0  # of the disturbances: the same images for every model


def measure_images(model: Model, dataset: Dataset, source: str) -> Opening:
    """Measure what a model reads of images: by MNIST's official test's name only where they are that.

    Parameters
    ----------
    model : Model
        What is measured.
    dataset : Dataset
        Images whose classes the model knows; those that it was trained on are left out, where it is known.
    source : str
        Where they come from.

    Raises
    ------
    DataError
        If the data set does not fit the model.
    """
    examples = take_examples(model, dataset, Which.FAIR)
    found = evaluate_model(model, examples.images, examples.labels)
    name = OFFICIAL if is_official_test(dataset) else f"images of {dataset.name}"
    interval = wilson_interval(found.n_right, found.n)
    words = f"{source}. {examples.part.words}"
    return _open(model, name, found.n, found.accuracy, interval, "images", words, dataset.fingerprint)


def measure_strokes(model: Model, drawings: Sequence[Drawing], name: str, source: str) -> Opening:
    """Measure what a model reads of people's labelled strokes; over writers where each drawing has one.

    Raises
    ------
    DataError
        If none has a label, or the model reads images of another size.
    """
    found, hands = evaluate_drawings(model, drawings)
    n = [hand.n for hand in hands]
    is_of_people = len(n) > 1 and sum(n) == found.n
    n_right = [hand.n_right for hand in hands]
    interval = people_interval(n_right, n) if is_of_people else wilson_interval(found.n_right, found.n)
    over = "writers" if is_of_people else "drawings"
    known = [[one.label, one.writer, one.strokes] for one in drawings if one.label is not None]
    digest = sha256(json.dumps(known).encode()).hexdigest()[:_FINGERPRINT]
    return _open(model, name, found.n, found.accuracy, interval, over, source, digest)


def measure_disturbed(
    model: Model, dataset: Dataset, source: str, names: Iterable[str] = NAMES
) -> list[Opening]:
    """Measure what a model reads of images as they are, and disturbed in each of some ways.

    The figure of a way is the mean over its levels that change anything, each image read at each of them; its
    interval is over images, whose shares at all levels are one value each.

    Parameters
    ----------
    model, dataset, source
        As `measure_images` takes them.
    names : iterable of str
        Keys of `DISTURBANCES`.
    """
    examples = take_examples(model, dataset, Which.FAIR)
    return [measure_images(model, dataset, source)] + [
        _measure_way(model, dataset, examples, name, source) for name in names
    ]


def record_openings(model: Model, openings: Sequence[Opening]) -> Model:
    """Note on a model's card that, and how often, these data were opened for it.

    Raises
    ------
    ModelError
        If its folder cannot be written.
    """
    info = replace(model.info, openings=(*model.info.openings, *openings))
    return save_model(model.network, info, model.folder, model.seen)


def count_openings(model: Model, opening: Opening) -> int:
    """Count how often data were opened for a figure of a model, with an opening that is not yet noted."""
    return 1 + sum((one.name, one.data) == (opening.name, opening.data) for one in model.info.openings)


def _measure_way(model: Model, dataset: Dataset, examples: Examples, name: str, source: str) -> Opening:
    way = DISTURBANCES[name]
    levels = [level for level in way.levels if level != way.usual]
    rights = np.mean([_read(model, examples, name, level) for level in levels], axis=0)
    n, share = len(rights), float(rights.mean())
    half = _Z * float(rights.std()) / np.sqrt(n)
    interval = (max(share - half, 0.0), min(share + half, 1.0))
    shown = ", ".join(f"{level:g}" for level in levels)
    words = f"{source}. {way.words} Mean over {shown} ({way.unit}), seed {_SEED}. {examples.part.words}"
    title = f"{dataset.name}, disturbed by {way.title.lower()}"
    return _open(model, title, n, share, interval, "images", words, dataset.fingerprint)


def _read(model: Model, examples: Examples, name: str, level: float) -> Float64[np.ndarray, " n"]:
    images = disturb_images(examples.images, name, level, _SEED)
    rights: Float64[np.ndarray, " n"] = (
        predict(model.network, images).argmax(axis=1) == examples.labels
    ).astype(np.float64)
    return rights


def _open(
    model: Model,
    name: str,
    n: int,
    accuracy: float,
    interval: tuple[float, float],
    over: str,
    source: str,
    data: str,
) -> Opening:
    opened = datetime.now(UTC).isoformat(timespec="seconds")
    return Opening(name, model.name, n, accuracy, *interval, over, source, data, opened)
