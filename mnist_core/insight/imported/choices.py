"""What a file of weights does not say of a network, and how its user says it."""

import re
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any

import numpy as np

from mnist_core.data.origin import WORDS
from mnist_core.ground.arrays import Images
from mnist_core.ground.errors import ModelError
from mnist_core.insight.imported.chain import Chain
from mnist_core.network.candidate import Activation

MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081
"""Of the pixels of MNIST's training images, as torch's examples have them."""

_NEVER_ZERO = "0.99,0.01"
_SMALL_SIDE, _SIXTEENTHS = 8, "16,0"  # scikit-learn's digits count the ink of 4 x 4 pixels

_ALIKE = 0.01  # a mean so near to MNIST's is taken for it
_BYTES = 255.0
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"

AS_IN_IMAGES = ("unit", "bytes")
"""What pixels are to a network whose file says what else is done to them."""

SCALINGS = {
    "unit": "0 to 1",
    "bytes": "0 to 255",
    "signed": "-1 to 1",
    "half": "-0.5 to 0.5",
    "standard": "less their mean, over their standard deviation",
}
"""What pixels can be made of before a network sees them, in words; each is tried."""


@dataclass(frozen=True)
class ImportChoices:
    """What a user says of a network; a field that is None is found by fit.

    Attributes
    ----------
    activation : str or None
        Behind the hidden layers: a value of `Activation`.
    scaling : str or None
        What pixels are before the first layer: one of `SCALINGS`, or "FACTOR,SHIFT" of pixels from 0 to 1.
    orientation : str or None
        How the network sees images: a value of `mnist_core.data.orientation.Orientation`.
    ink : str or None
        `bright` on dark, or `dark` on bright.
    classes : str or None
        What the outputs stand for, as "1,2,3,4,5,6,7,8,9,0".

    Raises
    ------
    ModelError
        If a value is none that can be chosen.
    """

    activation: str | None = None
    scaling: str | None = None
    orientation: str | None = None
    ink: str | None = None
    classes: str | None = None

    def __post_init__(self) -> None:
        known = {
            "activation": tuple(Activation),
            "orientation": WORDS["orientation"][:-1],
            "ink": WORDS["ink"][:2],
        }
        for name, words in known.items():
            if getattr(self, name) not in (None, *words):
                raise ModelError(
                    f"The {name} must be one of {', '.join(words)}, but is {getattr(self, name)}."
                )
        if self.scaling not in (None, *SCALINGS) and not is_pair(self.scaling or ""):
            raise ModelError(
                f"The scaling must be one of {', '.join(SCALINGS)}, or FACTOR,SHIFT such as 0.99,0.01 "
                f"with a factor that is not 0, but is {self.scaling}."
            )

    @property
    def are_whole(self) -> bool:
        """Whether all that changes what the network reads was said."""
        return all(getattr(self, one.name) is not None for one in fields(self) if one.name != "classes")


@dataclass(frozen=True)
class Scaling:
    """What is done to pixels from 0 to 1 before the first layer: times a factor, plus a shift."""

    name: str
    factor: float
    shift: float

    @property
    def words(self) -> str:
        """Say what pixels become."""
        if self.name == "standard":
            return f"less {-self.shift / self.factor:.4g}, over {1 / self.factor:.4g}"
        if self.name in SCALINGS:
            return SCALINGS[self.name]
        return f"{self.factor:g} times 0 to 1" + (f", plus {self.shift:g}" if self.shift else "")


def is_pair(text: str) -> bool:
    """Say whether a text is a factor, which is not 0, and a shift, as "0.99,0.01"."""
    if not re.fullmatch(rf"{_NUMBER}\s*,\s*{_NUMBER}", text):
        return False
    factor, shift = map(float, text.split(","))
    return factor != 0 and isfinite(factor) and isfinite(shift)


def say_scaling(name: str) -> str:
    """Say what pixels become by one of `SCALINGS`, or by a factor and a shift."""
    return SCALINGS[name] if name in SCALINGS else _make_pair(name).words


def list_scalings(chosen: str | None, images: Images, chain: Chain) -> list[Scaling]:
    """List the ways to scale pixels that are tried of a network, or the one that was chosen."""
    mean, deviation = _find_standard(images)
    usual = [
        Scaling("unit", 1.0, 0.0),
        Scaling("bytes", _BYTES, 0.0),
        Scaling("signed", 2.0, -1.0),
        Scaling("half", 1.0, -0.5),
        Scaling("standard", 1 / deviation, -mean / deviation),
    ]
    if chosen is None:
        return [*usual, *_list_rare(chain)]
    if chosen in SCALINGS:
        return [one for one in usual if one.name == chosen]
    return [_make_pair(chosen)]


def _list_rare(chain: Chain) -> list[Scaling]:
    """List what only some do: never a 0 where no bias could answer it, and scikit-learn's digits."""
    rare = [] if chain.has_biases else [_NEVER_ZERO]
    return [_make_pair(pair) for pair in ([*rare, _SIXTEENTHS] if chain.side == _SMALL_SIDE else rare)]


def _make_pair(chosen: str) -> Scaling:
    factor, shift = map(float, chosen.split(","))
    return Scaling(chosen, factor, shift)


def _find_standard(images: Images) -> tuple[float, float]:
    mean, deviation = float(images.mean()), max(float(images.std()), 1e-6)
    if abs(mean - MNIST_MEAN) < _ALIKE and abs(deviation - MNIST_DEVIATION) < _ALIKE:
        return MNIST_MEAN, MNIST_DEVIATION
    return round(mean, 4), round(deviation, 4)


def read_classes(chosen: str | None, class_names: tuple[str, ...]) -> np.ndarray | None:
    """Read what the outputs stand for, as positions among the classes; None where it was not said.

    Raises
    ------
    ModelError
        If it does not name each class once.
    """
    if chosen is None:
        return None
    names = tuple(word.strip() for word in chosen.split(","))
    if sorted(names) != sorted(class_names):
        raise ModelError(
            f"The classes must name each of {', '.join(class_names)} once, in the order of the outputs, but "
            f"are {chosen}."
        )
    return np.array([class_names.index(name) for name in names])


def describe_choices(values: dict[str, Any]) -> list[str]:
    """Write choices as options of the command `import`."""
    return [word for name, value in values.items() if value is not None for word in (f"--{name}", str(value))]
