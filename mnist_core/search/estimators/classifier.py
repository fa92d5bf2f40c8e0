"""One network as a scikit-learn classifier."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from mnist_core.engines.fused import MOST_PIXELS
from mnist_core.engines.fused.alone import train_network
from mnist_core.ground.arrays import Inputs, Labels, Probabilities
from mnist_core.ground.errors import LabError
from mnist_core.insight.evaluation import predict
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import PAPER_WINNER
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import MOST_CLASSES, RECIPE_SETTINGS, Recipe

_AXES = ("lr", "hidden1", "hidden2", "activation")
_SEEDS = 2**31


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """A network with two hidden layers as a scikit-learn classifier; the defaults are the paper's winner.

    Parameters
    ----------
    hidden1, hidden2 : int
        Units of the hidden layers.
    activation : {"sigmoid", "relu", "tanh"}
        The function behind both.
    lr : float
        Adam's learning rate.
    max_epochs, patience, batch_size : int
        See `mnist_core.network.recipe.Recipe`. A fifth of the images given to `fit`, stratified, tells
        when to stop.
    weight_decay, input_dropout, input_noise : float
        See there, too.
    random_state : int, RandomState or None
        Seed of the initial weights; None draws one.

    Attributes
    ----------
    network_ : MLP
        With the weights of the last epoch.
    history_ : tuple of EpochRecord
        Every epoch.
    classes_ : ndarray of shape (classes,)
        The labels, sorted; the network has an output for each.
    n_features_in_ : int
        Pixels of an image.
    feature_names_in_ : ndarray of shape (pixels,)
        Names of the columns, where X was a data frame.
    """

    def __init__(
        self,
        hidden1: Any = PAPER_WINNER.hidden1,
        hidden2: Any = PAPER_WINNER.hidden2,
        activation: Any = PAPER_WINNER.activation.value,
        lr: Any = PAPER_WINNER.lr,
        *,
        max_epochs: Any = 500,
        patience: Any = 3,
        batch_size: Any = 128,
        weight_decay: Any = 0.0,
        input_dropout: Any = 0.0,
        input_noise: Any = 0.0,
        random_state: Any = 0,
    ) -> None:
        # As in all of scikit-learn, anything can be set; `fit` says what cannot be used.
        self.hidden1 = hidden1
        self.hidden2 = hidden2
        self.activation = activation
        self.lr = lr
        self.max_epochs = max_epochs
        self.patience = patience
        self.batch_size = batch_size
        self.weight_decay = weight_decay
        self.input_dropout = input_dropout
        self.input_noise = input_noise
        self.random_state = random_state

    @staticmethod
    def wrap(
        network: MLP,
        candidate: Candidate,
        recipe: Recipe,
        history: Sequence[EpochRecord] = (),
        classes: Any = None,
    ) -> "NetworkClassifier":
        """Make a fitted classifier of a network that was trained elsewhere.

        Parameters
        ----------
        network : MLP
            In evaluation mode.
        candidate : Candidate
            Its hyper-parameters.
        recipe : Recipe
            How it was trained, and how `fit` will train.
        history : sequence of EpochRecord
            Its epochs.
        classes : array-like of shape (classes,) or None
            What its outputs stand for, sorted; None stands for 0, 1, 2, ...
        """
        settings = {name: getattr(recipe, name) for name in RECIPE_SETTINGS}
        axes = candidate.hidden1, candidate.hidden2, candidate.activation.value, candidate.lr
        made = NetworkClassifier(*axes, **settings, random_state=recipe.seed)
        made.network_, made.history_ = network, tuple(history)
        made.classes_ = np.arange(network.output.out_features) if classes is None else np.asarray(classes)
        made.n_features_in_ = network.hidden1.in_features
        return made

    def fit(self, X: Any, y: Any) -> "NetworkClassifier":
        """Train from fresh weights.

        Parameters
        ----------
        X : array-like of shape (n, pixels) or (n, side, side)
            Images, ink 0 to 1 in the paper; converted to float32, not rescaled.
        y : array-like of shape (n,)
            A label each, of any kind; 2 to 64 different ones.

        Raises
        ------
        ValueError
            If X and y are no such arrays, or a parameter cannot be used.
        """
        columns, labels = read_training(self, X, y)
        check_inner_parts(labels)
        with raising_value_errors():
            candidate = Candidate.from_params({axis: make_plain(getattr(self, axis)) for axis in _AXES})
            recipe = make_recipe(self)
        self.network_, self.history_ = train_network(columns, labels, candidate, recipe)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the likeliest label of each image, an array of shape (n,)."""
        guesses = self.predict_proba(X).argmax(axis=1)
        labels: np.ndarray = self.classes_[guesses]
        return labels

    def predict_proba(self, X: Any) -> Probabilities:
        """Return each label's probability, a row an image, columns in the order of `classes_`."""
        check_is_fitted(self)
        columns = validate_data(self, flatten_images(X), dtype=np.float32, order="C", reset=False)
        return predict(self.network_, columns)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "network_")

    def __sklearn_tags__(self) -> Tags:
        return tag_images(super().__sklearn_tags__())


def tag_images(tags: Tags) -> Tags:
    """Tell scikit-learn that images are taken too, not columns only."""
    tags.input_tags.three_d_array = True
    return tags


def flatten_images(X: Any) -> Any:
    """Lay images out as columns; what has no three axes is passed on."""
    if getattr(X, "ndim", 2) != 3:
        return X
    return np.asarray(X).reshape(len(X), X.shape[1] * X.shape[2])


def read_training(estimator: Any, X: Any, y: Any) -> tuple[Inputs, Labels]:
    """Check training data as scikit-learn does, and set what the estimator learns of their form.

    Parameters
    ----------
    estimator : estimator
        Gets `classes_`, `n_features_in_`, and `feature_names_in_` where X has names.
    X : array-like of shape (n, pixels) or (n, side, side)
        Images.
    y : array-like of shape (n,)
        Their labels.

    Returns
    -------
    ndarray of shape (n, pixels), float32
        The images.
    ndarray of shape (n,), int64
        For each, the position of its label in `classes_`.

    Raises
    ------
    ValueError
        If they are no such arrays, or no network can be trained on them.
    """
    columns, y = validate_data(estimator, flatten_images(X), y, dtype=np.float32, order="C")
    check_classification_targets(y)
    encoder = LabelEncoder()
    labels = encoder.fit_transform(y).astype(np.int64)
    if not 2 <= len(encoder.classes_) <= MOST_CLASSES:
        raise ValueError(
            f"A network needs 2 to {MOST_CLASSES} classes to tell apart, but y has {len(encoder.classes_)} "
            "class(es): choose other labels."
        )
    if columns.shape[1] > MOST_PIXELS:
        raise ValueError(
            f"An image may have {MOST_PIXELS:,} pixels, but these have {columns.shape[1]:,}: "
            "make them smaller."
        )
    estimator.classes_ = encoder.classes_
    return columns, labels


def check_inner_parts(labels: Labels, folds: int = 1) -> None:
    """Check that a part can be set aside to tell when to stop, also where a fold is left out.

    Raises
    ------
    ValueError
        If too few images of every label are left. Of some there may be fewer: scikit-learn warns of them.
    """
    most, n_parts = int(np.bincount(labels).max()), Recipe().inner_folds
    left = most - math.ceil(most / folds) if folds > 1 else most
    if left < n_parts:
        raise ValueError(
            f"Training sets 1 of {n_parts} parts aside to tell when to stop, so it needs at least {n_parts} "
            f"images of a label, but at most {left} are left to train on: use more images, or other folds."
        )


def make_recipe(estimator: Any) -> Recipe:
    """Make the recipe that an estimator's parameters and its classes stand for.

    Raises
    ------
    GridError
        If a parameter cannot be used.
    """
    settings = {name: make_plain(getattr(estimator, name)) for name in RECIPE_SETTINGS}
    seed = estimator.random_state
    if not isinstance(seed, Integral):
        seed = check_random_state(seed).randint(_SEEDS)
    return Recipe(**settings, seed=int(seed), n_classes=len(estimator.classes_))


def make_plain(value: Any) -> Any:
    """Turn NumPy's numbers and arrays into Python's own."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


@contextmanager
def raising_value_errors() -> Iterator[None]:
    """Raise what the lab finds wrong with a parameter as scikit-learn does."""
    try:
        yield
    except LabError as error:
        raise ValueError(str(error)) from error
