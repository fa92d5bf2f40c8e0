"""How one network is trained."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Candidate, check_count

MOST_BATCH = 32_768
"""The fused engine counts the images of a batch in 16 bits."""

MOST_DECAY, MOST_NOISE, MOST_EPOCHS = 1.0, 10.0, 100_000
"""More are typing errors."""

MOST_CLASSES = 64
"""The fused engine judges an image's logits in up to four vectors of 16."""

GRID_SETTINGS = (
    "batch_size",
    "weight_decay",
    "input_dropout",
    "input_noise",
    "optimizer",
    "momentum",
    "patience",
    "seed",
)
"""What of a recipe can be an axis of a grid."""

RECIPE_SETTINGS = ("max_epochs", "keep", *(name for name in GRID_SETTINGS if name != "seed"))
"""What users choose of a recipe; its seed, folds and classes come with the task."""


class Optimizer(StrEnum):
    """How weights follow their gradients, each as torch does it."""

    ADAM = "adam"
    SGD = "sgd"
    NESTEROV = "nesterov"


OPTIMIZER_WORDS = {
    Optimizer.ADAM: "Adam",
    Optimizer.SGD: "gradient descent",
    Optimizer.NESTEROV: "Nesterov's gradient descent",
}
"""Each of them in words."""


class Keep(StrEnum):
    """Whose weights a network ends with: those of its last epoch, or of the best that early stopping saw."""

    LAST = "last"
    BEST = "best"


def _check_keep(value: Any) -> Keep:
    try:
        return Keep(str(value).lower())
    except ValueError:
        raise GridError(f"keep must be last or best, but is {value!r}: choose one.") from None


def check_optimizer(value: Any) -> Optimizer:
    """Return an optimiser by its name, or raise `GridError`."""
    try:
        return Optimizer(str(value).lower())
    except ValueError:
        choices = ", ".join(Optimizer)
        raise GridError(f"The optimizer must be one of {choices}, but is {value!r}: choose one.") from None


def _check_amount(name: str, value: Any, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise GridError(f"{name} must be a number from 0 to {most:g}, but is {value!r}: choose one.")


@dataclass(frozen=True)
class Recipe:
    """How one network is trained, and what it tells apart; the defaults are the paper's.

    Attributes
    ----------
    max_epochs : int
        Epochs at most.
    patience : int
        Epochs without a better validation loss after which training stops.
    batch_size : int
        Images a step, in the order of the data: nothing is shuffled between epochs.
    inner_folds : int
        The stratified parts of the training images of which the first is for validation.
    seed : int
        Seed of the initial weights.
    n_classes : int
        Units of the output layer, one a class.
    weight_decay : float
        What of each weight and bias is added to its gradient before the optimiser sees it, as torch does it.
    input_dropout : float
        The chance of each pixel of a training image to be dropped in an epoch; the others are scaled up
        to make good for it.
    input_noise : float
        Standard deviation of what is added to each pixel of a training image in an epoch, in units of
        full ink.
    optimizer : Optimizer
        `adam`, `sgd` (gradient descent, with momentum where there is any), or `nesterov`.
    momentum : float
        What of the last step the next one keeps; for `sgd` and `nesterov`.
    keep : Keep
        `last`, the weights of the last epoch, or `best`, those of the epoch after which none was better; as
        skorch's `EarlyStopping` with its `load_best`.
    own_units : bool
        Whether each class has units of its own in the last hidden layer: the weights that lead from them to
        other classes begin at 0 and stay 0. By the fused engine alone.
    """

    max_epochs: int = 500
    patience: int = 3
    batch_size: int = 128
    inner_folds: int = 5
    seed: int = 0
    n_classes: int = 10
    weight_decay: float = 0.0
    input_dropout: float = 0.0
    input_noise: float = 0.0
    optimizer: str = Optimizer.ADAM
    momentum: float = 0.0
    keep: str = Keep.LAST
    own_units: bool = False

    def __post_init__(self) -> None:
        for name, most in (
            ("max_epochs", MOST_EPOCHS),
            ("patience", MOST_EPOCHS),
            ("batch_size", MOST_BATCH),
        ):
            check_count(name, getattr(self, name), most)
        if not 1 <= self.n_classes <= MOST_CLASSES:
            raise GridError(
                f"A network tells 1 to {MOST_CLASSES} classes apart, but the data has {self.n_classes}: "
                "choose other labels."
            )
        _check_amount("weight_decay", self.weight_decay, MOST_DECAY)
        _check_amount("input_dropout", self.input_dropout, 1.0)
        if self.input_dropout == 1:
            raise GridError("input_dropout must be below 1, but is 1, which drops all: choose less.")
        _check_amount("input_noise", self.input_noise, MOST_NOISE)
        object.__setattr__(self, "optimizer", check_optimizer(self.optimizer))  # as JSON holds it
        object.__setattr__(self, "keep", _check_keep(self.keep))
        self._check_momentum()
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**32:
            raise GridError(f"The seed must be from 0 to 4294967295, but is {self.seed}: choose another.")

    def _check_momentum(self) -> None:
        _check_amount("momentum", self.momentum, 1.0)
        if self.momentum == 1:
            raise GridError("momentum must be below 1, but is 1, which never slows down: choose less.")
        if self.optimizer == Optimizer.ADAM and self.momentum:
            raise GridError(
                f"momentum is for the optimizers sgd and nesterov, but is {self.momentum:g} for adam: choose "
                "one of them, or no momentum."
            )
        if self.optimizer == Optimizer.NESTEROV and not self.momentum:
            raise GridError("The optimizer nesterov needs a momentum above 0, but has none: give 0.9, say.")

    def of(self, candidate: Candidate) -> "Recipe":
        """Return the recipe as one candidate is trained by it, with the settings that it has of its own.

        Raises
        ------
        GridError
            If a setting is none, or has a value that cannot be used.
        """
        unknown = [name for name, _ in candidate.settings if name not in GRID_SETTINGS]
        if unknown:
            raise GridError(f"A candidate may vary {', '.join(GRID_SETTINGS)}, but has {unknown[0]}.")
        settings = dict(candidate.settings)
        if settings.get("optimizer") == Optimizer.ADAM:
            settings.setdefault("momentum", 0.0)
        return replace(self, **settings) if settings else self

    @property
    def batches(self) -> tuple[int | float, ...]:
        """Return what recipes must share for their networks to see the same batches."""
        return self.inner_folds, self.batch_size, self.input_dropout, self.input_noise, self.n_classes

    @property
    def disturbs_inputs(self) -> bool:
        """Whether each epoch trains on other variants of the images."""
        return self.input_dropout > 0 or self.input_noise > 0

    @property
    def name(self) -> str:
        """Return its name where only seed and classes are others, or `paper, changed` and the like."""
        alike = replace(self, seed=0, n_classes=10)
        names = {recipe: name for name, recipe in NAMED.items()}
        return names.get(alike, f"{'exact' if self.own_units else 'paper'}, changed")


LEGIBLE = Recipe(input_noise=0.6)
"""The paper's recipe on noisy images: its output fields look like digits."""

EXACT = Recipe(input_noise=0.3, own_units=True)
"""That for networks of squares of which each class has a few of its own: its pictures are the network."""

NAMED = {"paper": Recipe(), "legible": LEGIBLE, "exact": EXACT}
"""Recipes by their names."""


def list_options(recipe: Recipe, limit: int | None, usual: Recipe | None = None) -> list[str]:
    """List the options that say how a recipe differs from the usual one, and how many images it takes.

    Parameters
    ----------
    recipe : Recipe
        How the network is trained; its seed is not among the options.
    limit : int or None
        Images taken of the data set; None stands for all.
    usual : Recipe or None
        What no option stands for; None is the paper's.
    """
    usual = usual or Recipe()
    words: list[object] = []
    for setting in RECIPE_SETTINGS:
        if getattr(recipe, setting) != getattr(usual, setting):
            words += [name_option(setting), getattr(recipe, setting)]
    words += [] if limit is None else ["--limit", limit]
    return [str(word) for word in words]


def list_seeds(recipe: Recipe, split_seed: int) -> list[str]:
    """List the options that give the seed of the weights, and that of the shuffle where it is another."""
    other = [] if split_seed == recipe.seed else ["--split-seed", str(split_seed)]
    return ["--seed", str(recipe.seed), *other]


def name_option(name: str) -> str:
    """Return the option of a command that gives a setting."""
    return f"--{name.replace('_', '-')}"
