"""A network shown passes of images, one after the other, with a learning rate that rises and falls."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

_WARM_UP = 0.05  # of all steps: the share in which the learning rate rises


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
        The highest learning rate of AdamW.
    weight_decay : float
        Of AdamW.
    """

    n_epochs: int
    batch_size: int
    lr: float
    weight_decay: float = 0.0


Loss = Callable[[Tensor, Tensor], Tensor]
"""The loss of outputs against targets."""


def fit_network(
    network: nn.Module,
    pool: Sequence[tuple[Tensor, Tensor]],
    loss: Loss,
    plan: FitPlan,
    seed: int,
    after_epoch: Callable[[int, float], None],
) -> None:
    """Fit a network to a pool of passes, each a pair of images in bytes and targets.

    Parameters
    ----------
    network : Module
        Changed in place.
    pool : sequence of (Tensor, Tensor)
        A pass each: images of type uint8, and what the loss compares the outputs with.
    loss : callable
        Mean loss of a batch.
    plan : FitPlan
        How long and how fast.
    seed : int
        Seed of the order of the images.
    after_epoch : callable
        Called with each epoch, counted from 1, and its mean loss.
    """
    random = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=plan.lr, weight_decay=plan.weight_decay, fused=True
    )
    for epoch in range(plan.n_epochs):
        images, targets = pool[epoch % len(pool)]
        batches = torch.split(torch.randperm(len(images), generator=random), plan.batch_size)
        total = torch.tensor(0.0)
        for number, chosen in enumerate(batches):
            rate = _choose_rate((epoch + number / len(batches)) / plan.n_epochs)
            for group in optimizer.param_groups:
                group["lr"] = plan.lr * rate
            optimizer.zero_grad()
            value = loss(network(to_ink(images[chosen])), targets[chosen])
            value.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += value.detach() * len(chosen)
        after_epoch(epoch + 1, float(total) / len(images))


def to_ink(images: Tensor) -> Tensor:
    """Turn bytes into ink from 0 to 1."""
    return images.float().div_(255)


def _choose_rate(done: float) -> float:
    """Choose the learning rate, as a share of the highest, when a share of the steps is done."""
    if done < _WARM_UP:
        return done / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP)))
