"""Opens ZIP files safely: what may be in one, and the bytes of each file in it; none goes to disk."""

import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import BinaryIO

from mnist_core.data.files.limits import MOST_ENTRIES, check_ratio
from mnist_core.data.files.parcel import GIGABYTE, MOST_BYTES
from mnist_core.data.files.printable import make_printable
from mnist_core.data.files.sources import PIECE_BYTES, is_cut_short, is_damaged
from mnist_core.ground.errors import DataFileError

_END = struct.Struct("<4s4H2LH")  # of a ZIP: where its list is, how long, and of how many parts
_END_MARK, _LISTED_MARK = b"PK\x05\x06", b"PK\x01\x02"
_TOLD_ELSEWHERE = 2**32 - 1  # a length that larger ZIPs have in another place
_LONGEST_REMARK = 2**16
_MOST_LIST_BYTES = 2**25  # of the list: 200 bytes of name and times each
_HEAD_BYTES = 30  # before each part, without its name
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_IS_ENCRYPTED = 0x1
_CURE = "pack its files once more"


@dataclass(frozen=True)
class Entry:
    """A file in a ZIP.

    Attributes
    ----------
    path : str
        Its folders and its name, with `/` between.
    size : int
        Its bytes, inflated.
    info : ZipInfo
        Where it is.
    """

    path: str
    size: int
    info: zipfile.ZipInfo

    @property
    def shown(self) -> str:
        """Return the path as a sentence may have it."""
        return make_printable(self.path)


class Archive:
    """A ZIP whose list was found sound.

    Attributes
    ----------
    entries : list of Entry
        Its files, sorted by their paths.
    """

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._opened = opened
        self.entries = _list_entries(opened.infolist())

    def read(self, entry: Entry, most_bytes: int = 2**27) -> bytes:
        """Read a small file whole, or the beginning of any."""
        return b"".join(self.read_pieces(entry, most_bytes))

    def copy(self, entry: Entry, target: BinaryIO) -> None:
        """Copy a file to another place."""
        for piece in self.read_pieces(entry):
            target.write(piece)
        target.flush()

    def read_pieces(self, entry: Entry, most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
        """Read a file piece by piece, to its end or to so many bytes.

        Raises
        ------
        FaultError
            If its bytes do not fit together, or are fewer than it says.
        """
        try:
            with self._opened.open(entry.info) as source:
                while most_bytes > 0 and (piece := source.read(min(PIECE_BYTES, most_bytes))):
                    most_bytes -= len(piece)
                    yield piece
        except EOFError as error:
            raise is_cut_short(f" in {entry.shown}") from error
        except Exception as error:  # of the libraries of each method, and of zipfile
            raise is_damaged(f"the bytes of {entry.shown} do not fit together") from error


@contextmanager
def open_zip(stream: BinaryIO, n_bytes: int) -> Iterator[Archive]:
    """Open a ZIP.

    Parameters
    ----------
    stream : binary file
        The file.
    n_bytes : int
        Its length.

    Raises
    ------
    FaultError
        If it is damaged or cut short.
    DataFileError
        If it has a part that no ZIP of data has.
    """
    _check_list(stream, n_bytes)
    try:
        opened = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise is_damaged("its list of files contradicts its bytes") from error
    with opened:
        yield Archive(opened)


def _check_list(stream: BinaryIO, n_bytes: int) -> None:
    """Refuse a list that is missing, or too long to be read at all."""
    start = max(0, n_bytes - _LONGEST_REMARK - _END.size)
    stream.seek(start)
    tail = stream.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) < place + _END.size:
        raise is_cut_short(": its list of files is missing")
    size = _END.unpack_from(tail, place)[5]
    if size == _TOLD_ELSEWHERE:
        return
    if size <= _MOST_LIST_BYTES:
        stream.seek(max(0, start + place - size))
        if stream.read(size).count(_LISTED_MARK) <= MOST_ENTRIES:
            return
    raise DataFileError(_say_many())


def _say_many() -> str:
    return f"must hold at most {MOST_ENTRIES:,} files, but has more: pack fewer, or save them as one matrix."


def _list_entries(infos: list[zipfile.ZipInfo]) -> list[Entry]:
    if len(infos) > MOST_ENTRIES:
        raise DataFileError(_say_many())
    files = [_check_entry(info) for info in infos if not info.is_dir()]
    _check_sizes(files)
    files.sort(key=lambda entry: entry.path)
    for one, other in pairwise(files):
        if one.path == other.path:
            raise DataFileError(f"must hold each file once, but has {one.shown} twice: {_CURE}.")
    return files


def _check_entry(info: zipfile.ZipInfo) -> Entry:
    path = info.filename.replace("\\", "/")  # as old programs of Windows part folders
    entry = Entry(path, info.file_size, info)
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or path[1:3] == ":/" or not parts:
        raise DataFileError(
            f"must hold files in folders of its own, but has the path {entry.shown}: {_CURE}."
        )
    kind = info.external_attr >> 16
    if stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        raise DataFileError(f"must hold plain files, but {entry.shown} is a link or a device: {_CURE}.")
    if info.flag_bits & _IS_ENCRYPTED:
        raise DataFileError("must be open to all, but needs a password: pack its files without one.")
    if info.compress_type not in _METHODS:
        raise DataFileError(
            f"must be packed the usual way (deflate), but {entry.shown} is by method {info.compress_type}: "
            f"{_CURE}."
        )
    return entry


def _check_sizes(files: list[Entry]) -> None:
    """Refuse parts that lie in one another, and more than any real file inflates to."""
    end = 0
    for entry in sorted(files, key=lambda one: one.info.header_offset):
        if entry.info.header_offset < end:
            raise is_damaged(f"{entry.shown} begins before the file before it ends")
        end = entry.info.header_offset + _HEAD_BYTES + entry.info.compress_size
        check_ratio(entry.size, entry.info.compress_size, _CURE)
    size, packed = sum(entry.size for entry in files), sum(entry.info.compress_size for entry in files)
    check_ratio(size, packed, _CURE)
    if size > MOST_BYTES:
        raise DataFileError(
            f"must hold files of at most {MOST_BYTES / GIGABYTE:.3g} GB together, but says that it has "
            f"{size / GIGABYTE:,.1f} GB: pack fewer."
        )
