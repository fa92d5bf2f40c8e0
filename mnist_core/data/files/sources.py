"""Bytes of a file, plain or compressed, that come piece by piece and end where they said they would."""

from collections.abc import Iterator
from typing import BinaryIO, TypeAlias, cast

PIECE_BYTES = 2**18  # in and out: small enough for the caches of a processor


class FaultError(Exception):
    """What is wrong with a file that is not whole; `Format.refuse` makes a sentence of it."""


def is_cut_short(detail: str = "") -> FaultError:
    """Make the refusal of a file that ends too early."""
    return FaultError(f"cut short{detail}: copy or download it again, or ")


def is_damaged(detail: str) -> FaultError:
    """Make the refusal of a file whose bytes contradict one another."""
    return FaultError(f"damaged ({detail}): ")


class PlainSource:
    """Bytes of an open file, from where it stands.

    Attributes
    ----------
    n_left : int
        How many bytes it still has.
    """

    def __init__(self, stream: BinaryIO, n_bytes: int) -> None:
        self._stream = stream
        self.n_left = n_bytes

    def read(self, n_bytes: int) -> bytes:
        """Read exactly so many bytes."""
        if n_bytes > self.n_left:
            raise is_cut_short()
        piece = self._stream.read(n_bytes)
        if len(piece) != n_bytes:
            raise is_cut_short()
        self.n_left -= n_bytes
        return piece


class InflatedSource:
    """What compressed bytes of an open file inflate to.

    Attributes
    ----------
    n_left : int
        How many bytes its user says that it still has; at first a tag's eight.
    """

    def __init__(self, stream: BinaryIO, n_bytes: int) -> None:
        from zlib_ng import zlib_ng  # noqa: PLC0415 - only compressed files need it

        self._compressed = PlainSource(stream, n_bytes)
        self._zlib = zlib_ng.decompressobj()
        self._error = cast(type[Exception], zlib_ng.error)
        self._waiting = b""
        self.n_left = 8

    def read(self, n_bytes: int) -> bytes:
        """Read exactly so many bytes."""
        if n_bytes > self.n_left:
            raise is_cut_short()
        pieces = []
        n_missing = n_bytes
        while n_missing:
            pieces.append(self._inflate(n_missing))
            n_missing -= len(pieces[-1])
        self.n_left -= n_bytes
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def finish(self) -> None:
        """Read on to the end, where the sum of the bytes proves to be the one that was written, or not."""
        while not self._zlib.eof:
            self.n_left -= len(self._inflate(PIECE_BYTES, may_end=True))
            if self.n_left < 0:
                raise is_damaged("more was compressed than its length says")

    def _inflate(self, most_bytes: int, may_end: bool = False) -> bytes:
        """Inflate some bytes: at least one, unless the end may come."""
        while not self._zlib.eof:
            if not self._waiting and self._compressed.n_left:
                self._waiting = self._compressed.read(min(PIECE_BYTES, self._compressed.n_left))
            given = len(self._waiting)
            try:
                piece = self._zlib.decompress(self._waiting, most_bytes)
            except self._error as error:
                raise is_damaged("its compressed bytes do not fit together") from error
            self._waiting = self._zlib.unconsumed_tail
            if piece or (may_end and self._zlib.eof):
                return piece
            if not given:
                raise is_cut_short()
        if may_end:
            return b""
        raise is_damaged("less was compressed than its length says")


Source: TypeAlias = PlainSource | InflatedSource
"""Bytes that are read once, from the first to the last."""


def read_pieces(source: Source, n_bytes: int) -> Iterator[bytes]:
    """Read so many bytes in pieces, of `PIECE_BYTES` but the last."""
    while n_bytes:
        piece = source.read(min(n_bytes, PIECE_BYTES))
        n_bytes -= len(piece)
        yield piece
