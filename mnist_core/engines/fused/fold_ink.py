"""The images of a fold as the compiled passes want them."""

from dataclasses import dataclass
from typing import NamedTuple, no_type_check

import numpy as np

from mnist_core.engines.fused.compiled import compiled
from mnist_core.engines.fused.kernels import count_bits
from mnist_core.engines.fused.state import Batches, Ink, TurnedInk
from mnist_core.engines.fused.training import Training
from mnist_core.engines.fused.vectors import GROUP
from mnist_core.engines.noise import disturb
from mnist_core.ground.arrays import Columns, Inputs, Labels, Part
from mnist_core.network.recipe import Recipe

_WINDOW = 512  # images among which groups are sought where there are no batches
_ALIKE = 4  # images that are sought to be alike, whatever a tile holds: sums take the order of images
_SAMPLE = 4096  # images that tell which pixels hold ink together


@dataclass(frozen=True, eq=False)
class _Source:
    """The images to train on, from which each epoch draws its own.

    Attributes
    ----------
    rows : ndarray of shape (n, pixels), float32
        As they are.
    labels, order : ndarray of shape (n,), int64
        Their digits; the order in which groups are alike.
    pixels : ndarray of int64
        In the order in which groups are alike.
    recipe : Recipe
        Says what is drawn.
    """

    rows: Columns
    labels: Labels
    order: Part
    pixels: Part
    recipe: Recipe

    def draw(self, epoch: int) -> Batches:
        rows, batch = disturb(self.rows, self.recipe, epoch), self.recipe.batch_size
        starts, images, values = _turn_batches(rows, self.order, batch, self.pixels)
        turned = TurnedInk(starts, images, values, self.pixels, self._count_inked())
        return Batches(_collect_ink(rows, self.labels, self.order, batch), turned)

    def _count_inked(self) -> int:
        """Count the positions whose weights have a gradient; they come first."""
        if self.recipe.input_noise > 0:
            return len(self.pixels)
        n_inked = int(self.rows.any(axis=0).sum())
        return n_inked + -n_inked % GROUP


class TrainingInk:
    """Training images split by the recipe, as ink.

    Parameters
    ----------
    source : _Source
        The images to train on.
    valid : Ink
        Those that early stopping looks at.

    Attributes
    ----------
    valid : Ink
        Likewise.
    n_train, n_valid, n_pixels : int
        Images of each, pixels of an image.
    """

    def __init__(self, source: _Source, valid: Ink) -> None:
        self.valid = valid
        self.n_train, self.n_valid = len(source.rows), len(valid.labels)
        self.n_pixels = int(source.rows.shape[1])
        self._source = source if source.recipe.disturbs_inputs else None
        self._drawn = 1, source.draw(1)

    def draw(self, epoch: int) -> Batches:
        """Return what an epoch, counted from 1, trains on."""
        drawn_for, batches = self._drawn  # read at once, as another thread may train on the same images
        if self._source is not None and drawn_for != epoch:
            batches = self._source.draw(epoch)
            self._drawn = epoch, batches
        return batches


class Fit(NamedTuple):
    """A network in training, and the images that it sees."""

    training: Training
    ink: TrainingInk


def collect_ink(images: Inputs, labels: Labels) -> Ink:
    """Collect the ink of images that are to be looked at only, in an order in which groups are alike.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Any values; the fewer zeros, the slower the passes.
    labels : ndarray of shape (n,), int64
        Their digits.
    """
    rows = _flatten(images)
    order = _line_up(_mark_ink(rows), _WINDOW)
    return _collect_ink(rows, labels, order, max(len(rows), 1))


def prepare_ink(images: Inputs, labels: Labels, train: Part, valid: Part, recipe: Recipe) -> TrainingInk:
    """Collect the ink of training images batch by batch, and that of the images to validate on.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Any images.
    labels : ndarray of shape (n,), int64
        Their digits.
    train, valid : ndarray of int64
        Which images to train on, in their order, and which early stopping looks at.
    recipe : Recipe
        Of the networks that will be trained on them: its batches, and what it draws anew each epoch.
    """
    rows = _flatten(images[train])
    order = _line_up(_mark_ink(rows), recipe.batch_size)
    source = _Source(rows, labels[train], order, _group_pixels(rows), recipe)
    return TrainingInk(source, collect_ink(images[valid], labels[valid]))


def _flatten(images: Inputs) -> np.ndarray:
    return np.ascontiguousarray(images).reshape(len(images), -1)


def _collect_ink(rows: Columns, labels: Labels, order: Part, batch: int) -> Ink:
    starts, pixels, values = _collect(rows, order, batch)
    return Ink(starts, pixels, values, labels[order])


def _group_pixels(rows: np.ndarray) -> np.ndarray:
    """Put pixels together that hold ink in the same images; those that hold none come last."""
    has_ink = rows.any(axis=0)
    inked, blank = np.flatnonzero(has_ink), np.flatnonzero(~has_ink)
    marks = _mark_ink(np.ascontiguousarray(rows[:_SAMPLE, inked].T))
    parts = inked[_line_up(marks, len(inked))], blank
    return np.concatenate([_fill_group(part) for part in parts]).astype(np.int64)


def _fill_group(pixels: np.ndarray) -> np.ndarray:
    return np.append(pixels, np.full(-len(pixels) % GROUP, -1))


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
    """Order the rows of each batch so that those that follow one another hold ink at the same places.

    A group begins with the row of the least ink that is left, and takes those that add the least.
    """
    order = np.arange(len(marks))
    union = np.zeros(marks.shape[1], np.uint64)
    for low in range(0, len(marks), batch):
        high = min(low + batch, len(marks))
        for at in range(low, high):
            if (at - low) % _ALIKE == 0:
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
    return starts, images[: at + 1], values[: (at + 1) * GROUP]


@compiled
@no_type_check
def _make_room(n):
    """Make room for at most n groups of values; what is never written takes no memory.

    One item more, so that a pointer behind the last group is still one into the array.
    """
    return np.empty(n + 1, np.uint16), np.empty((n + 1) * GROUP, np.float32)
