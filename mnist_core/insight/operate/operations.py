"""What can be done to a network, each step in words that can be read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from mnist_core.ground.errors import ModelError
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.orders import Order
from mnist_core.insight.operate.plain_weights import HIDDEN, Mask, Matrix, Weights
from mnist_core.network.architecture import LAYER_WORDS

FEWEST_BITS, MOST_BITS = 2, 16

_ORDERS = {
    Order.IMPORTANCE: "by importance",
    Order.STEPWISE: "stepwise",
    Order.MAGNITUDE: "by magnitude",
    Order.RANDOM: "at random",
}


@dataclass(frozen=True)
class SwitchOff:
    """Hold units at their mean activation before anything was done: they tell nothing of an image."""

    layer: str
    units: tuple[int, ...]
    name = "off"

    def apply(self, weights: Weights, bench: Bench) -> Weights:
        """Apply the step."""
        _check_units(weights, self.layer, self.units)
        held, places = weights.held[HIDDEN.index(self.layer)].copy(), list(self.units)
        held[places] = bench.find_means(self.layer)[places]
        return weights.with_held(self.layer, held)

    @property
    def text(self) -> str:
        """Return what stands behind the option of the command."""
        return f"{self.layer}:{_join(self.units)}"

    @property
    def words(self) -> str:
        """Say it in words."""
        return f"Switch off {_say_units(self.units)} of {LAYER_WORDS[self.layer]}"


@dataclass(frozen=True)
class SwitchOn:
    """Let units that are switched off speak again."""

    layer: str
    units: tuple[int, ...]
    name = "on"

    def apply(self, weights: Weights, bench: Bench) -> Weights:  # noqa: ARG002 - as the others
        """Apply the step."""
        _check_units(weights, self.layer, self.units)
        held = weights.held[HIDDEN.index(self.layer)].copy()
        held[list(self.units)] = np.nan
        return weights.with_held(self.layer, held)

    @property
    def text(self) -> str:
        """Return what stands behind the option of the command."""
        return f"{self.layer}:{_join(self.units)}"

    @property
    def words(self) -> str:
        """Say it in words."""
        return f"Switch on {_say_units(self.units)} of {LAYER_WORDS[self.layer]}"


@dataclass(frozen=True)
class Scale:
    """Multiply the outgoing weights of a unit."""

    layer: str
    unit: int
    factor: float
    name = "scale"

    def apply(self, weights: Weights, bench: Bench) -> Weights:  # noqa: ARG002 - as the others
        """Apply the step."""
        _check_units(weights, self.layer, (self.unit,))
        outgoing = weights.read_outgoing(self.layer).copy()
        outgoing[:, self.unit] *= np.float32(self.factor)
        return weights.with_outgoing(self.layer, outgoing)

    @property
    def text(self) -> str:
        """Return what stands behind the option of the command."""
        return f"{self.layer}:{self.unit}={self.factor:g}"

    @property
    def words(self) -> str:
        """Say it in words."""
        return f"Scale unit {self.unit} of {LAYER_WORDS[self.layer]} by {self.factor:g}"


@dataclass(frozen=True)
class Swap:
    """Exchange the outgoing weights of two units: each speaks in the other's place."""

    layer: str
    first: int
    second: int
    name = "swap"

    def apply(self, weights: Weights, bench: Bench) -> Weights:  # noqa: ARG002 - as the others
        """Apply the step."""
        _check_units(weights, self.layer, (self.first, self.second))
        outgoing, pair = weights.read_outgoing(self.layer).copy(), [self.first, self.second]
        outgoing[:, pair] = outgoing[:, pair[::-1]]
        return weights.with_outgoing(self.layer, outgoing)

    @property
    def text(self) -> str:
        """Return what stands behind the option of the command."""
        return f"{self.layer}:{self.first},{self.second}"

    @property
    def words(self) -> str:
        """Say it in words."""
        return (
            f"Swap the outgoing weights of units {self.first} and {self.second} of {LAYER_WORDS[self.layer]}"
        )


@dataclass(frozen=True)
class Prune:
    """Switch off all units of a layer but the best so many of those that are on."""

    layer: str
    keep: int
    order: Order = Order.IMPORTANCE
    name = "prune"

    def apply(self, weights: Weights, bench: Bench) -> Weights:
        """Apply the step."""
        _check_units(weights, self.layer, ())
        most = weights.count_units(self.layer)
        if not 1 <= self.keep <= most:
            raise ModelError(
                f"{self.layer} has {most} units, but {self.keep} are to be kept: keep 1 to {most}."
            )
        ranks = bench.rank(self.layer, self.order)
        still = ranks[weights.is_on(self.layer)[ranks]]
        dropped = tuple(int(unit) for unit in still[self.keep :])
        return SwitchOff(self.layer, dropped).apply(weights, bench)

    @property
    def text(self) -> str:
        """Return what stands behind the option of the command."""
        return f"{self.layer}={self.keep}:{self.order}"

    @property
    def words(self) -> str:
        """Say it in words."""
        return f"Prune {LAYER_WORDS[self.layer]} to {self.keep} units {_ORDERS[self.order]}"


@dataclass(frozen=True)
class Round:
    """Round the weights of every matrix to so many bits; biases stay as they are.

    Symmetric, one step a matrix: its largest weight in size becomes the last of 2^(bits - 1) - 1 levels on
    each side of 0. Weights from and to units that are switched off do not count.
    """

    bits: int
    name = "bits"

    def apply(self, weights: Weights, bench: Bench) -> Weights:  # noqa: ARG002 - as the others
        """Apply the step."""
        if not FEWEST_BITS <= self.bits <= MOST_BITS:
            raise ModelError(
                f"Weights are rounded to {FEWEST_BITS} to {MOST_BITS} bits, but {self.bits} were asked for: "
                "choose a number between."
            )
        n_pixels, n_classes = weights.matrices[0].shape[1], len(weights.biases[-1])
        on: list[Mask] = [
            np.ones(n_pixels, bool),
            *map(weights.is_on, weights.hidden),
            np.ones(n_classes, bool),
        ]
        rounded = (
            _round(matrix, matrix[above][:, below], self.bits)
            for matrix, (below, above) in zip(weights.matrices, pairwise(on), strict=True)
        )
        return replace(weights, matrices=tuple(rounded))

    @property
    def text(self) -> str:
        """Return what stands behind the option of the command."""
        return str(self.bits)

    @property
    def words(self) -> str:
        """Say it in words."""
        return f"Round the weights to {self.bits} bits"


Operation: TypeAlias = SwitchOff | SwitchOn | Scale | Swap | Prune | Round


def apply_all(operations: Iterable[Operation], bench: Bench) -> Weights:
    """Apply steps in their order to the network on the bench.

    Raises
    ------
    ModelError
        If the network lacks a layer or unit, or a number is out of its bounds.
    """
    weights = bench.original
    for operation in operations:
        weights = operation.apply(weights, bench)
    return weights


def _check_units(weights: Weights, layer: str, units: Sequence[int]) -> None:
    most = weights.count_units(layer)
    wrong = [unit for unit in units if not 0 <= unit < most]
    if wrong:
        raise ModelError(
            f"{layer} has units 0 to {most - 1}, but {wrong[0]} was asked for: choose one of them."
        )


def _round(matrix: Matrix, counted: Matrix, bits: int) -> Matrix:
    levels = 2 ** (bits - 1) - 1
    step = np.abs(counted).max(initial=0) / levels
    if step == 0:
        return matrix
    rounded: Matrix = (np.round(matrix / step).clip(-levels, levels) * step).astype(np.float32)
    return rounded


def _join(units: Sequence[int]) -> str:
    return ",".join(map(str, units))


def _say_units(units: Sequence[int]) -> str:
    if len(units) == 1:
        return f"unit {units[0]}"
    return f"units {', '.join(map(str, units[:-1]))} and {units[-1]}"
