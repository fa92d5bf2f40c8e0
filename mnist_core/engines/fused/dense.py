"""Networks side by side as batched products of torch, for devices that no pass is compiled for.

All networks of a stack have the width of the widest: what is beyond a network's own units is masked, has
no gradient, and so stays zero. So a step is a few dozen operations, however many networks there are. Those
of several folds are one stack: only hidden 1 tells the folds' images apart. A step takes all that changes
from one to the next out of tensors, so that a CUDA device can capture it as a graph.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from mnist_core.engines.fused.conversion import view_upper
from mnist_core.engines.fused.dense_images import KeptImages, Turns
from mnist_core.engines.fused.fold_ink import Fit
from mnist_core.engines.fused.state import Batches, Ink
from mnist_core.engines.fused.training import EPSILON, KEEP_MEAN, KEEP_SQUARE, Training
from mnist_core.network.architecture import ACTIVATIONS
from mnist_core.network.candidate import Activation
from mnist_core.network.recipe import Optimizer

_WIDEST = 4  # times the narrowest network of a stack: more would be padding for the most part
_MOST_BYTES = 2e9  # of a stack's hidden 1, with Adam's two means
_MEASURED = 1024  # images at a time that are only looked at


class TorchDevice:
    """A device of torch; see `device.Device`."""

    n_tasks = 16  # the paper's grid has 15, of some ten MB each

    def __init__(self, name: str) -> None:
        self.device = torch.device(name)
        self.images = KeptImages(self.device)

    def choose_stacks(self, fits: Iterable[Fit]) -> list[list[Fit]]:
        """Put as many networks together, of any folds, as have similar widths and fit into memory."""
        fits, stacks = list(fits), list[list[Fit]]()
        for fit in sorted(
            fits, key=lambda one: (one.training.steps, *_tell_kind(one), -one.training.candidate.hidden1)
        ):
            if not stacks or not _fits(fit, stacks[-1]):
                stacks.append([])
            stacks[-1].append(fit)
        folds = list(dict.fromkeys(fit.ink for fit in fits))
        order = list(Activation)

        def rank(fit: Fit) -> tuple[int, int]:
            return folds.index(fit.ink), order.index(fit.training.candidate.activation)

        return [sorted(stack, key=rank) for stack in stacks]

    def pack(self, trainings: Sequence[Training]) -> "DenseStack":
        """Put networks side by side; those of a fold, and of an activation, should follow one another."""
        return DenseStack(trainings, self)


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

    def step(self, gradient: Tensor, rates: Tensor, decays: Tensor, steps: Tensor) -> None:
        with torch.no_grad():
            gradient = torch.addcmul(gradient, decays, self.weights)
            self.means.lerp_(gradient, 1 - KEEP_MEAN)
            self.squares.mul_(KEEP_SQUARE).addcmul_(gradient, gradient, value=1 - KEEP_SQUARE)
            spread = self.squares.sqrt().div_((1 - KEEP_SQUARE**steps).sqrt()).add_(EPSILON)
            self.weights.addcdiv_(self.means * (rates / (1 - KEEP_MEAN**steps)), spread, value=-1)


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
        if any(recipe.own_units for recipe in recipes):
            self._keep_cut(self._parameters[-2].weights, [float(recipe.own_units) for recipe in recipes])

    def train_epoch(self, batches: Sequence[Batches]) -> np.ndarray:
        """Train an epoch, each network on its own images; return the sums of the losses."""
        recipe, inks = self._trainings[0].recipe, [one.ink for one in batches]
        n_batches = -(-len(inks[0].labels) // recipe.batch_size)
        turns = Turns(self._where.images, inks, self._n_pixels, recipe.batch_size, n_batches, is_cut=True)
        weights = [parameter.weights for parameter in self._parameters]
        total = self._zeros(torch.float64)
        steps = torch.full((), self._trainings[0].steps, dtype=torch.float64, device=total.device)

        def step() -> None:
            images, labels, shares = turns.take()
            losses = self._lose(self._forward(images), labels)
            gradients = torch.autograd.grad((losses * shares).sum(), weights)
            steps.add_(1)
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                if self._is_adam:
                    parameter.step(gradient, self._rates, self._decays, steps)
                else:
                    parameter.descend(gradient, self._rates, self._decays, self._momenta, self._looks)
            total.add_((losses.detach() * (shares > 0)).sum(dim=1))

        _repeat(step, n_batches, total.device)
        return total.cpu().numpy()

    def measure(self, inks: Sequence[Ink]) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums of the losses of each network on its images, and how many it reads right."""
        most = max(len(ink.labels) for ink in inks)
        batch = min(most, _MEASURED)
        n_batches = -(-most // batch)
        turns = Turns(self._where.images, inks, self._n_pixels, batch, n_batches, is_cut=False)
        sums, n_right = self._zeros(torch.float64), self._zeros(torch.int64)
        with torch.inference_mode():
            for _ in range(n_batches):
                images, labels, shares = turns.take()
                logits, is_there = self._forward(images), shares > 0
                sums += (self._lose(logits, labels) * is_there).sum(dim=1)
                n_right += ((logits.argmax(dim=1) == labels) & is_there).sum(dim=1)
        return sums.cpu().numpy(), n_right.cpu().numpy()

    def write_back(self) -> None:
        """Bring the parameters of the networks up to date."""
        for number, parameter in enumerate(self._parameters):
            kinds = parameter.weights.detach(), parameter.means, parameter.squares
            state = torch.stack(kinds).cpu().numpy()
            for network, training in enumerate(self._trainings):
                part = _view(training)[number]
                part[:] = state[:, network, : part.shape[1], : part.shape[2]]

    def _forward(self, images: Sequence[tuple[Tensor, int]]) -> Tensor:
        """Compute the logits, `(networks, classes, images)`, of images that so many networks each see."""
        weights1, bias1, *upper = (one.weights for one in self._parameters)
        parts = zip(weights1.split([n for _, n in images]), images, strict=True)
        products = [part.flatten(0, 1) @ pixels.T for part, (pixels, _) in parts]
        sums: Tensor = torch.cat(products).unflatten(0, weights1.shape[:2]) + bias1
        for mask, weights, bias in zip(self._masks, upper[::2], upper[1::2], strict=True):
            sums = torch.baddbmm(bias, weights, self._activate(sums) * mask)
        return sums

    def _activate(self, sums: Tensor) -> Tensor:
        parts = sums.split([n for _, n in self._runs])
        pairs = zip(self._runs, parts, strict=True)
        outputs: Tensor = torch.cat([ACTIVATIONS[activation](part) for (activation, _), part in pairs])
        return outputs

    def _lose(self, logits: Tensor, labels: Tensor) -> Tensor:
        return cross_entropy(logits, labels, reduction="none")

    def _zeros(self, kind: torch.dtype) -> Tensor:
        return torch.zeros(len(self._trainings), dtype=kind, device=self._where.device)

    def _keep_cut(self, weights: Tensor, cuts: Sequence[float]) -> None:
        """Give weights of the output that are 0 no gradient, of those networks that ask for it."""
        heard = 1 - self._spread(cuts) * (weights.detach() == 0)
        weights.register_hook(lambda gradient: gradient * heard)

    def _send(self, state: np.ndarray) -> _Parameter:
        weights, means, squares = torch.from_numpy(state).to(self._where.device)
        return _Parameter(weights.clone().requires_grad_(), means, squares)

    def _mask(self, widths: Sequence[int]) -> Tensor:
        """Make ones for the units that a network has, zeros for those that fill it up."""
        numbers, counts = torch.arange(max(widths)), torch.tensor(widths)
        return (numbers < counts[:, None]).float()[:, :, None].to(self._where.device)

    def _spread(self, values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32, device=self._where.device)[:, None, None]


def _repeat(step: Callable[[], None], times: int, device: torch.device) -> None:
    """Do a step so many times: on a CUDA device the first as it is, then a graph of it again and again."""
    if device.type != "cuda" or times == 1:
        for _ in range(times):
            step()
        return
    with torch.cuda.device(device):
        beside = torch.cuda.Stream()  # where libraries wake, as they may not while a graph is captured
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            step()
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):  # notes what is done, and does nothing
            step()
        for _ in range(times - 1):
            graph.replay()
        torch.cuda.synchronize()  # before the graph is let go


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


def _fits(fit: Fit, stack: Sequence[Fit]) -> bool:
    training, first = fit.training, stack[0].training
    widest = first.candidate.hidden1
    n_bytes = 12 * (len(stack) + 1) * widest * training.first.shape[1]
    is_similar = _WIDEST * training.candidate.hidden1 >= widest
    is_alike = _tell_kind(stack[0]) == _tell_kind(fit)
    return is_similar and is_alike and first.steps == training.steps and n_bytes <= _MOST_BYTES


def _tell_kind(fit: Fit) -> tuple[int, ...]:
    """Return what the networks of a stack share: layers, the kind of step, number and size of batches."""
    recipe = fit.training.recipe
    n_batches = -(-fit.ink.n_train // recipe.batch_size)
    return (
        len(fit.training.candidate.hidden),
        recipe.optimizer == Optimizer.ADAM,
        n_batches,
        recipe.batch_size,
    )
