"""The images that a network finds most like another: nearest by what its last hidden layer answers.

By pixels a shifted or thicker digit would be far away; what the last hidden layer answers is all that the
outputs know of an image, so its neighbours tell why a digit is read as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mnist_core.data.dataset import Dataset, split_dataset
from mnist_core.ground.arrays import Activations, Image, Indices, Labels
from mnist_core.insight.evaluation import read_activations
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.fields.layers import activate, layer_sums
from mnist_core.insight.fields.probe import Digits, take_images
from mnist_core.network.models import Model


@dataclass(frozen=True, eq=False)
class Crowd:
    """Images among which the nearest are looked for, and what the network answers to each.

    Attributes
    ----------
    dataset : Dataset
        Where the first come from.
    places : ndarray of shape (k,), int64
        Which of it.
    pens : Digits
        The others, as the network reads them.
    labels : ndarray of shape (n,), int64
        Of all, as the model counts its classes.
    answers : ndarray of shape (n, units), float32
        Activations of the layer.
    is_trained : bool
        Whether the model was trained on those of the data set; else there are none of it beside the pens.
    """

    dataset: Dataset
    places: Indices
    pens: Digits
    labels: Labels
    answers: Activations
    is_trained: bool


def gather_crowd(model: Model, dataset: Dataset, read_sums: Callable[[], Activations], pens: Digits) -> Crowd:
    """Gather images to look among: those that the model was trained on, or where none is known, all.

    Parameters
    ----------
    model : Model
        The one that reads.
    dataset : Dataset
        Of classes that the model knows.
    read_sums : callable
        Computes the sums of the last hidden layer before the activation, of shape (samples, units), for all
        images of the data set; not called where none of them is looked among.
    pens : Digits
        Drawings that the model learned from too; there may be none.

    Raises
    ------
    DataError
        If the data set has no labels, or images of a class that the model does not know.
    """
    facts = model.info.data
    labels = match_labels(dataset, model.info.class_names)
    is_trained = dataset.fingerprint == facts.fingerprint
    places = np.arange(0 if len(pens.labels) else dataset.n_samples)
    if is_trained:
        places = split_dataset(dataset, facts.split_seed, facts.limit).train
    every = [read_sums()[places]] if len(places) else []
    if len(pens.labels):
        every.append(layer_sums(model.network, model.network.hidden_names[-1], pens.images))
    answers = activate(model.network, np.concatenate(every))
    return Crowd(dataset, places, pens, np.concatenate([labels[places], pens.labels]), answers, is_trained)


def find_nearest(model: Model, crowd: Crowd, image: Image, n: int) -> Digits:
    """Find the images whose answers are nearest to those to one image, by Euclid's distance.

    Parameters
    ----------
    model : Model
        The one that the crowd was gathered for.
    crowd : Crowd
        At least n images.
    image : ndarray of shape (side, side), float32
        As the model reads it.
    n : int
        How many.

    Returns
    -------
    Digits
        The nearest first; of equal ones the earlier.
    """
    (answer,) = read_activations(model.network, model.network.hidden_names[-1], image[None])
    nearest = find_places(crowd.answers, answer, n)
    images = [_take(model, crowd, int(place)) for place in nearest]
    return Digits(np.stack(images), crowd.labels[nearest])


def find_places(values: Activations, value: Float32[np.ndarray, " units"], n: int) -> Indices:
    """Find the n rows nearest to a value by Euclid's distance, nearest first; of equals the earlier."""
    distances = np.square(values - value).sum(axis=1)
    places: Indices = np.argsort(distances, kind="stable")[:n]
    return places


def _take(model: Model, crowd: Crowd, place: int) -> Image:
    of_dataset = len(crowd.places)
    if place >= of_dataset:
        drawn: Image = crowd.pens.images[place - of_dataset]
        return drawn
    image: Image = take_images(crowd.dataset, crowd.places[[place]], model.info.side)[0]
    return image
