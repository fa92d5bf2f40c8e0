"""How far a picture may be trusted: how much it explains of what its unit does with other images."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64

from mnist_core.ground.arrays import Activations, Fidelities, Fields, Images, Labels
from mnist_core.insight.fields.jacobians import guess_digits
from mnist_core.insight.fields.layers import layer_sums
from mnist_core.insight.fields.probe import Probe
from mnist_core.insight.fields.view_arrays import DigitFields, PerDigitUnit, PerUnit
from mnist_core.network.architecture import MLP

_PerUnit32 = Float32[np.ndarray, " units"]


BLURRED, ANOTHER = "blurred", "another_image"
"""The controls of pictures of one image: the same picture blurred, and that of another image."""


@dataclass(frozen=True, eq=False)
class Fidelity:
    """How far the pictures of a layer may be trusted.

    Attributes
    ----------
    per_unit : ndarray of shape (units,), float64
        A number a unit; nan for one that never varies. What it counts is the view's own to say.
    figures : dict of str to float
        What else was measured, by name.
    per_digit : ndarray of shape (classes, units), float64, or None
        Of views with a picture a class: R2 within the images that are read as each digit.
    controls : dict of str to ndarray of shape (units,), float64
        Of views with a picture an image: the same number for pictures that should not have it, by name.
    """

    per_unit: Fidelities
    figures: dict[str, float] = field(default_factory=dict)
    per_digit: PerDigitUnit | None = None
    controls: dict[str, Fidelities] = field(default_factory=dict)

    def mean_of(self, control: str) -> float:
        """Return the mean over the units of a control; nan where none of them varies."""
        return _mean_known(self.controls[control])

    @property
    def mean(self) -> float:
        """Return the mean over the units; nan where none of them varies."""
        return _mean_known(self.per_unit)

    @property
    def worst_unit(self) -> int | None:
        """Return the unit with the least number; None where none of them varies."""
        return None if np.isnan(self.per_unit).all() else int(np.nanargmin(self.per_unit))

    @property
    def worst(self) -> float:
        """Return the least of the units' numbers; nan where none of them varies."""
        return float(np.nanmin(self.per_unit)) if not np.isnan(self.per_unit).all() else float("nan")


def linear_fidelity(network: MLP, layer: str, fields: Fields, images: Images) -> Fidelities:
    """Measure how much of each unit's real sum a single picture explains.

    R2 = 1 - var(z - a w.x) / var(z), where z is the real sum before the activation (bias included), w.x
    the product of picture and image, and a >= 0 the scale that suits it best: the squared correlation of
    the two. Scale and offset are not held against a picture, as it shows neither: saturating units shrink
    all sums, and with a fixed at 1 the products of the paper's network would have an R2 near -34 for its
    outputs, though they point the right way.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        One of the network's.
    fields : ndarray of shape (units, side, side), float32
        A picture a unit.
    images : ndarray of shape (n, side, side), float32
        What it is measured on; not what the pictures were made from.

    Returns
    -------
    ndarray of shape (units,), float64
        1 is exact, 0 no better than a constant; nan for a unit whose sum never varies.
    """
    return _square_correlations(apply_fields(fields, images), layer_sums(network, layer, images))


def accuracy_alone(network: MLP, fields: Fields, probe: Probe) -> float:
    """Read digits by the pictures of the output alone, with a scale and an offset fitted for each.

    Returns
    -------
    float
        The share of the probe's held-out images that is read right.
    """
    scales, offsets = fit_lines(
        apply_fields(fields, probe.fit.images), layer_sums(network, "output", probe.fit.images)
    )
    return share_right(apply_fields(fields, probe.test.images) * scales + offsets, probe.test.labels)


def share_right(outputs: Activations, labels: Labels) -> float:
    """Return the share of images whose highest output is their digit's."""
    return float((outputs.argmax(axis=1) == labels).mean())


def digit_fidelity(network: MLP, layer: str, fields: DigitFields, probe: Probe) -> Fidelity:
    """Measure pictures of which each holds for the images that are read as one digit.

    Together they are a piecewise linear model of each unit: read the digit, then take that digit's picture
    with the scale and the offset that were fitted for it. A good part of what this model explains
    is due to the offsets, that is to the guess; so what these explain alone is measured too, and what the
    pictures explain among images of one guess.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer.
    fields : ndarray of shape (classes, units, side, side), float32
        A picture a class and unit.
    probe : Probe
        What scales and offsets are fitted on, and what is measured on.

    Returns
    -------
    Fidelity
        `per_unit` is the R2 of the whole model; `figures` holds `guess_alone`, the mean R2 of the offsets
        alone, and `within_guess`, the mean R2 within a guess; `per_digit` the latter for each digit and
        unit.
    """
    real = layer_sums(network, layer, probe.test.images)
    fitted, guesses = layer_sums(network, layer, probe.fit.images), guess_digits(network, probe.test.images)
    whole = np.tile(fitted.mean(axis=0), (len(real), 1))
    guess_alone, per_digit = whole.copy(), np.full(fields.shape[:2], np.nan)
    fit_guesses = guess_digits(network, probe.fit.images)
    for digit in np.intersect1d(guesses, fit_guesses):
        is_read, is_fit = guesses == digit, fit_guesses == digit
        seen = apply_fields(fields[digit], probe.test.images[is_read])
        scales, offsets = fit_lines(apply_fields(fields[digit], probe.fit.images[is_fit]), fitted[is_fit])
        whole[is_read], guess_alone[is_read] = seen * scales + offsets, fitted[is_fit].mean(axis=0)
        per_digit[digit] = _square_correlations(seen, real[is_read])
    figures = {
        "guess_alone": _mean_known(_explained(guess_alone, real)),
        "within_guess": _mean_known(per_digit),
    }
    return Fidelity(_explained(whole, real), figures, per_digit)


def fit_lines(seen: Activations, real: Activations) -> tuple[_PerUnit32, _PerUnit32]:
    """Fit the scale, at least 0, and the offset that turn what pictures see into the units' sums."""
    x, z = seen.astype(np.float64), real.astype(np.float64)
    shared, spread = ((x - x.mean(axis=0)) * (z - z.mean(axis=0))).mean(axis=0).clip(min=0), x.var(axis=0)
    scales = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0)
    return scales.astype(np.float32), (z.mean(axis=0) - scales * x.mean(axis=0)).astype(np.float32)


def apply_fields(fields: Fields, images: Images) -> Activations:
    """Multiply each picture with each image: what a linear unit with these weights would sum up."""
    products: Activations = images.reshape(len(images), -1) @ fields.reshape(len(fields), -1).T
    return products


def _mean_known(values: Float64[np.ndarray, "..."]) -> float:
    return float("nan") if np.isnan(values).all() else float(np.nanmean(values))


def _square_correlations(seen: Activations, real: Activations) -> PerUnit:
    x, z = seen.astype(np.float64), real.astype(np.float64)
    x, z = x - x.mean(axis=0), z - z.mean(axis=0)
    shared, spread = (x * z).mean(axis=0).clip(min=0), x.var(axis=0) * z.var(axis=0)
    # a picture that is the same for all images explains nothing; a unit that is, cannot be explained
    varies = np.where(z.var(axis=0) > 0, 0.0, np.nan)
    squares: PerUnit = np.divide(shared**2, spread, out=varies, where=spread > 0)
    return squares


def _explained(predicted: Activations, real: Activations) -> PerUnit:
    error, spread = (
        np.square(predicted - real).mean(axis=0, dtype=np.float64),
        real.var(axis=0, dtype=np.float64),
    )
    r2: PerUnit = 1 - np.divide(error, spread, out=np.full(len(error), np.nan), where=spread > 0)
    return r2
