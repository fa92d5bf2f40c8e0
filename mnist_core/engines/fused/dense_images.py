"""Images on a device of torch, batch by batch, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor

from mnist_core.engines.fused.state import Ink
from mnist_core.engines.fused.vectors import GROUP

_MOST_KEPT = 18  # sets of images: of five folds and the winner's those to train, validate and score on


@dataclass(frozen=True, eq=False)
class BatchedImages:
    """Images on a device, batch by batch; the last batches are filled up with blank ones.

    Attributes
    ----------
    pixels : Tensor of shape (batches, images, n_pixels)
        Their ink.
    labels : Tensor of shape (batches, images), int64
        Their digits.
    shares : Tensor of shape (batches, images)
        What each counts of the mean over its batch: 0 where it fills up.
    """

    pixels: Tensor
    labels: Tensor
    shares: Tensor


class KeptImages:
    """Brings images to a device; those used last stay there."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._kept: list[tuple[Ink, tuple[int, int], BatchedImages]] = []

    def take(self, ink: Ink, n_pixels: int, batch: int, n_batches: int, is_cut: bool) -> BatchedImages:
        """Return images, so many at a time.

        Parameters
        ----------
        is_cut : bool
            Whether the ink lies in such batches, each from a group of its own on, and not as one.
        """
        form = batch, n_batches
        kept = next((one for one in self._kept if one[0] is ink and one[1] == form), None)
        if kept is None:
            stride = batch + -batch % GROUP if is_cut else batch
            kept = ink, form, _lay_out(ink, n_pixels, *form, stride, self.device)
        others = [one for one in self._kept if one is not kept]
        self._kept = [*others[1 - _MOST_KEPT :], kept]
        return kept[2]


class Turns:
    """Takes the batches of networks in turn; which is next stands on the device, so that it can be replayed.

    Parameters
    ----------
    kept : KeptImages
        Brings the images.
    inks : sequence of Ink
        A network each; those of a fold must follow one another.
    n_pixels, batch, n_batches, is_cut
        As for `KeptImages.take`.
    """

    def __init__(
        self,
        kept: KeptImages,
        inks: Sequence[Ink],
        n_pixels: int,
        batch: int,
        n_batches: int,
        is_cut: bool,
    ) -> None:
        runs = [list(run) for _, run in groupby(inks, key=id)]
        self._counts = [len(run) for run in runs]
        self._parts = [kept.take(run[0], n_pixels, batch, n_batches, is_cut) for run in runs]
        self._labels = torch.stack([part.labels for part in self._parts])
        self._shares = torch.stack([part.shares for part in self._parts])
        self._folds = torch.from_numpy(np.repeat(np.arange(len(runs)), self._counts)).to(kept.device)
        self._at = torch.zeros(1, dtype=torch.int64, device=kept.device)

    def take(self) -> tuple[list[tuple[Tensor, int]], Tensor, Tensor]:
        """Take the next batch.

        Returns
        -------
        list of (Tensor of shape (images, n_pixels), int)
            The images of each fold, and how many networks see them.
        Tensor of shape (networks, images), int64
            Their labels.
        Tensor of shape (networks, images)
            What each image counts of the mean.
        """
        images = [part.pixels.index_select(0, self._at)[0] for part in self._parts]
        labels, shares = (
            part.index_select(1, self._at)[:, 0].index_select(0, self._folds)
            for part in (self._labels, self._shares)
        )
        self._at.add_(1)
        return list(zip(images, self._counts, strict=True)), labels, shares


def _lay_out(
    ink: Ink, n_pixels: int, batch: int, n_batches: int, stride: int, device: torch.device
) -> BatchedImages:
    """Lay images out batch by batch, from ink whose batches are so many rows apart."""
    rows = _spread_ink(ink, n_pixels, device)[: n_batches * stride]
    pixels = torch.zeros(n_batches * stride, n_pixels, device=device)
    pixels[: len(rows)] = rows
    labels = np.zeros(n_batches * batch, np.int64)
    labels[: len(ink.labels)] = ink.labels
    is_there = (np.arange(len(labels)) < len(ink.labels)).reshape(n_batches, batch)
    shares = is_there / np.maximum(is_there.sum(axis=1, keepdims=True), 1)
    return BatchedImages(
        pixels.view(n_batches, stride, n_pixels)[:, :batch].contiguous(),
        torch.from_numpy(labels.reshape(n_batches, batch)).to(device),
        torch.from_numpy(shares.astype(np.float32)).to(device),
    )


def _spread_ink(ink: Ink, n_pixels: int, device: torch.device) -> Tensor:
    n_groups, n_listed = len(ink.starts) - 1, int(ink.starts[-1])
    groups = torch.from_numpy(np.repeat(np.arange(n_groups), np.diff(ink.starts))).to(device)
    pixels = torch.from_numpy(ink.pixels[:n_listed].astype(np.int64)).to(device)
    values = torch.from_numpy(ink.values[: n_listed * GROUP].reshape(n_listed, GROUP)).to(device)
    images = torch.zeros(n_groups, n_pixels, GROUP, device=device)
    images[groups, pixels] = values
    return images.transpose(1, 2).reshape(n_groups * GROUP, n_pixels)
