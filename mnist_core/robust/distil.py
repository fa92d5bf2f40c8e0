"""The small network, taught by the large one."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.grid import Candidate
from mnist_core.network import MLP
from mnist_core.robust.fit import FitPlan, fit_network
from mnist_core.robust.pool import Pass
from mnist_core.robust.teacher import Teacher, read_logits

_WARMTH = 2.0  # temperature of the targets: shows which other digits the teacher thought of


def distil(
    pool: Sequence[Pass],
    teacher: Teacher,
    candidate: Candidate,
    n_classes: int,
    plan: FitPlan,
    seed: int,
    after_epoch: Callable[[MLP, int, float], None],
) -> MLP:
    """Train a small network to answer as a teacher does.

    References
    ----------
    Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
    """
    pairs = [(one.images, torch.softmax(read_logits(teacher, one.images) / _WARMTH, dim=1)) for one in pool]
    torch.manual_seed(seed)
    n_pixels = pool[0].images.shape[-1] ** 2
    network = MLP(candidate.hidden1, candidate.hidden2, candidate.activation, n_pixels, n_classes)
    fit_network(network, pairs, _warm_loss, plan, seed, lambda epoch, loss: after_epoch(network, epoch, loss))
    return network.eval()


def _warm_loss(logits: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(logits / _WARMTH, targets) * _WARMTH
