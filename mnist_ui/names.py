"""What pages call layers and units."""

from mnist_core.network.architecture import LAYERS, OUTPUT
from mnist_core.network.recipe import Optimizer

OPTIMIZER_NAMES = {Optimizer.ADAM: "Adam", Optimizer.SGD: "SGD", Optimizer.NESTEROV: "Nesterov"}
"""What pages call the optimisers."""

TILE_SIZES = dict(zip(LAYERS, (50, 72, 72, 120), strict=True))
"""Of the picture of a unit, in screen pixels, so that a layer fits the screen."""


def name_unit(layer: str, unit: int) -> str:
    """Name a unit, counted from 0 as in the arrays."""
    return f"digit {unit}" if layer == OUTPUT else f"unit {unit}"


def name_digit(digit: int | str) -> str:
    """Name a digit, or another class, with its article."""
    return f"{'an' if str(digit) == '8' else 'a'} {digit}"
