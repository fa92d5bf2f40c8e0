"""The images of a map, what a network makes of them, and what each of its layers answers."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Activations, Images, Indices, Labels
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation.answers import read_probabilities
from mnist_core.insight.evaluation.part import take_examples
from mnist_core.insight.fields.layers import activate, all_sums
from mnist_core.network.architecture import MLP, OUTPUT
from mnist_core.network.models import Model

N_POINTS = 2_000
"""Images of a map, unless something else is asked for."""

_LEAST = 50  # fewer make neither a cloud nor a probe
_MOST = 5_000  # t-SNE and UMAP take seconds for each thousand


@dataclass(frozen=True, eq=False)
class Sample:
    """Images to be shown as points, and as many others of the same kind to fit probes to.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), float32
        As the model reads them.
    labels : ndarray of shape (n,), int64
        Their classes, as the model counts them.
    places : ndarray of shape (n,), int64
        Their positions in the data set.
    guesses : ndarray of shape (n,), int64
        What the model reads.
    confidences : ndarray of shape (n,), float32
        The probability of the guess, at the model's temperature.
    others : ndarray of shape (m, side, side), float32
        Images that are not shown.
    other_labels : ndarray of shape (m,), int64
        Their classes.
    words : str
        Which images these are, and whether the model has seen them.
    """

    images: Images
    labels: Labels
    places: Indices
    guesses: Labels
    confidences: Float32[np.ndarray, " n"]
    others: Images
    other_labels: Labels
    words: str

    @property
    def accuracy(self) -> float:
        """Return the share of the shown images that the model reads right."""
        return float((self.guesses == self.labels).mean())


def choose_sample(model: Model, dataset: Dataset, n_points: int = N_POINTS, seed: int = 0) -> Sample:
    """Draw the images of a map from those that a model is fairly measured on.

    Twice as many are drawn, half of them for the probes; where there are fewer, all are taken and halved.

    Parameters
    ----------
    model : Model
        Whose layers are mapped.
    dataset : Dataset
        Where the images are taken from.
    n_points : int
        How many are shown, from 50 to 5,000.
    seed : int
        Of the draw.

    Raises
    ------
    DataError
        If the data set does not fit the model, has too few images, or another number is asked for.
    """
    if not _LEAST <= n_points <= _MOST:
        raise DataError(f"A map needs {_LEAST} to {_MOST:,} points, but {n_points:,} were asked for.")
    found = take_examples(model, dataset)
    n = min(n_points, len(found.labels) // 2)
    if n < _LEAST:
        raise DataError(
            f"A map needs at least {2 * _LEAST} images that the model may be measured on, but "
            f"{dataset.name} has {len(found.labels)}: open a larger data set."
        )
    drawn = np.random.default_rng(seed).permutation(len(found.labels))[: 2 * n]
    shown, others = np.sort(drawn[:n]), np.sort(drawn[n:])
    probabilities = read_probabilities(model, found.images[shown])
    return Sample(
        images=found.images[shown],
        labels=found.labels[shown],
        places=found.part.indices[shown],
        guesses=probabilities.argmax(axis=1),
        confidences=probabilities.max(axis=1),
        others=found.images[others],
        other_labels=found.labels[others],
        words=f"{n:,} images, drawn with seed {seed}, of these: {found.part.words}",
    )


def read_stages(network: MLP, images: Images) -> dict[str, Activations]:
    """Compute what each stage holds of each image: pixels, activations of the hidden layers, and logits.

    Parameters
    ----------
    network : MLP
        A trained network.
    images : ndarray of shape (n, side, side), float32
        Of the size that it reads.

    Returns
    -------
    dict of str to ndarray of shape (n, features), float32
        By stage: `input`, as the network is given them, and behind each of its layers.
    """
    sums = all_sums(network, images)
    pixels: Activations = np.asarray(images, dtype=np.float32).reshape(len(images), -1)
    values = {"input": pixels}
    for layer in network.layer_names:
        values[layer] = sums[layer] if layer == OUTPUT else activate(network, sums[layer])
    return values
