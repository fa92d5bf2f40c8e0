"""One point of a grid: the hyper-parameters of one network."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mnist_core.ground.errors import GridError

MOST_UNITS = 4096
"""A wider layer is a typing error in a lab for small networks."""

MOST_RATE = 10.0
"""A greater learning rate is a typing error, too."""


class Activation(StrEnum):
    """The function behind both hidden layers."""

    SIGMOID = "sigmoid"
    RELU = "relu"
    TANH = "tanh"

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


def check_activation(value: Any) -> Activation:
    """Return an activation by its name, or raise `GridError`."""
    try:
        return Activation(str(value).lower())
    except ValueError:
        choices = ", ".join(Activation)
        raise GridError(f"The activation must be one of {choices}, but is {value!r}: choose one.") from None


@dataclass(frozen=True)
class Candidate:
    """One point of a grid: the hyper-parameters of one network."""

    lr: float
    hidden1: int
    hidden2: int
    activation: Activation

    def __str__(self) -> str:
        return f"{self.hidden1}-{self.hidden2} {self.activation.label}, lr {self.lr:g}"

    def params(self) -> dict[str, float | int | str]:
        """Return the hyper-parameters as plain JSON values."""
        return {**asdict(self), "activation": self.activation.value}

    @staticmethod
    def from_params(params: Mapping[str, Any]) -> "Candidate":
        """Make a candidate from what `params` returned.

        Raises
        ------
        GridError
            If a value is not one that a network can be made with.
        """
        return Candidate(
            lr=check_lr(params["lr"]),
            hidden1=check_count("hidden1", params["hidden1"], MOST_UNITS),
            hidden2=check_count("hidden2", params["hidden2"], MOST_UNITS),
            activation=check_activation(params["activation"]),
        )
