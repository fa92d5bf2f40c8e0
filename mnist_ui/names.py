"""What pages call layers and units."""

from mnist_core.network.architecture import LAYERS

NAMES = {"hidden1": "hidden 1", "hidden2": "hidden 2", "output": "output"}
"""Each layer in words."""


def name_unit(layer: str, unit: int) -> str:
    """Name a unit, counted from 0 as in the arrays."""
    return f"digit {unit}" if layer == LAYERS[-1] else f"unit {unit}"


def name_digit(digit: int | str) -> str:
    """Name a digit, or another class, with its article."""
    return f"{'an' if str(digit) == '8' else 'a'} {digit}"
