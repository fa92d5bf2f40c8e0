"""Learning curves as a race compares them: what was read on the way down, and how far the loss may fall."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from mnist_core.network.history import Course

_STEP = 0.88  # of training loss, from one level to the next
_N_LEVELS = 40
_AVERAGED = 6  # levels, the last ones that two have in common: one epoch alone is noise
_DOUBLINGS = 3  # of the epochs, that who is behind is granted
_TIMES_ON = 4  # the epochs of now, that who learns ever faster is granted
_WORST = 10.0  # times a guess's loss: what has diverged counts as that


@dataclass(frozen=True)
class Curves:
    """What of the contenders' learning curves is compared.

    Attributes
    ----------
    on_the_way : ndarray of shape (contenders, folds, levels)
        Validation accuracy when the training loss fell to each level; nan where it has not, or was below
        it before anything is known.
    depth : ndarray of shape (contenders, folds)
        The last level reached; -1 is none.
    accuracy, loss, may_win : ndarray of shape (contenders, folds)
        Of the validation images: accuracy now, the lowest loss so far, and how far it may fall on.
    """

    on_the_way: Float64[np.ndarray, "contenders folds levels"]
    depth: Int64[np.ndarray, "contenders folds"]
    accuracy: Float64[np.ndarray, "contenders folds"]
    loss: Float64[np.ndarray, "contenders folds"]
    may_win: Float64[np.ndarray, "contenders folds"]
    levels: Float64[np.ndarray, " levels"]

    @staticmethod
    def read(fits: Sequence[Sequence[Course]], rung: int, n_classes: int) -> "Curves":
        """Read them from courses, up to a rung."""
        shape = len(fits), len(fits[0])
        guess = math.log(n_classes)
        levels = guess * _STEP ** np.arange(_N_LEVELS)
        way = np.empty((*shape, _N_LEVELS))
        accuracy, loss = np.empty(shape), np.empty((*shape, rung))
        for place in np.ndindex(shape):
            history = fits[place[0]][place[1]].history[:rung]
            train = np.array([record.train_loss for record in history])
            valid = np.array([record.valid_loss for record in history])
            read = np.array([record.valid_accuracy for record in history])
            way[place] = _trace(train, read, levels)
            accuracy[place] = read[-1]
            least = np.minimum.accumulate(np.fmin(valid, _WORST * guess))  # of a number and nan the number
            loss[place] = np.pad(least, (0, rung - len(least)), mode="edge")
        reached = ~np.isnan(way)
        depth = np.where(reached.any(axis=2), _N_LEVELS - 1 - reached[..., ::-1].argmax(axis=2), -1)
        return Curves(way, depth, accuracy, loss[..., -1], _find_may_win(loss), levels)


def _find_may_win(
    loss: Float64[np.ndarray, "contenders folds epochs"],
) -> Float64[np.ndarray, "contenders folds"]:
    """Say how far the lowest loss may fall on: as in the last doubling of epochs, some times.

    Where it falls ever faster that says too little: then as in the last epoch, for some times as many epochs.
    """
    rung = loss.shape[2]
    halfway = loss[..., max(rung // 2, 1) - 1]
    by_doubling = np.asarray(_DOUBLINGS * (halfway - loss[..., -1]))
    before, last = loss[..., -3] - loss[..., -2], loss[..., -2] - loss[..., -1]
    is_faster = last.mean(axis=1, keepdims=True) > before.mean(axis=1, keepdims=True)
    return np.where(is_faster, np.maximum(by_doubling, _TIMES_ON * rung * last), by_doubling)


def _trace(
    train: Float64[np.ndarray, " epochs"],
    read: Float64[np.ndarray, " epochs"],
    levels: Float64[np.ndarray, " levels"],
) -> Float64[np.ndarray, " levels"]:
    """Return the accuracy at which a network passed each level of training loss."""
    # What is reported is the mean of an epoch, but the accuracy is that at its end: half an epoch on.
    with np.errstate(invalid="ignore", divide="ignore"):
        at_end = np.fmin(train[1:] * np.sqrt(np.fmin(train[1:] / train[:-1], 1.0)), np.inf)
    least = np.minimum.accumulate(np.concatenate([[np.inf], at_end]))
    is_new = at_end < least[:-1]
    if not is_new.any():
        return np.full(len(levels), np.nan)
    losses, accuracies = at_end[is_new][::-1], read[1:][is_new][::-1]
    return np.asarray(np.interp(levels, losses, accuracies, left=np.nan, right=np.nan))


def average_gaps(
    way: Float64[np.ndarray, "contenders folds levels"],
    common: Int64[np.ndarray, "contenders contenders folds"],
) -> Float64[np.ndarray, "contenders contenders folds"]:
    """Average how far the first reads more than the second, over the last levels that both passed."""
    places, folds = np.arange(len(way)), np.arange(way.shape[1])
    sums, counts = np.zeros(common.shape), np.zeros(common.shape)
    for back in range(_AVERAGED):
        level = np.maximum(common - back, 0)
        gaps = way[places[:, None, None], folds, level] - way[places[None, :, None], folds, level]
        is_known = ~np.isnan(gaps) & (common >= back)
        sums += np.where(is_known, gaps, 0.0)
        counts += is_known
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
