"""From torch's networks to those in training and back."""

from itertools import pairwise

import numpy as np
import torch

from mnist_core.engines.fused.training import State, Training
from mnist_core.engines.fused.vectors import round_up
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.recipe import Recipe


def start_training(candidate: Candidate, recipe: Recipe, n_pixels: int, n_classes: int) -> Training:
    """Draw a network's initial weights from the recipe's seed, exactly as skorch draws them."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = MLP.of(candidate, n_pixels, n_classes)
    if recipe.own_units:
        _cut_others(network.output.weight)
    return take_up(network, candidate, recipe)


def take_up(network: MLP, candidate: Candidate, recipe: Recipe) -> Training:
    """Begin a training with the weights of a network; zeros of its output stay where classes own units."""
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    parts = []
    for layer in list(network.layers)[1:]:
        parts += [_widen(weights[f"{layer}.weight"].T), _widen(weights[f"{layer}.bias"][None])]
    upper = np.concatenate([part.ravel() for part in parts])
    return Training(
        candidate,
        recipe,
        first=_with_means(np.ascontiguousarray(weights["hidden1.weight"].T)),
        bias=_with_means(weights["hidden1.bias"]),
        upper=_with_means(upper),
    )


@torch.no_grad()
def _cut_others(weights: torch.Tensor) -> None:
    """Cut what leads from the units that are one class's own to the others."""
    n_classes, n_units = weights.shape
    owners = torch.arange(n_units) * n_classes // n_units
    weights.mul_(owners == torch.arange(n_classes)[:, None])


def make_network(training: Training, n_classes: int) -> MLP:
    """Make the torch network that a training has come to, in evaluation mode."""
    network = MLP.of(training.candidate, training.first.shape[1], n_classes)
    parts = [(training.first, training.bias), *view_upper(training)]
    arrays: dict[str, np.ndarray] = {}
    for layer, (weights, bias) in zip(network.layers, parts, strict=True):
        arrays |= {f"{layer}.weight": weights[0].T, f"{layer}.bias": bias[0]}
    network.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    return network.eval()


def view_upper(training: Training) -> list[tuple[State, State]]:
    """View the weights of each layer above hidden 1, an input a row, and its biases; writing changes them.

    Returns
    -------
    list of two ndarrays of shape (3, inputs, units) and (3, units)
        A layer each, the output last, each with the optimiser's means.
    """
    views, begin = [], 0
    for n_inputs, n_units in pairwise([*training.candidate.hidden, training.recipe.n_classes]):
        wide = round_up(n_units)
        bias = begin + n_inputs * wide
        weights = training.upper[:, begin:bias].reshape(3, n_inputs, wide)
        views.append((weights[:, :, :n_units], training.upper[:, bias : bias + n_units]))
        begin = bias + wide
    return views


def _widen(rows: np.ndarray) -> np.ndarray:
    """Fill rows with zeros to whole vectors."""
    return np.pad(rows, ((0, 0), (0, round_up(rows.shape[1]) - rows.shape[1])))


def _with_means(weights: np.ndarray) -> State:
    return np.stack([weights, np.zeros_like(weights), np.zeros_like(weights)])
