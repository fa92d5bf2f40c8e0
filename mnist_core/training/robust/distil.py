"""The small network, taught by large ones."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.ground.arrays import Indices
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.training.robust.fit import FitPlan, Lesson, fit_network
from mnist_core.training.robust.pool import NO_WRITER, Pass
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
    least: float = 0.0,
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
    least : float
        What the teachers' mean answer must give a pen digit's label; those with less are not shown, as they
        are no longer read as their digit.

    References
    ----------
    Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
    """
    means = [np.stack(said).mean(axis=0, dtype=np.float32) for said in zip(*answers, strict=True)]
    lessons = [
        Lesson(one.images, _choose_rows(one, left_out, mean, least), mean, one.is_calm)
        for one, mean in zip(pool, means, strict=True)
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


def _choose_rows(one: Pass, left_out: np.ndarray, mean: np.ndarray, least: float) -> Indices:
    rows = one.rows_without(left_out)
    is_taken = (one.writers[rows] == NO_WRITER) | (mean[rows, one.labels[rows]] >= least)
    chosen: Indices = rows[is_taken]
    return chosen


def _warm_loss(warmth: float, logits: Tensor, targets: Tensor) -> Tensor:
    answers = functional.log_softmax(logits / warmth, dim=1)
    return functional.kl_div(answers, targets, reduction="batchmean") * warmth
