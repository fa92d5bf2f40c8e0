"""Facts of each unit: what is lost without it, who does the same, whether it is dead or saturated."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from mnist_core.ground.arrays import Activations, Fields, Labels
from mnist_core.insight.fields.fidelity import share_right
from mnist_core.insight.fields.layers import (
    activate,
    all_sums,
    choose_images,
    count_units,
    layer_sums,
    next_layer,
    read_slopes,
    read_weights,
)
from mnist_core.insight.fields.probe import Probe
from mnist_core.insight.fields.view_arrays import LayerSums, PerUnit
from mnist_core.network.architecture import MLP, OUTPUT
from mnist_core.network.candidate import Activation

DEAD_BELOW = 0.01  # standard deviation of the activation over images
FLAT_BELOW = 0.05  # slope of the activation, as a share of its steepest
SATURATED_FROM = 0.9  # share of the images for which it is that flat

_N_BINS = 40
_MOST_PASSES = 1_000_000  # images x units that are switched off: seconds; a wider layer takes fewer images
_FEWEST = 2_000
_ONE_WAY = 1e-12  # variance below which a unit counts as constant


@dataclass(frozen=True, eq=False)
class UnitFacts:
    """What is known of the units of a layer.

    Attributes
    ----------
    accuracy : float
        Of the whole network, 0 to 1, on the held-out images: up to 10,000, fewer for a layer of more than
        100 units.
    lost_at_mean, lost_at_zero : ndarray of shape (units,), float64
        How much of it is lost when the unit is switched off: its activation (of an output unit: its logit) is
        held at its mean, or at 0, for all images. Negative where the network reads better without it.
    twin : ndarray of shape (units,), int64
        The unit of the layer whose activation is correlated most with its own, whatever the sign.
    twin_correlation : ndarray of shape (units,), float64
        Their correlation; nan for a unit that never varies or has no other beside it.
    spread : ndarray of shape (units,), float64
        Standard deviation of the activation over the held-out images.
    flat_share : ndarray of shape (units,), float64
        Share of the images at which the slope of the activation is under 5 % of its steepest; 0 for ReLU,
        whose flat side is its rest, for squares, and for the output, which has no activation function.
    """

    accuracy: float
    lost_at_mean: PerUnit
    lost_at_zero: PerUnit
    twin: Int64[np.ndarray, " units"]
    twin_correlation: PerUnit
    spread: PerUnit
    flat_share: PerUnit

    @property
    def is_dead(self) -> Bool[np.ndarray, " units"]:
        """Return whether a unit is dead: its activation is the same, within 0.01, for all images."""
        dead: Bool[np.ndarray, " units"] = self.spread < DEAD_BELOW
        return dead

    @property
    def is_saturated(self) -> Bool[np.ndarray, " units"]:
        """Return whether a unit is saturated: for 9 of 10 images its activation is in the flat."""
        saturated: Bool[np.ndarray, " units"] = self.flat_share >= SATURATED_FROM
        return saturated


def find_facts(network: MLP, layer: str, probe: Probe) -> UnitFacts:
    """Find out what is known of the units of a layer.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer.
    probe : Probe
        Means are taken of its first images; all else is measured on the held-out ones.
    """
    sums = all_sums(network, probe.test.images)
    values = to_activations(network, layer, sums[layer])
    means = to_activations(network, layer, layer_sums(network, layer, probe.fit.images)).mean(axis=0)
    accuracy, at_mean, at_zero = _switch_off(network, layer, probe, (means, np.zeros_like(means)))
    twin, correlation = find_twins(values)
    return UnitFacts(
        accuracy=accuracy,
        lost_at_mean=accuracy - at_mean,
        lost_at_zero=accuracy - at_zero,
        twin=twin,
        twin_correlation=correlation,
        spread=values.std(axis=0, dtype=np.float64),
        flat_share=_share_flat(network, layer, sums[layer]),
    )


def to_activations(network: MLP, layer: str, sums: Activations) -> Activations:
    """Turn the sums of a layer into what it passes on: activations, or of the output the logits."""
    return sums if layer == OUTPUT else activate(network, sums)


def find_twins(values: Activations) -> tuple[Int64[np.ndarray, " units"], PerUnit]:
    """Find for each unit the one of its layer that is correlated most with it, and the correlation."""
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(centred, axis=0)
    varies = lengths**2 > _ONE_WAY * len(values)
    standard = np.divide(centred, lengths, out=np.full_like(centred, np.nan), where=varies)
    correlations = standard.T @ standard
    sizes = np.nan_to_num(np.abs(correlations), nan=-1.0)
    np.fill_diagonal(sizes, -2.0)
    twin = sizes.argmax(axis=1)
    found = np.where(np.arange(len(twin)) == twin, np.nan, correlations[np.arange(len(twin)), twin])
    return twin.astype(np.int64), found


def smoothness(fields: Fields) -> PerUnit:
    """Measure how smooth pictures are: 1 less Geary's C over pixels that touch at an edge.

    Returns
    -------
    ndarray of shape (units,), float64
        Near 1 for a picture that changes slowly, about 0 for noise, below 0 for a chequered one; nan for one
        that is the same everywhere.

    References
    ----------
    Geary, "The contiguity ratio and statistical mapping", The Incorporated Statistician 5 (1954), 115-145.
    """
    pictures = fields.astype(np.float64)
    steps = np.square(np.diff(pictures, axis=1)).sum(axis=(1, 2)) + np.square(np.diff(pictures, axis=2)).sum(
        axis=(1, 2)
    )
    side = fields.shape[1]
    mean_step, variance = steps / (2 * side * (side - 1)), pictures.var(axis=(1, 2), ddof=1)
    smooth: PerUnit = 1 - np.divide(
        mean_step, 2 * variance, out=np.full(len(fields), np.nan), where=variance > 0
    )
    return smooth


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often a unit takes which value, for each digit.

    Attributes
    ----------
    edges : ndarray of shape (bins + 1,), float64
        Ends of the bins.
    shares : ndarray of shape (classes, bins), float64
        Share of the images of each digit in each bin; 0 throughout for a digit without images.
    """

    edges: Float64[np.ndarray, " edges"]
    shares: Float64[np.ndarray, "classes bins"]


def count_values(values: Float32[np.ndarray, " n"], labels: Labels, n_classes: int = 10) -> Histogram:
    """Count how often a unit takes which value, for the images of each digit."""
    edges = np.histogram_bin_edges(values.astype(np.float64), bins=_N_BINS)
    counts = np.stack([np.histogram(values[labels == digit], edges)[0] for digit in range(n_classes)])
    return Histogram(edges, counts / counts.sum(axis=1, keepdims=True).clip(min=1))


def _switch_off(
    network: MLP, layer: str, probe: Probe, held: Sequence[Float32[np.ndarray, " units"]]
) -> tuple[float, PerUnit, PerUnit]:
    """Measure the accuracy, and that with each unit held at the first, then at the second values."""
    most = max(_FEWEST, _MOST_PASSES // count_units(network, layer))
    chosen = choose_images(len(probe.test.labels), most)
    sums, labels = all_sums(network, probe.test.images[chosen]), probe.test.labels[chosen]
    first, second = (_accuracy_without(network, layer, sums, held_at, labels) for held_at in held)
    return share_right(sums["output"], labels), first, second


def _accuracy_without(
    network: MLP,
    layer: str,
    sums: LayerSums,
    held_at: Float32[np.ndarray, " units"],
    labels: Labels,
) -> PerUnit:
    """Measure the accuracy with each unit in turn held at a value; only what comes after it is computed."""
    values = to_activations(network, layer, sums[layer])
    return np.array(
        [
            share_right(_outputs_with(network, layer, sums, unit, held_at[unit] - values[:, unit]), labels)
            for unit in range(values.shape[1])
        ]
    )


def _outputs_with(
    network: MLP, layer: str, sums: LayerSums, unit: int, change: Float32[np.ndarray, " n"]
) -> Activations:
    if layer == OUTPUT:
        changed = sums[layer].copy()
        changed[:, unit] += change
        return changed
    after = next_layer(network, layer)
    outputs: Activations = sums[after] + np.outer(change, read_weights(network, after)[:, unit])
    while after != OUTPUT:
        after = next_layer(network, after)
        bias = network.layers[after].bias.detach().numpy()
        outputs = activate(network, outputs) @ read_weights(network, after).T + bias
    return outputs


def _share_flat(network: MLP, layer: str, sums: Activations) -> PerUnit:
    if layer == OUTPUT or network.activation in (Activation.RELU, Activation.LINEAR, Activation.SQUARE):
        return np.zeros(sums.shape[1])
    steepest = read_slopes(network, np.zeros((1, 1), dtype=np.float32)).item()
    shares: PerUnit = (read_slopes(network, sums) < FLAT_BELOW * steepest).mean(axis=0)
    return shares
