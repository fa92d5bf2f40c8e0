"""Decoded pictures on their way to the parcel."""

from collections.abc import Iterator

import numpy as np

from mnist_core.data.files.nameless import open_nameless
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import PIECE_BYTES

_BYTE = np.dtype(np.uint8)


class PictureStack:
    """Pictures that wait, not in the memory of this process, until the sizes of all are known.

    Attributes
    ----------
    shapes : list of tuple of int
        Rows and columns of each.
    """

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] = []
        self._pixels = open_nameless()

    def close(self) -> None:
        """Give up what waits."""
        self._pixels.close()

    def add(self, pixels: np.ndarray) -> None:
        """Add a picture, of shape (rows, columns) and type uint8."""
        self._pixels.write(pixels.tobytes())
        self.shapes.append((pixels.shape[0], pixels.shape[1]))

    def pack(self, packer: Packer, is_even: bool) -> Tree:
        """Pack all: as one array where they are of one size, else a cell each; none can be added then."""
        packer.check_room(self._pixels.seek(0, 2))
        self._pixels.seek(0)
        with self._pixels:
            if is_even:
                shape = (len(self.shapes), *self.shapes[0])
                return packer.add_stream(_BYTE, shape, self._read_pieces(), order="C")
            cells = [self._pack_one(shape, packer) for shape in self.shapes]
            return {"shape": [len(cells), 1], "cells": cells}

    def _pack_one(self, shape: tuple[int, int], packer: Packer) -> Tree:
        return packer.add_stream(_BYTE, shape, [self._pixels.read(shape[0] * shape[1])], order="C")

    def _read_pieces(self) -> Iterator[bytes]:
        while piece := self._pixels.read(PIECE_BYTES):
            yield piece
