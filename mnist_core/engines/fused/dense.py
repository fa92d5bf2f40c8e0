"""Networks side by side as batched products of torch, for devices that no pass is compiled for.

All networks of a stack have the width of the widest: what is beyond a network's own units is masked, has
no gradient, and so stays zero. So a step is a few dozen operations, however many networks there are.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from mnist_core.engines.fused.conversion import view_upper
from mnist_core.engines.fused.state import Batches, Ink
from mnist_core.engines.fused.training import EPSILON, KEEP_MEAN, KEEP_SQUARE, Training
from mnist_core.engines.fused.vectors import GROUP
from mnist_core.network.architecture import ACTIVATIONS
from mnist_core.network.candidate import Activation
from mnist_core.network.recipe import Optimizer

_WIDEST = 4  # times the narrowest network of a stack: more would be padding for the most part
_MOST_BYTES = 2e9  # of a stack's hidden 1, with Adam's two means
_MOST_KEPT = 3  # sets of images: of a fold those to train, to validate and to score on
_MEASURED = 4096  # images at a time that are only looked at


class TorchDevice:
    """A device of torch; see `device.Device`."""

    def __init__(self, name: str) -> None:
        self.device = torch.device(name)
        self._kept: list[tuple[Ink, Tensor, Tensor]] = []

    def choose_stacks(self, trainings: Iterable[Training]) -> list[list[Training]]:
        """Put as many networks together as have similar widths and fit into memory."""
        stacks: list[list[Training]] = []
        for training in sorted(
            trainings, key=lambda one: (one.steps, *_tell_kind(one), -one.candidate.hidden1)
        ):
            if not stacks or not _fits(training, stacks[-1]):
                stacks.append([])
            stacks[-1].append(training)
        order = list(Activation)
        return [sorted(stack, key=lambda one: order.index(one.candidate.activation)) for stack in stacks]

    def pack(self, trainings: Sequence[Training]) -> "DenseStack":
        """Put networks side by side; those of an activation must follow one another."""
        return DenseStack(trainings, self)

    def take(self, ink: Ink, n_pixels: int) -> tuple[Tensor, Tensor]:
        """Bring images and labels to the device; those used last stay there.

        Returns
        -------
        Tensor of shape (rows, n_pixels)
            The images in the order of the ink; a batch begins with a row whose number is a multiple of
            `vectors.GROUP`, and rows before it may be blank.
        Tensor of shape (n,)
            Their labels, without gaps.
        """
        kept = next((one for one in self._kept if one[0] is ink), None)
        if kept is None:
            kept = ink, _spread_ink(ink, n_pixels, self.device), torch.from_numpy(ink.labels).to(self.device)
        others = [one for one in self._kept if one[0] is not ink]
        self._kept = [*others[1 - _MOST_KEPT :], kept]
        return kept[1:]


@dataclass(eq=False)
class _Parameter:
    """Weights of a layer of all networks, `(networks, rows, columns)`, with Adam's two means."""

    weights: Tensor
    means: Tensor
    squares: Tensor

    def descend(
        self, gradient: Tensor, rates: Tensor, decays: Tensor, momenta: Tensor, looks: Tensor
    ) -> None:
        with torch.no_grad():
            gradient = torch.addcmul(gradient, decays, self.weights)
            self.means.mul_(momenta).add_(gradient)
            ahead = torch.addcmul(gradient, momenta, self.means)
            self.weights.addcmul_(torch.where(looks > 0, ahead, self.means), rates, value=-1)

    def step(self, gradient: Tensor, rates: Tensor, decays: Tensor, steps: int) -> None:
        with torch.no_grad():
            gradient = torch.addcmul(gradient, decays, self.weights)
            self.means.lerp_(gradient, 1 - KEEP_MEAN)
            self.squares.mul_(KEEP_SQUARE).addcmul_(gradient, gradient, value=1 - KEEP_SQUARE)
            spread = self.squares.sqrt().div_(math.sqrt(1 - KEEP_SQUARE**steps)).add_(EPSILON)
            self.weights.addcdiv_(self.means * rates, spread, value=-1 / (1 - KEEP_MEAN**steps))


class DenseStack:
    """Networks on a device of torch; see `device.Stack`."""

    def __init__(self, trainings: Sequence[Training], where: TorchDevice) -> None:
        self._trainings = trainings
        self._where = where
        self._n_pixels = trainings[0].first.shape[1]
        parts = zip(*(_view(training) for training in trainings), strict=True)
        self._parameters = [self._send(_pad(part)) for part in parts]
        hiddens = zip(*(training.candidate.hidden for training in trainings), strict=True)
        self._masks = [self._mask(widths) for widths in hiddens]
        self._rates = self._spread([training.candidate.lr for training in trainings])
        recipes = [training.recipe for training in trainings]
        self._is_adam = recipes[0].optimizer == Optimizer.ADAM
        self._decays = self._spread([recipe.weight_decay for recipe in recipes])
        self._momenta = self._spread([recipe.momentum for recipe in recipes])
        self._looks = self._spread([float(recipe.optimizer == Optimizer.NESTEROV) for recipe in recipes])
        runs = groupby(training.candidate.activation for training in trainings)
        self._runs = [(activation, len(list(run))) for activation, run in runs]

    def train_epoch(self, batches: Batches, n: int, batch: int, steps: int) -> np.ndarray:
        """Train an epoch on n images after so many steps of Adam; return the sums of the losses."""
        images, labels = self._where.take(batches.ink, self._n_pixels)
        weights = [parameter.weights for parameter in self._parameters]
        total = torch.zeros(len(self._trainings), dtype=torch.float64, device=images.device)
        for k, first in enumerate(range(0, n, batch)):
            its_labels = labels[first : min(first + batch, n)]
            row = k * (batch + -batch % GROUP)
            losses = self._lose(self._forward(images[row : row + len(its_labels)]), its_labels).mean(dim=1)
            gradients = torch.autograd.grad(losses.sum(), weights)
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                if self._is_adam:
                    parameter.step(gradient, self._rates, self._decays, steps + k + 1)
                else:
                    parameter.descend(gradient, self._rates, self._decays, self._momenta, self._looks)
            total += losses.detach() * len(its_labels)
        return total.cpu().numpy()

    def measure(self, ink: Ink, n: int, batch: int) -> tuple[np.ndarray, np.ndarray]:  # noqa: ARG002 any will do
        """Return the sums of the losses on n images, and how many of them are read right."""
        images, labels = self._where.take(ink, self._n_pixels)
        losses = torch.zeros(len(self._trainings), dtype=torch.float64, device=images.device)
        n_right = torch.zeros(len(self._trainings), dtype=torch.int64, device=images.device)
        with torch.inference_mode():
            for first in range(0, n, _MEASURED):
                its_labels = labels[first : min(first + _MEASURED, n)]
                logits = self._forward(images[first : first + len(its_labels)])
                losses += self._lose(logits, its_labels).sum(dim=1)
                n_right += (logits.argmax(dim=1) == its_labels).sum(dim=1)
        return losses.cpu().numpy(), n_right.cpu().numpy()

    def write_back(self) -> None:
        """Bring the parameters of the networks up to date."""
        for number, parameter in enumerate(self._parameters):
            kinds = parameter.weights.detach(), parameter.means, parameter.squares
            state = torch.stack(kinds).cpu().numpy()
            for network, training in enumerate(self._trainings):
                part = _view(training)[number]
                part[:] = state[:, network, : part.shape[1], : part.shape[2]]

    def _forward(self, images: Tensor) -> Tensor:
        """Compute the logits, `(networks, classes, images)`."""
        weights1, bias1, *upper = (one.weights for one in self._parameters)
        sums: Tensor = (weights1.flatten(0, 1) @ images.T).unflatten(0, weights1.shape[:2]) + bias1
        for mask, weights, bias in zip(self._masks, upper[::2], upper[1::2], strict=True):
            sums = torch.baddbmm(bias, weights, self._activate(sums) * mask)
        return sums

    def _activate(self, sums: Tensor) -> Tensor:
        parts = sums.split([n for _, n in self._runs])
        pairs = zip(self._runs, parts, strict=True)
        outputs: Tensor = torch.cat([ACTIVATIONS[activation](part) for (activation, _), part in pairs])
        return outputs

    def _lose(self, logits: Tensor, labels: Tensor) -> Tensor:
        return cross_entropy(logits, labels.expand(len(logits), -1), reduction="none")

    def _send(self, state: np.ndarray) -> _Parameter:
        weights, means, squares = torch.from_numpy(state).to(self._where.device)
        return _Parameter(weights.clone().requires_grad_(), means, squares)

    def _mask(self, widths: Sequence[int]) -> Tensor:
        """Make ones for the units that a network has, zeros for those that fill it up."""
        numbers, counts = torch.arange(max(widths)), torch.tensor(widths)
        return (numbers < counts[:, None]).float()[:, :, None].to(self._where.device)

    def _spread(self, values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32, device=self._where.device)[:, None, None]


def _view(training: Training) -> list[np.ndarray]:
    """View the state of each layer's weights and biases as `(3, units, inputs)`; writing changes it."""
    layers = [(training.first, training.bias), *view_upper(training)]
    parts = [part for weights, bias in layers for part in (weights, bias[:, None])]
    return [part.transpose(0, 2, 1) for part in parts]


def _pad(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Lay the state of networks side by side, filled up with zeros to the largest."""
    height, width = (max(part.shape[axis] for part in parts) for axis in (1, 2))
    padded = np.zeros((3, len(parts), height, width), np.float32)
    for number, part in enumerate(parts):
        padded[:, number, : part.shape[1], : part.shape[2]] = part
    return padded


def _fits(training: Training, stack: Sequence[Training]) -> bool:
    widest = stack[0].candidate.hidden1
    n_bytes = 12 * (len(stack) + 1) * widest * training.first.shape[1]
    is_similar = _WIDEST * training.candidate.hidden1 >= widest
    is_alike = _tell_kind(stack[0]) == _tell_kind(training)
    return is_similar and is_alike and stack[0].steps == training.steps and n_bytes <= _MOST_BYTES


def _tell_kind(training: Training) -> tuple[int, bool]:
    """Return what the networks of a stack share: layers, and the kind of step."""
    return len(training.candidate.hidden), training.recipe.optimizer == Optimizer.ADAM


def _spread_ink(ink: Ink, n_pixels: int, device: torch.device) -> Tensor:
    n_groups, n_listed = len(ink.starts) - 1, int(ink.starts[-1])
    groups = torch.from_numpy(np.repeat(np.arange(n_groups), np.diff(ink.starts))).to(device)
    pixels = torch.from_numpy(ink.pixels[:n_listed].astype(np.int64)).to(device)
    values = torch.from_numpy(ink.values[: n_listed * GROUP].reshape(n_listed, GROUP)).to(device)
    images = torch.zeros(n_groups, n_pixels, GROUP, device=device)
    images[groups, pixels] = values
    return images.transpose(1, 2).reshape(n_groups * GROUP, n_pixels)
