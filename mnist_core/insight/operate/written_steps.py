"""Steps read from the options of the command and from links."""

from collections.abc import Callable

import numpy as np

from mnist_core.ground.errors import ModelError
from mnist_core.insight.operate.operations import Operation, Prune, Round, Scale, Swap, SwitchOff, SwitchOn
from mnist_core.insight.operate.orders import Order
from mnist_core.insight.operate.plain_weights import HIDDEN


def parse_operation(name: str, text: str) -> Operation:
    """Read a step from the name of its option and what stands behind it.

    Parameters
    ----------
    name : str
        `off`, `on`, `scale`, `swap`, `prune` or `bits`.
    text : str
        As the `text` of the operation: `hidden1:3,7`, `hidden2:4=0.5`, `hidden1:3,7`, `hidden1=40:magnitude`
        (without an order: by importance), `4`.

    Raises
    ------
    ModelError
        If it is none.
    """
    if name not in _FORMS:
        raise ModelError(f"A step must be one of {', '.join(_FORMS)}, but is {name!r}: choose one.")
    read, form = _FORMS[name]
    try:
        return read(text)
    except ValueError:
        raise ModelError(f"--{name} needs {form}, but got {text!r}: write it so.") from None


def _read_units(text: str) -> tuple[str, tuple[int, ...]]:
    layer, _, units = text.partition(":")
    return _read_layer(layer), tuple(dict.fromkeys(int(unit) for unit in units.split(",")))


def _read_layer(name: str) -> str:
    if name not in HIDDEN:
        raise ValueError(name)
    return name


def _read_scale(text: str) -> Scale:
    place, _, factor = text.partition("=")
    layer, (unit,) = _read_units(place)
    if not np.isfinite(float(factor)):
        raise ValueError(factor)
    return Scale(layer, unit, float(factor))


def _read_swap(text: str) -> Swap:
    layer, (first, second) = _read_units(text)
    return Swap(layer, first, second)


def _read_prune(text: str) -> Prune:
    layer, _, rest = text.partition("=")
    keep, _, order = rest.partition(":")
    return Prune(_read_layer(layer), int(keep), Order(order or Order.IMPORTANCE))


_FORMS: dict[str, tuple[Callable[[str], Operation], str]] = {
    "off": (lambda text: SwitchOff(*_read_units(text)), "a hidden layer and its units, as hidden1:3,7"),
    "on": (lambda text: SwitchOn(*_read_units(text)), "a hidden layer and its units, as hidden1:3,7"),
    "scale": (_read_scale, "a hidden layer, a unit and a factor, as hidden2:4=0.5"),
    "swap": (_read_swap, "a hidden layer and two of its units, as hidden1:3,7"),
    "prune": (_read_prune, "a hidden layer and how many units to keep, as hidden1=40"),
    "bits": (lambda text: Round(int(text)), "a number of bits, as 4"),
}
