"""A way of looking into a network: what it assumes, its pictures, and how far to trust them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import numpy as np
from jaxtyping import Float32

from mnist_core.ground.arrays import Fields, Images
from mnist_core.ground.errors import DataError
from mnist_core.insight.fields.attributions import Attribute
from mnist_core.insight.fields.erasing import erase
from mnist_core.insight.fields.fidelity import (
    ANOTHER,
    BLURRED,
    Fidelity,
    accuracy_alone,
    apply_fields,
    digit_fidelity,
    linear_fidelity,
    share_right,
)
from mnist_core.insight.fields.layers import count_units
from mnist_core.insight.fields.probe import Digits, Probe
from mnist_core.insight.fields.view_arrays import DigitFields
from mnist_core.network.architecture import MLP, OUTPUT


class Kind(Enum):
    """How many pictures a view makes."""

    UNIT = "one picture a unit"
    DIGIT = "one picture a digit and unit"
    IMAGE = "one picture an image and unit"


@dataclass(frozen=True, eq=False)
class Asked:
    """Which of its pictures a view is asked for.

    Attributes
    ----------
    digit : int
        Of views with a picture a digit: as what the network reads the images.
    image : ndarray of shape (1, side, side), float32, or None
        Of views with a picture an image: the image.
    """

    digit: int = 0
    image: Images | None = None


@dataclass(frozen=True)
class View(ABC):
    """A way of looking at the units of a layer.

    Attributes
    ----------
    name : str
        Of the choice, on the command line and in links.
    title : str
        In words.
    assumes : str
        What it assumes or leaves out, in plain words.
    """

    name: str
    title: str
    assumes: str

    kind: ClassVar[Kind]
    counts: ClassVar[str]
    """What its fidelity counts, in plain words."""

    @property
    def is_ink(self) -> bool:
        """Return whether its pictures are images, ink 0 to 1, rather than signed weights."""
        return False

    @property
    def is_tangent(self) -> bool:
        """Return whether its pictures are the network's linear map at the image, or that times the ink."""
        return False

    @abstractmethod
    def show(self, network: MLP, layer: str, probe: Probe, asked: Asked) -> Fields:
        """Make a picture of every unit of a layer.

        Raises
        ------
        DataError
            If the digit or the image that it needs is not there.
        """

    @abstractmethod
    def measure(self, network: MLP, layer: str, probe: Probe) -> Fidelity:
        """Measure how far its pictures may be trusted, on images that they were not made from."""

    def describe(self, fidelity: Fidelity) -> str:
        """Say in plain words what was measured."""
        if fidelity.worst_unit is None:
            return "It cannot be said: on these images no unit of the layer ever varies."
        return self._describe(fidelity)

    @abstractmethod
    def _describe(self, fidelity: Fidelity) -> str: ...


@dataclass(frozen=True)
class UnitView(View):
    """A view with one picture a unit.

    Attributes
    ----------
    draw : callable
        Makes the pictures of a layer.
    ink : bool
        Whether they are images.
    offsets : callable or None
        Makes the offsets that belong to the pictures, where the network itself has such.
    """

    draw: Callable[[MLP, str, Digits], Fields]
    ink: bool = False
    offsets: Callable[[MLP, str], Float32[np.ndarray, " units"]] | None = None

    kind = Kind.UNIT
    counts = (
        "R²: the share of the variance of a unit's real sum, before its activation, that the product of "
        "picture and image explains at its best scale and offset. 1 is exact, 0 is no better than a "
        "constant."
    )

    @property
    def is_ink(self) -> bool:  # noqa: D102
        return self.ink

    def show(self, network: MLP, layer: str, probe: Probe, asked: Asked) -> Fields:  # noqa: ARG002, D102
        return self.draw(network, layer, probe.fit)

    def measure(self, network: MLP, layer: str, probe: Probe) -> Fidelity:  # noqa: D102
        fields = self.draw(network, layer, probe.fit)
        if self.ink:  # ink that all images have tells none from another
            fields = fields - probe.fit.images.mean(axis=0)
        figures = {}
        if layer == OUTPUT:
            figures["accuracy_alone"] = accuracy_alone(network, fields, probe)
        if layer == OUTPUT and self.offsets is not None:
            outputs = apply_fields(fields, probe.test.images) + self.offsets(network, layer)
            figures["accuracy_own_biases"] = share_right(outputs, probe.test.labels)
        return Fidelity(linear_fidelity(network, layer, fields, probe.test.images), figures)

    def _describe(self, fidelity: Fidelity) -> str:
        words = (
            f"On average a picture explains {fidelity.mean:.0%} of how its unit's sum varies "
            f"(R² {fidelity.mean:.2f}); at worst {fidelity.worst:.0%}, for unit {fidelity.worst_unit}."
        )
        if "accuracy_alone" in fidelity.figures:
            words += (
                f" Used alone, each with the scale and offset that suit it best, the pictures read "
                f"{fidelity.figures['accuracy_alone']:.0%} of the digits."
            )
        return words


@dataclass(frozen=True)
class DigitView(View):
    """A view with one picture a digit and unit, for the images that the network reads as that digit.

    Attributes
    ----------
    draw : callable
        Makes the pictures of a layer.
    """

    draw: Callable[[MLP, str, Images], DigitFields]

    kind = Kind.DIGIT
    counts = (
        "R² of a piecewise linear model: read the digit, then take that digit's picture of the unit, with "
        "its best scale and offset. 1 is exact, 0 is no better than a constant."
    )

    def show(self, network: MLP, layer: str, probe: Probe, asked: Asked) -> Fields:  # noqa: D102
        n_classes = count_units(network, OUTPUT)
        if not 0 <= asked.digit < n_classes:
            raise DataError(
                f"The network knows the digits 0 to {n_classes - 1}, but {asked.digit} was asked for: "
                "choose one of them."
            )
        fields: Fields = self.draw(network, layer, probe.fit.images)[asked.digit]
        return fields

    def measure(self, network: MLP, layer: str, probe: Probe) -> Fidelity:  # noqa: D102
        return digit_fidelity(network, layer, self.draw(network, layer, probe.fit.images), probe)

    def _describe(self, fidelity: Fidelity) -> str:
        return (
            f"On average the pictures of all digits together explain {fidelity.mean:.0%} of how a unit's "
            f"sum varies (R² {fidelity.mean:.2f}); at worst {fidelity.worst:.0%}, for unit "
            f"{fidelity.worst_unit}. To know the digit that the network reads explains "
            f"{fidelity.figures['guess_alone']:.0%} without any picture; among images read as the same "
            f"digit the pictures explain {fidelity.figures['within_guess']:.0%}."
        )


@dataclass(frozen=True)
class ImageView(View):
    """A view with one picture an image and unit.

    Attributes
    ----------
    draw : callable
        Makes a picture for each image and the unit that goes with it.
    tangent : bool
        Whether they are the network's linear map at the image, or that times the ink.
    """

    draw: Attribute
    tangent: bool = False

    kind = Kind.IMAGE
    counts = (
        "Insertion less deletion: how much higher a unit stands while the pixels that the picture marks "
        "most are put in first than while they are taken away first. Where it stands is the share of "
        "images that drive it less. An order of chance gives about 0."
    )

    @property
    def is_tangent(self) -> bool:  # noqa: D102
        return self.tangent

    def show(self, network: MLP, layer: str, probe: Probe, asked: Asked) -> Fields:  # noqa: D102
        image = probe.test.images[:1] if asked.image is None else asked.image
        units = np.arange(count_units(network, layer), dtype=np.int64)
        return self.draw(network, layer, np.repeat(image, len(units), axis=0), units)

    def measure(self, network: MLP, layer: str, probe: Probe) -> Fidelity:  # noqa: D102
        found = erase(network, layer, probe.test.images, self.draw)
        figures = {
            "deletion": float(found.marked.deletion.mean()),
            "insertion": float(found.marked.insertion.mean()),
            "random_deletion": float(found.chance.deletion.mean()),
            "random_insertion": float(found.chance.insertion.mean()),
        }
        return Fidelity(
            found.marked.gap, figures, controls={BLURRED: found.blurred.gap, ANOTHER: found.another.gap}
        )

    def _describe(self, fidelity: Fidelity) -> str:
        figures = fidelity.figures
        return (
            "For images that drive a unit most, taking away first the pixels that the picture marks most "
            f"leaves it at {figures['deletion']:.2f} on average, pixels of chance at "
            f"{figures['random_deletion']:.2f}; putting them in first brings it to "
            f"{figures['insertion']:.2f}, pixels of chance to {figures['random_insertion']:.2f} (1 is "
            f"above all images, 0 below all). Insertion less deletion is {fidelity.mean:.2f}; as a control, "
            f"{fidelity.mean_of(BLURRED):.2f} for the same picture blurred, as such scores favour blur, and "
            f"{fidelity.mean_of(ANOTHER):.2f} for the unit's picture of another image that drives it."
        )
