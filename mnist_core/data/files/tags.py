"""The tags of MATLAB 5: what stands before each part of a file, and says what it is and how long."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from mnist_core.data.files.sources import Source, is_damaged, read_pieces

TAG_BYTES = 8
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
IS_COMPLEX, IS_LOGICAL = 0x800, 0x200


@dataclass(frozen=True)
class Matrix:
    """What stands before the content of a matrix.

    Attributes
    ----------
    flags : bytes
        As the file has them.
    word : int
        The first of the flags: class, and whether complex or logical.
    shape : tuple of int
        As MATLAB counts it.
    name : bytes
        Empty in cells and fields.
    end : int
        Its content ends where its source has so many bytes left.
    """

    flags: bytes
    word: int
    shape: tuple[int, ...]
    name: bytes
    end: int

    @property
    def kind(self) -> int:
        """Return its class."""
        return self.word & 0xFF

    @property
    def is_complex(self) -> bool:
        """Say whether a second array of numbers follows."""
        return bool(self.word & IS_COMPLEX)

    @property
    def is_logical(self) -> bool:
        """Say whether its numbers stand for true and false."""
        return bool(self.word & IS_LOGICAL)


class Tags:
    """Reads tags and short parts.

    Parameters
    ----------
    order : str
        The file's order of bytes, "<" or ">".
    """

    def __init__(self, order: str) -> None:
        self.order = order

    def unpack(self, form: str, content: bytes) -> tuple[int, ...]:
        """Read whole numbers in the file's order of bytes."""
        return struct.unpack(self.order + form, content)

    def pack(self, form: str, *numbers: int) -> bytes:
        """Write whole numbers in the file's order of bytes."""
        return struct.pack(self.order + form, *numbers)

    def read_tag(self, source: Source) -> tuple[int, int, bytes | None]:
        """Read a tag: kind, length, and the bytes themselves where they stand in it."""
        tag = source.read(TAG_BYTES)
        kind, length = self.unpack("II", tag)
        if kind >> 16 == 0:
            return kind, length, None
        kind, length = kind & 0xFFFF, kind >> 16
        if length > 4:
            raise is_damaged("a short element that is too long")
        return kind, length, tag[4 : 4 + length]

    def read_part(self, source: Source, most_bytes: int) -> tuple[int, bytes]:
        """Read a short element whole: its kind and its bytes."""
        kind, length, small = self.read_tag(source)
        if length > most_bytes:
            raise is_damaged(f"{length:,} bytes where at most {most_bytes:,} are expected")
        return kind, small if small is not None else b"".join(read_padded(source, length))


def read_padded(source: Source, n_bytes: int) -> Iterable[bytes]:
    """Read a part in pieces, and then what fills it up to eight bytes."""
    yield from read_pieces(source, n_bytes)
    source.read(min(-n_bytes % 8, source.n_left))
