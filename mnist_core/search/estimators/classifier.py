"""One network as a scikit-learn classifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from mnist_core.engines.fused.alone import train_network
from mnist_core.ground.arrays import Probabilities
from mnist_core.insight.evaluation import predict
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import PAPER_WINNER
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import RECIPE_SETTINGS, Recipe
from mnist_core.search.estimators.inputs import (
    check_inner_parts,
    flatten_images,
    make_plain,
    make_recipe,
    raising_value_errors,
    read_training,
    tag_images,
)

_AXES = ("lr", "hidden1", "hidden2", "hidden3", "activation")


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """A network as a scikit-learn classifier; the defaults are the paper's winner.

    Parameters
    ----------
    hidden1, hidden2 : int or None
        Units of the hidden layers; None for one that the network lacks.
    activation : {"sigmoid", "relu", "tanh", "linear", "square"}
        The function behind the hidden layers.
    lr : float
        The learning rate.
    hidden3 : int or None
        Units of a third one.
    hidden : sequence of int or None
        Widths of one to three hidden layers, instead of the three above.
    max_epochs, patience, batch_size : int
        See `mnist_core.network.recipe.Recipe`. A fifth of the images given to `fit`, stratified, tells
        when to stop.
    weight_decay, input_dropout, input_noise, momentum : float
        See there, too.
    optimizer : {"adam", "sgd", "nesterov"}
        How weights follow their gradients.
    keep : {"last", "best"}
        Whose weights the network ends with: of the last epoch, or of the one with the best validation loss.
    random_state : int, RandomState or None
        Seed of the initial weights; None draws one.

    Attributes
    ----------
    network_ : MLP
        With the weights of the last epoch, or of the best where `keep` says so.
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
        hidden3: Any = None,
        hidden: Any = None,
        max_epochs: Any = 500,
        patience: Any = 3,
        batch_size: Any = 128,
        weight_decay: Any = 0.0,
        input_dropout: Any = 0.0,
        input_noise: Any = 0.0,
        optimizer: Any = "adam",
        momentum: Any = 0.0,
        keep: Any = "last",
        random_state: Any = 0,
    ) -> None:
        # As in all of scikit-learn, anything can be set; `fit` says what cannot be used.
        self.hidden1 = hidden1
        self.hidden2 = hidden2
        self.activation = activation
        self.lr = lr
        self.hidden3 = hidden3
        self.hidden = hidden
        self.max_epochs = max_epochs
        self.patience = patience
        self.batch_size = batch_size
        self.weight_decay = weight_decay
        self.input_dropout = input_dropout
        self.input_noise = input_noise
        self.optimizer = optimizer
        self.momentum = momentum
        self.keep = keep
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
        recipe = recipe.of(candidate)
        settings = {name: getattr(recipe, name) for name in RECIPE_SETTINGS}
        settings |= {"optimizer": str(recipe.optimizer), "keep": str(recipe.keep)}
        axes = {axis: getattr(candidate, axis) for axis in _AXES} | {"activation": candidate.activation.value}
        made = NetworkClassifier(**axes, **settings, random_state=recipe.seed)
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
            candidate = Candidate.from_params(self._read_axes())
            recipe = make_recipe(self)
        self.network_, self.history_ = train_network(columns, labels, candidate, recipe)
        return self

    def _read_axes(self) -> dict[str, Any]:
        axes = {axis: make_plain(getattr(self, axis)) for axis in _AXES}
        if self.hidden is None:
            return axes
        widths = make_plain(self.hidden)
        return {"lr": axes["lr"], "activation": axes["activation"], "hidden": widths}

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
