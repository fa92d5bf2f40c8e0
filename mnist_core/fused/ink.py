"""The images of a fold as the compiled passes want them."""

from dataclasses import dataclass
from typing import no_type_check

import numpy as np

from mnist_core.arrays import Inputs, Labels, Part
from mnist_core.fused.compiled import compiled
from mnist_core.fused.kernels import count_bits
from mnist_core.fused.state import Ink, TurnedInk
from mnist_core.fused.vectors import GROUP

_WINDOW = 128 * GROUP  # images among which groups are sought where there are no batches
_SAMPLE = 4096  # images that tell which pixels hold ink together


@dataclass(frozen=True, eq=False)
class TrainingInk:
    """Training images split by the recipe, as ink.

    Attributes
    ----------
    train, valid : Ink
        The images to train on and those that early stopping looks at.
    turned : TurnedInk
        The batches of `train`, sorted by pixel.
    n_train, n_valid, n_pixels : int
        Images of each, pixels of an image.
    """

    train: Ink
    valid: Ink
    turned: TurnedInk
    n_train: int
    n_valid: int
    n_pixels: int


def collect_ink(images: Inputs, labels: Labels) -> Ink:
    """Collect the ink of images that are to be looked at only, in an order in which groups are alike.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Any values; the fewer zeros, the slower the passes.
    labels : ndarray of shape (n,), int64
        Their digits.
    """
    return _collect_batches(_flatten(images), labels, _WINDOW)[0]


def prepare_ink(images: Inputs, labels: Labels, train: Part, valid: Part, batch_size: int) -> TrainingInk:
    """Collect the ink of training images batch by batch, and that of the images to validate on.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Any images.
    labels : ndarray of shape (n,), int64
        Their digits.
    train, valid : ndarray of int64
        Which images to train on, in their order, and which early stopping looks at.
    batch_size : int
        Images a step.
    """
    rows = _flatten(images[train])
    ink, order = _collect_batches(rows, labels[train], batch_size)
    turned = TurnedInk(*_turn_batches(rows, order, batch_size, _group_pixels(rows)))
    return TrainingInk(
        ink, collect_ink(images[valid], labels[valid]), turned, len(train), len(valid), rows.shape[1]
    )


def _flatten(images: Inputs) -> np.ndarray:
    return np.ascontiguousarray(images).reshape(len(images), -1)


def _collect_batches(rows: np.ndarray, labels: Labels, batch: int) -> tuple[Ink, np.ndarray]:
    """Collect ink batch by batch; return it with the order in which a batch's images now stand."""
    order = _line_up(_mark_ink(rows), batch)
    starts, pixels, values = _collect(rows, order, batch)
    return Ink(starts, pixels, values, labels[order]), order


def _group_pixels(rows: np.ndarray) -> np.ndarray:
    """Put pixels together that hold ink in the same images."""
    live = np.flatnonzero(rows.any(axis=0))
    marks = _mark_ink(np.ascontiguousarray(rows[:_SAMPLE, live].T))
    pixels = live[_line_up(marks, len(live))]
    return np.append(pixels, np.full(-len(pixels) % GROUP, -1)).astype(np.int64)


@compiled
@no_type_check
def _mark_ink(rows):
    """Write for each row which items are not zero, a bit each."""
    n, n_items = rows.shape
    marks = np.zeros((n, (n_items + 63) // 64), np.uint64)
    for i in range(n):
        for p in range(n_items):
            if rows[i, p] != 0:
                marks[i, p // 64] |= np.uint64(1) << np.uint64(p % 64)
    return marks


@compiled
@no_type_check
def _line_up(marks, batch):
    """Order the rows of each batch so that those of a group hold ink at the same places.

    A group begins with the row of the least ink that is left, and takes those that add the least.
    """
    order = np.arange(len(marks))
    union = np.zeros(marks.shape[1], np.uint64)
    for low in range(0, len(marks), batch):
        high = min(low + batch, len(marks))
        for at in range(low, high):
            if (at - low) % GROUP == 0:
                union[:] = 0
            best, least = at, marks.shape[1] * 64 + 1
            for j in range(at, high):
                added = 0
                for w in range(len(union)):
                    added += count_bits(marks[order[j], w] & ~union[w])
                if added < least:
                    best, least = j, added
            order[at], order[best] = order[best], order[at]
            union |= marks[order[at]]
    return order


@compiled
@no_type_check
def _collect(rows, order, batch):
    n, n_pixels = rows.shape
    n_groups = n // batch * -(-batch // GROUP) + -(-(n % batch) // GROUP)
    starts = np.zeros(n_groups + 1, np.int64)
    pixels, values = _make_room(n_groups * n_pixels)
    group, at = 0, 0
    for low in range(0, n, batch):
        for first in range(low, min(low + batch, n), GROUP):
            members = order[first : min(first + GROUP, low + batch)]
            for p in range(n_pixels):
                pixels[at] = p
                has_ink = False
                for r in range(GROUP):
                    value = rows[members[r], p] if r < len(members) else np.float32(0)
                    values[at * GROUP + r] = value
                    has_ink |= value != 0
                at += has_ink  # else the next pixel is written over this one
            group += 1
            starts[group] = at
    return starts, pixels[: at + 1], values[: (at + 1) * GROUP]


@compiled
@no_type_check
def _turn_batches(rows, order, batch, pixels):
    """Collect the ink of each batch by groups of pixels, images in their order."""
    n, n_groups = len(rows), len(pixels) // GROUP
    starts = np.zeros((-(-n // batch), n_groups + 1), np.int64)
    images, values = _make_room(n * n_groups)
    at = 0
    for k in range(len(starts)):
        starts[k, 0] = at
        members = order[k * batch : (k + 1) * batch]
        for group in range(n_groups):
            for i in range(len(members)):
                images[at] = i
                has_ink = False
                for r in range(GROUP):
                    p = pixels[group * GROUP + r]
                    value = rows[members[i], p] if p >= 0 else np.float32(0)
                    values[at * GROUP + r] = value
                    has_ink |= value != 0
                at += has_ink
            starts[k, group + 1] = at
    return starts, images[: at + 1], values[: (at + 1) * GROUP], pixels


@compiled
@no_type_check
def _make_room(n):
    """Make room for at most n groups of values; what is never written takes no memory.

    One item more, so that a pointer behind the last group is still one into the array.
    """
    return np.empty(n + 1, np.uint16), np.empty((n + 1) * GROUP, np.float32)
