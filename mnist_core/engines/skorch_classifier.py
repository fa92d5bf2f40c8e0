"""The skorch classifier of the paper's recipe, and training one network with it."""

from collections.abc import Callable
from typing import Any

import torch
from sklearn.callback import CallbackSupportMixin, with_callbacks
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, EarlyStopping
from skorch.dataset import ValidSplit
from torch import nn
from torch.utils.data import Dataset

from mnist_core.engines.noise import disturb
from mnist_core.ground.arrays import Columns, Inputs, Labels
from mnist_core.ground.errors import GridError
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import Keep, Optimizer, Recipe


class DigitClassifier(CallbackSupportMixin, NeuralNetClassifier):
    """A skorch classifier with a seed, whose epochs are tasks of scikit-learn's callbacks.

    Parameters
    ----------
    *args, **kwargs
        As for `skorch.NeuralNetClassifier`.
    seed : int
        Seed of the initial weights; torch's global generator is left as it was.
    """

    def __init__(self, *args: Any, seed: int = 0, **kwargs: Any) -> None:
        self.seed = seed
        super().__init__(*args, **kwargs)

    @property
    def _default_callbacks(self) -> list[tuple[str, Callback]]:
        return [*super()._default_callbacks, ("epoch_task", _EpochTask())]

    def initialize(self) -> "DigitClassifier":
        """Draw the initial weights from the seed, and set everything else up."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            super().initialize()
        return self

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, **fit_params: Any) -> "DigitClassifier":  # noqa: N803 scikit-learn's name
        """Train from fresh weights; a fit task with a subtask for each epoch."""
        context = self._init_callback_context(max_subtasks=None)
        context.call_on_fit_task_begin(estimator=self)
        super().fit(X, y, **fit_params)
        context.call_on_fit_task_end(estimator=self)
        return self


class _EpochTask(Callback):
    """Tell scikit-learn's callbacks of each epoch that ends."""

    def on_epoch_end(self, net: Any, **_: Any) -> None:
        context = net._callback_fit_ctx.subcontext(task_name="epoch")
        context.call_on_fit_task_end(estimator=net)


class _Report(Callback):
    """Pass each epoch that ends to a function."""

    def __init__(self, report: Callable[[EpochRecord], None]) -> None:
        self.report = report

    def on_epoch_end(self, net: Any, **_: Any) -> None:
        self.report(read_epoch(net.history[-1]))


class _DisturbedSplit(ValidSplit):
    """Split images as the recipe says; what is to be trained on is drawn anew each epoch."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe.inner_folds, stratified=True)
        self.recipe = recipe

    def __call__(self, dataset: Any, y: Any = None, groups: Any = None) -> tuple[Any, Any]:
        train, valid = super().__call__(dataset, y, groups)
        return _DisturbedImages(dataset.X[train.indices], y[train.indices], self.recipe), valid


class _DisturbedImages(Dataset):
    """Images of which each epoch sees others, with their digits."""

    def __init__(self, rows: Columns, labels: Labels, recipe: Recipe) -> None:
        self.rows, self.labels, self.recipe = rows, labels, recipe
        self.drawn = rows

    def draw(self, epoch: int) -> None:
        self.drawn = disturb(self.rows, self.recipe, epoch)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        return self.drawn[number], self.labels[number]


class _Draw(Callback):
    """Draw what the next epoch trains on."""

    def on_epoch_begin(self, net: Any, dataset_train: Any = None, **_: Any) -> None:
        dataset_train.draw(len(net.history))


def make_classifier(recipe: Recipe, n_inputs: int, **params: Any) -> DigitClassifier:
    """Make the untrained classifier of a recipe.

    Parameters
    ----------
    recipe : Recipe
        How it will be trained.
    n_inputs : int
        Pixels of an image.
    **params
        Further settings of the classifier, such as those of `classifier_params`.

    Raises
    ------
    GridError
        If classes are to have units of their own.
    """
    if recipe.own_units:
        raise GridError("Units of a class's own are trained by the engine fused, not by skorch: choose it.")
    settings = {
        # Logits and cross-entropy are softmax and its log-likelihood, in one stable step.
        "criterion": nn.CrossEntropyLoss,
        "max_epochs": recipe.max_epochs,
        "iterator_train__shuffle": False,
        "module__n_inputs": n_inputs,
        "module__n_classes": recipe.n_classes,
        "verbose": 0,
        # Every class, also one that a small fold may lack.
        "classes": list(range(recipe.n_classes)),
        **_list_settings(recipe),
    }
    return DigitClassifier(MLP, **{**settings, **params})


def _list_settings(recipe: Recipe) -> dict[str, Any]:
    """List the settings that stand for what candidates may vary of a recipe."""
    split, drawing = ValidSplit(recipe.inner_folds, stratified=True), []
    if recipe.disturbs_inputs:
        split, drawing = _DisturbedSplit(recipe), [("draw", _Draw())]
    descent: dict[str, Any] = {"optimizer": torch.optim.Adam}
    if recipe.optimizer != Optimizer.ADAM:
        descent = {
            "optimizer": torch.optim.SGD,
            "optimizer__momentum": recipe.momentum,
            "optimizer__nesterov": recipe.optimizer == Optimizer.NESTEROV,
        }
    stopping = EarlyStopping(patience=recipe.patience, load_best=recipe.keep == Keep.BEST)
    return {
        **descent,
        "optimizer__weight_decay": recipe.weight_decay,
        "batch_size": recipe.batch_size,
        "train_split": split,
        "callbacks": [("early_stopping", stopping), *drawing],
        "seed": recipe.seed,
    }


def classifier_params(candidate: Candidate, recipe: Recipe) -> dict[str, Any]:
    """Name the settings of the classifier of a recipe that a candidate stands for."""
    widths = {f"module__hidden{n}": width for n, width in enumerate(candidate.hidden, start=1)}
    return {
        "lr": candidate.lr,
        "module__hidden2": None,
        **widths,
        "module__activation": candidate.activation.value,
        **(_list_settings(recipe.of(candidate)) if candidate.settings else {}),
    }


def train_network(
    images: Inputs,
    labels: Labels,
    candidate: Candidate,
    recipe: Recipe,
    report: Callable[[EpochRecord], None] | None = None,
) -> tuple[MLP, tuple[EpochRecord, ...]]:
    """Train one network by a recipe.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Training images; the recipe's inner split sets a part aside for early stopping.
    labels : ndarray of shape (n,), int64
        Their digits.
    candidate : Candidate
        Layer widths, activation, learning rate.
    recipe : Recipe
        How to train.
    report : callable or None
        Called with each epoch as it ends.

    Returns
    -------
    MLP
        With the weights of the last epoch, or of the best by the recipe's choice; in evaluation mode.
    tuple of EpochRecord
        Every epoch.
    """
    params = classifier_params(candidate, recipe)
    net = make_classifier(recipe, n_inputs=images[0].size, **params)
    if report is not None:
        net.set_params(callbacks=[*net.callbacks, ("report", _Report(report))])
    net.fit(images.reshape(len(images), -1), labels)
    return net.module_.eval(), tuple(read_epoch(row) for row in net.history)


def read_epoch(row: Any) -> EpochRecord:
    """Read one row of a skorch history."""
    return EpochRecord(
        epoch=int(row["epoch"]),
        train_loss=float(row["train_loss"]),
        valid_loss=float(row["valid_loss"]),
        valid_accuracy=float(row["valid_acc"]),
        seconds=float(row["dur"]),
    )
