"""A network shown many passes of images, with a learning rate that rises and falls once."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
import torch
from torch import Tensor, nn

from mnist_core.training.robust.muon import Muon
from mnist_core.training.robust.pool import Bytes

_MUON_TO_ADAM = 16.0  # learning rates that suit both
_CALM = 0.2  # of the epochs, the last ones
_WARM_UP = 0.05  # of all steps: the share in which the learning rate rises
_BATCH = 2_000  # images read at once


@dataclass(frozen=True)
class FitPlan:
    """How a network is fitted.

    Attributes
    ----------
    n_epochs : int
        Passes that are shown; after the last one of a pool the first comes again, in another order.
    batch_size : int
        Images a step.
    lr : float
        The highest learning rate of Adam, which changes biases and the last layer; Muon, which changes the
        weights of all other layers, has 16 times as much.
    uses_muon : bool
        Otherwise Adam changes them all: what is compared with.
    n_averaged : int
        Steps over which the weights are averaged, later ones counting more; the averages are what is kept. 0
        keeps the last weights.
    """

    n_epochs: int
    batch_size: int
    lr: float
    uses_muon: bool = True
    n_averaged: int = 0


@dataclass(frozen=True, eq=False)
class Lesson:
    """Images and what to answer to them.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), uint8
        Ink, 0 to 255; may be memory-mapped.
    rows : ndarray of shape (k,), int64
        Which of the images are shown.
    targets : ndarray, n long
        What the loss compares the outputs with.
    is_calm : bool
        Whether it is for the end of the course.
    """

    images: Bytes
    rows: np.ndarray
    targets: np.ndarray
    is_calm: bool = False


Loss = Callable[[Tensor, Tensor], Tensor]
"""The mean loss of outputs against targets."""


def fit_network(
    network: nn.Module,
    lessons: Sequence[Lesson],
    loss: Loss,
    plan: FitPlan,
    seed: int,
    after_epoch: Callable[[int, float], None],
) -> None:
    """Fit a network, in place, to one lesson an epoch.

    Parameters
    ----------
    network : Module
        In training mode.
    lessons : sequence of Lesson
        Taken in turn, those that are calm in the last fifth of the epochs.
    loss : callable
        Of a batch.
    plan : FitPlan
        How long and how fast.
    seed : int
        Seed of the order of the images.
    after_epoch : callable
        Called with each epoch, counted from 1, and its mean loss.
    """
    random = np.random.default_rng(seed)
    muon, adam = _make_optimizers(network, plan.uses_muon)
    average = _Average(network, plan.n_averaged)
    for epoch, lesson in enumerate(order_lessons(lessons, plan.n_epochs)):
        n_batches = math.ceil(len(lesson.rows) / plan.batch_size)
        total = torch.tensor(0.0)
        for number, chosen in enumerate(np.array_split(random.permutation(lesson.rows), n_batches)):
            rate = _choose_rate((epoch + number / n_batches) / plan.n_epochs)
            adam.param_groups[0]["lr"] = plan.lr * rate
            muon.lr = plan.lr * rate * _MUON_TO_ADAM
            network.zero_grad()
            targets = torch.from_numpy(lesson.targets[chosen])
            value = loss(network(to_ink(lesson.images[chosen])), targets)
            value.backward()  # type: ignore[no-untyped-call]
            muon.step()
            adam.step()
            average.follow()
            total += value.detach() * len(chosen)
        if epoch + 1 == plan.n_epochs:
            average.settle()
        after_epoch(epoch + 1, float(total) / len(lesson.rows))


def order_lessons(lessons: Sequence[Lesson], n_epochs: int) -> list[Lesson]:
    """Order lessons for a course: what a network is to read in the end is shown at its end."""
    wild, calm = ([one for one in lessons if one.is_calm == is_calm] for is_calm in (False, True))
    n_calm = round(_CALM * n_epochs) if calm else 0
    return [*islice(cycle(wild), n_epochs - n_calm), *islice(cycle(calm), n_calm)]


class _Average:
    """The weights of a network, averaged while it is trained.

    References
    ----------
    Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; with weights that fall
    exponentially, as is usual now.
    """

    def __init__(self, network: nn.Module, n_steps: int) -> None:
        self._weights = list(network.parameters()) if n_steps else []
        self._means = [weight.detach().clone() for weight in self._weights]
        self._n_steps, self._n_taken = max(n_steps, 1), 0

    @torch.no_grad()
    def follow(self) -> None:
        """Move the averages a little towards the weights; of few steps they are plain means."""
        self._n_taken += 1
        share = 1 / min(self._n_taken, self._n_steps)
        for mean, weight in zip(self._means, self._weights, strict=True):
            mean.lerp_(weight, share)

    @torch.no_grad()
    def settle(self) -> None:
        """Give the network its averages."""
        for mean, weight in zip(self._means, self._weights, strict=True):
            weight.copy_(mean)


def _make_optimizers(network: nn.Module, uses_muon: bool) -> tuple[Muon, torch.optim.Adam]:
    """Give the weights of all layers but the last to Muon, and the rest to Adam, as Muon's makers advise."""
    parameters = list(network.parameters())
    turned = [parameter for parameter in parameters if parameter.ndim > 1][:-1] if uses_muon else []
    others = [parameter for parameter in parameters if all(parameter is not one for one in turned)]
    return Muon(turned), torch.optim.Adam(others, fused=True)


def read_logits(network: nn.Module, images: Bytes) -> np.ndarray:
    """Compute the logits of images, an array of shape (n, classes), float32."""
    starts = range(0, len(images), _BATCH)
    with torch.inference_mode():
        logits = [network(to_ink(images[start : start + _BATCH])) for start in starts]
    return torch.cat(logits).numpy()


def to_ink(images: Bytes) -> Tensor:
    """Turn bytes into ink from 0 to 1."""
    return torch.from_numpy(images.astype(np.float32)).div_(255)


def _choose_rate(done: float) -> float:
    """Choose the learning rate, as a share of the highest, when a share of the steps is done."""
    if done < _WARM_UP:
        return done / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP)))
