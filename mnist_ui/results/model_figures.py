"""What a model reads: the figures of its folder, or measured on the open data set."""

from dataclasses import dataclass

import numpy as np

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Confusion, Images, Indices, Labels
from mnist_core.insight.evaluation import Evaluation
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.evaluation.part import Which
from mnist_core.network.models import Model
from mnist_core.network.models.info import ModelInfo
from mnist_ui.cached.opened_models import evaluate_part
from mnist_ui.markdown import escape


@dataclass(frozen=True, eq=False)
class Measured:
    """The images behind the figures.

    Attributes
    ----------
    dataset : Dataset
        The open one.
    indices : ndarray of shape (n,), int64
        Its images that were read.
    all_labels : ndarray of shape (m,), int64
        Of all its images, as the model counts the classes.
    evaluation : Evaluation
        How they were read, in this order.
    """

    dataset: Dataset
    indices: Indices
    all_labels: Labels
    evaluation: Evaluation

    @property
    def labels(self) -> Labels:
        """Return the true digit of each image that was read."""
        labels: Labels = self.all_labels[self.indices]
        return labels

    def take(self, places: Indices) -> Images:
        """Return some of the images that were read, by their places among them."""
        return np.asarray(self.dataset.images[self.indices[places]])

    def find_cell(self, truth: int, guess: int) -> Indices:
        """Find the images of a digit that were read as another, or as itself, the surest first."""
        found = np.flatnonzero((self.labels == truth) & (self.evaluation.guesses == guess))
        return found[np.argsort(-self.evaluation.probabilities[found, guess], kind="stable")]


@dataclass(frozen=True, eq=False)
class Reading:
    """Figures of a model.

    Attributes
    ----------
    confusion : ndarray of shape (classes, classes), int64
        Counts; rows are true digits, columns guesses.
    words : str
        What was measured.
    class_names : tuple of str
        What the classes are called.
    measured : Measured or None
        The images behind the figures; None for the figures of the model's folder.
    """

    confusion: Confusion
    words: str
    class_names: tuple[str, ...]
    measured: Measured | None = None

    @property
    def n(self) -> int:
        """Count the images."""
        return int(self.confusion.sum())

    @property
    def n_right(self) -> int:
        """Count those that were read right."""
        return int(np.trace(self.confusion))


def read_folder(info: ModelInfo) -> Reading:
    """Take the figures that the model's folder holds."""
    doubt = "" if info.test.is_unseen else ", which it may have seen"
    after = ", after it was changed" if info.tested_as_changed else ""
    images = f"{escape(info.test_words)}{doubt}{after}"
    words = f"From the model's folder: measured once on {images}. {_tell_changes(info)}".strip()
    return Reading(np.array(info.test.confusion, dtype=np.int64), words, info.class_names)


def _tell_changes(info: ModelInfo) -> str:
    """Tell what was done to a network after its training."""
    told = [
        f"To {escape(change.made_from)} was done: {escape(', '.join(change.steps))}."
        for change in info.changes
    ]
    return " ".join(told)


def read_dataset(model: Model, dataset: Dataset, which: Which) -> Reading:
    """Measure the model on a part of a data set.

    Raises
    ------
    DataError
        If the data set does not fit the model, or has too few images to hold any out.
    """
    part, evaluation = evaluate_part(model, dataset, which)
    words = f"Measured now on the open data set. {escape(part.words)} {_tell_changes(model.info)}".strip()
    if dataset.side != model.info.side:
        words += f" They were brought from {_say_size(dataset.side)} to {_say_size(model.info.side)} pixels."
    names = model.info.class_names
    measured = Measured(dataset, part.indices, match_labels(dataset, names), evaluation)
    return Reading(evaluation.confusion, words, names, measured)


def name_probabilities(info: ModelInfo) -> str:
    """Name what all pages show as a model's probabilities."""
    if info.temperature == 1:
        return "probability"
    whose = f", that of {escape(info.trained_as)}," if info.trained_as else ""
    return f"probability at temperature {info.temperature:.2f}{whose}"


def _say_size(side: int) -> str:
    return f"{side} x {side}"
