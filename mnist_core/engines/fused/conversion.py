"""From torch's networks to those in training and back."""

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
        network = MLP(candidate.hidden1, candidate.hidden2, candidate.activation, n_pixels, n_classes)
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    parts = []
    for layer in ("hidden2", "output"):
        parts += [_widen(weights[f"{layer}.weight"].T), _widen(weights[f"{layer}.bias"][None])]
    upper = np.concatenate([part.ravel() for part in parts])
    return Training(
        candidate,
        recipe,
        first=_with_means(np.ascontiguousarray(weights["hidden1.weight"].T)),
        bias=_with_means(weights["hidden1.bias"]),
        upper=_with_means(upper),
    )


def make_network(training: Training, n_classes: int) -> MLP:
    """Make the torch network that a training has come to, in evaluation mode."""
    candidate = training.candidate
    weights2, bias2, weights3, bias3 = (part[0] for part in view_upper(training))
    arrays = {
        "hidden1.weight": training.first[0].T,
        "hidden1.bias": training.bias[0],
        "hidden2.weight": weights2.T,
        "hidden2.bias": bias2,
        "output.weight": weights3.T,
        "output.bias": bias3,
    }
    widths = candidate.hidden1, candidate.hidden2
    network = MLP(*widths, candidate.activation, training.first.shape[1], n_classes)
    network.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    return network.eval()


def view_upper(training: Training) -> tuple[State, State, State, State]:
    """View hidden 2's weights, an input a row, its biases, and the output's; writing changes them.

    Returns
    -------
    ndarrays of shape (3, hidden1, hidden2), (3, hidden2), (3, hidden2, classes), (3, classes)
        Each with Adam's means.
    """
    h1, h2, n_classes = training.candidate.hidden1, training.candidate.hidden2, training.recipe.n_classes
    wide2, wide3 = round_up(h2), round_up(n_classes)
    cuts = np.cumsum([h1 * wide2, wide2, h2 * wide3])
    weights2, bias2, weights3, bias3 = np.split(training.upper, cuts, axis=1)
    return (
        weights2.reshape(3, h1, wide2)[:, :, :h2],
        bias2[:, :h2],
        weights3.reshape(3, h2, wide3)[:, :, :n_classes],
        bias3[:, :n_classes],
    )


def _widen(rows: np.ndarray) -> np.ndarray:
    """Fill rows with zeros to whole vectors."""
    return np.pad(rows, ((0, 0), (0, round_up(rows.shape[1]) - rows.shape[1])))


def _with_means(weights: np.ndarray) -> State:
    return np.stack([weights, np.zeros_like(weights), np.zeros_like(weights)])
