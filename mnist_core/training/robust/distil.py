"""The small network, taught by large ones."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.training.robust.fit import FitPlan, Lesson, fit_network
from mnist_core.training.robust.pool import Pass
from mnist_core.training.robust.teacher import Answers


def distil(
    pool: Sequence[Pass],
    answers: Sequence[Answers],
    left_out: np.ndarray,
    candidate: Candidate,
    plan: FitPlan,
    seed: int,
    after_epoch: Callable[[MLP, int, float], None],
    warmth: float,
) -> MLP:
    """Train a small network to answer as teachers do.

    Parameters
    ----------
    pool : sequence of Pass
        The images.
    answers : sequence of Answers
        Of each teacher; the network learns their mean.
    left_out : ndarray
        Writers whose digits are not shown.
    candidate : Candidate
        Layer widths and activation.
    plan : FitPlan
        How it is trained.
    seed : int
        Seed of its weights and of the order.
    after_epoch : callable
        Called with the network, the epoch and its mean loss.
    warmth : float
        Temperature of the answers.

    References
    ----------
    Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
    """
    means = [np.stack(said).mean(axis=0, dtype=np.float32) for said in zip(*answers, strict=True)]
    lessons = [
        Lesson(one.images, one.rows_without(left_out), mean) for one, mean in zip(pool, means, strict=True)
    ]
    torch.manual_seed(seed)
    n_pixels, n_classes = pool[0].images.shape[-1] ** 2, means[0].shape[1]
    network = MLP.of(candidate, n_pixels, n_classes)
    fit_network(
        network,
        lessons,
        partial(_warm_loss, warmth),
        plan,
        seed,
        lambda epoch, loss: after_epoch(network, epoch, loss),
    )
    return network.eval()


def _warm_loss(warmth: float, logits: Tensor, targets: Tensor) -> Tensor:
    answers = functional.log_softmax(logits / warmth, dim=1)
    return functional.kl_div(answers, targets, reduction="batchmean") * warmth
