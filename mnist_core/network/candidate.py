"""One point of a grid: the hyper-parameters of one network."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mnist_core.ground.errors import GridError

MOST_UNITS = 4096
"""A wider layer is a typing error in a lab for small networks."""

MOST_RATE = 10.0
"""A greater learning rate is a typing error, too."""


MOST_LAYERS = 3
"""Hidden layers of a network."""


class Activation(StrEnum):
    """The function behind the hidden layers."""

    SIGMOID = "sigmoid"
    RELU = "relu"
    TANH = "tanh"
    LINEAR = "linear"
    SQUARE = "square"

    @property
    def label(self) -> str:
        """Return the name as papers write it."""
        return "ReLU" if self is Activation.RELU else self.value.capitalize()


def check_count(name: str, value: Any, most: int) -> int:
    """Return a whole number from 1 to most.

    Raises
    ------
    GridError
        If it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise GridError(f"{name} must be a whole number from 1 to {most}, but is {value!r}: choose one.")
    return value


def check_lr(value: Any) -> float:
    """Return a learning rate as a float, or raise `GridError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise GridError(f"lr must be a number, but is {value!r}: give one such as 0.001.")
    if not 0 < value <= MOST_RATE:
        raise GridError(
            f"lr must be above 0 and at most {MOST_RATE:g}, but is {value}: give one such as 0.001."
        )
    return float(value)


def check_widths(values: Any) -> tuple[int, ...]:
    """Return the widths of one to three hidden layers, or raise `GridError`."""
    if not isinstance(values, Sequence) or isinstance(values, str) or not 1 <= len(values) <= MOST_LAYERS:
        raise GridError(
            f"hidden must be the widths of 1 to {MOST_LAYERS} hidden layers, but is {values!r}: give a list "
            "such as [96, 24]."
        )
    return tuple(check_count(f"hidden{n}", value, MOST_UNITS) for n, value in enumerate(values, start=1))


def check_activation(value: Any) -> Activation:
    """Return an activation by its name, or raise `GridError`."""
    try:
        return Activation(str(value).lower())
    except ValueError:
        choices = ", ".join(Activation)
        raise GridError(f"The activation must be one of {choices}, but is {value!r}: choose one.") from None


@dataclass(frozen=True)
class Candidate:
    """One point of a grid: the hyper-parameters of one network.

    Attributes
    ----------
    lr : float
        Learning rate.
    hidden1, hidden2, hidden3 : int or None
        Units of the hidden layers; None where the network has fewer layers.
    activation : Activation
        The function behind them.
    settings : tuple of (str, value)
        What it has of its own where the recipe says else: names of `recipe.GRID_SETTINGS`, sorted.
    """

    lr: float
    hidden1: int
    hidden2: int | None
    activation: Activation
    hidden3: int | None = None
    settings: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        words = "".join(f", {name.replace('_', ' ')} {value}" for name, value in self.settings)
        return f"{self.architecture} {self.activation.label}, lr {self.lr:g}{words}"

    @property
    def hidden(self) -> tuple[int, ...]:
        """Return the widths of the hidden layers, one to three."""
        return tuple(width for width in (self.hidden1, self.hidden2, self.hidden3) if width is not None)

    @property
    def architecture(self) -> str:
        """Return the widths of the hidden layers as `96-24`."""
        return "-".join(map(str, self.hidden))

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Return the names of the layers of its network, `hidden1` first, `output` last."""
        return (*(f"hidden{n}" for n in range(1, len(self.hidden) + 1)), "output")

    def params(self) -> dict[str, Any]:
        """Return the hyper-parameters as plain JSON values; layers that it lacks are not among them."""
        widths = {f"hidden{n}": width for n, width in enumerate(self.hidden, start=1)}
        return {"lr": self.lr, **widths, "activation": self.activation.value, **dict(self.settings)}

    @staticmethod
    def make(lr: float, hidden: Sequence[int], activation: Activation, **settings: Any) -> "Candidate":
        """Make a candidate of any depth; its settings are those of `recipe.GRID_SETTINGS`."""
        hidden1, hidden2, hidden3 = [*hidden, None, None][:MOST_LAYERS]
        assert hidden1 is not None
        return Candidate(lr, hidden1, hidden2, activation, hidden3, tuple(sorted(settings.items())))

    @staticmethod
    def from_params(params: Mapping[str, Any]) -> "Candidate":
        """Make a candidate from what `params` returned.

        Raises
        ------
        GridError
            If a value is not one that a network can be made with.
        """
        rest = {name: value for name, value in params.items() if name not in ("lr", "activation")}
        widths = [rest.pop(f"hidden{n}", None) for n in range(1, MOST_LAYERS + 1)]
        return Candidate.make(
            check_lr(params["lr"]),
            check_widths(rest.pop("hidden", [width for width in widths if width is not None])),
            check_activation(params["activation"]),
            **rest,
        )
