"""Files that were made to hurt, each with words of the sentence that refuses it."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import h5py
import numpy as np

from benchmarks.fuzzing.archives import make_hostile_archives
from benchmarks.fuzzing.matlab import make_element, make_header, make_matrix
from benchmarks.fuzzing.tables import make_hostile_tables

_MEGABYTE = 2**20
_FLAGS, _INT32, _INT8, _MATRIX, _COMPRESSED = 6, 5, 1, 14, 15
_DOUBLE, _CELL, _STRUCT, _CHAR, _SPARSE = 6, 1, 2, 4, 5
_HUGE = 2**31 - 1


def make_hostile_files() -> dict[str, tuple[bytes, str]]:
    """Make all of them: bytes, and words of the sentence, by what they do."""
    return {
        "10 MB that inflate to 10 GB": (_inflate_to(3), "inflate to at most 250 times"),
        "10 MB that say 1 KB and inflate to 10 GB": (_inflate_more_than_said(), "more was compressed"),
        "4 GB in 200 bytes": (_say_compressed(b"\x00" * 64, 2**32 - 8), "inflate to at most 250 times"),
        "a product of lengths that overflows": (
            _matlab5(_DOUBLE, (_HUGE,) * 8, make_element(9, b"")),
            "needs",
        ),
        "a variable longer than the file": (make_header() + struct.pack("<II", 14, 2**31), "cut short"),
        "cells without end": (_matlab5(_CELL, (_HUGE, _HUGE), b""), "must hold at most 150,000 variables"),
        "cells 1,000 deep": (_nest(1000), "at most 32 deep"),
        "fields without end": (_make_struct(_HUGE), "must hold at most 150,000 variables"),
        "text of 2 billion letters": (_matlab5(_CHAR, (1, _HUGE), make_element(16, b"7")), "letters in"),
        "a sparse matrix of 8,000 TB": (_make_sparse((0, 0), (10**9, 2**20), 2**20), "says that it has"),
        "a sparse matrix that leads elsewhere": (_make_sparse((0, 2**30), (4, 2), 2), "damaged"),
        "a sparse matrix of no kind of number": (_make_sparse((0, 1), (4, 2), 2, kind=99), "damaged"),
        "MATLAB 4 of 10^18 numbers": (struct.pack("<5i", 0, _HUGE, _HUGE, 0, 2) + b"a\x00", "cut short"),
        "Octave text of 10^12 numbers": (_octave_text(10**6), "says that it has"),
        "Octave text of 10^8 numbers in a line": (_octave_text(10**4), "numbers in"),
        "Octave binary of 10^18 numbers": (_octave_binary(), "says that it has"),
        **_make_hdf5(),
        **make_hostile_archives(),
        **make_hostile_tables(),
    }


def _matlab5(kind: int, shape: tuple[int, ...], content: bytes, name: bytes = b"a") -> bytes:
    return make_header() + _matrix(kind, shape, content, name)


def _matrix(kind: int, shape: tuple[int, ...], content: bytes, name: bytes = b"") -> bytes:
    start = make_element(_FLAGS, struct.pack("<II", kind, 0))
    lengths = make_element(_INT32, struct.pack(f"<{len(shape)}i", *shape))
    return make_element(_MATRIX, start + lengths + make_element(_INT8, name) + content)


def _inflate_to(n_elements: int) -> bytes:
    """Make elements of 3.4 MB that inflate to 3.5 GB each, as they say."""
    size = 3500 * _MEGABYTE
    n_rows = (size - 56) // 8
    start = _matrix(_DOUBLE, (n_rows, 1), b"", b"a")[8:] + struct.pack("<II", 9, n_rows * 8)
    element = _compress_zeros(struct.pack("<II", _MATRIX, size) + start, size // _MEGABYTE)
    return make_header() + n_elements * element


def _inflate_more_than_said() -> bytes:
    return make_header() + _compress_zeros(make_matrix(np.zeros((10, 10)), name=b"a"), 10_000)


def _compress_zeros(start: bytes, n_megabytes: int) -> bytes:
    """Compress a start and so many zeros without ever having them: each block of a megabyte is the same."""
    press = zlib.compressobj(9)
    first = press.compress(start) + press.flush(zlib.Z_FULL_FLUSH)
    block = press.compress(bytes(_MEGABYTE)) + press.flush(zlib.Z_FULL_FLUSH)
    content = first + n_megabytes * block
    return struct.pack("<II", _COMPRESSED, len(content)) + content


def _say_compressed(inside: bytes, size: int) -> bytes:
    squeezed = zlib.compress(struct.pack("<II", _MATRIX, size) + inside)
    return make_header() + struct.pack("<II", _COMPRESSED, len(squeezed)) + squeezed


def _nest(depth: int) -> bytes:
    content = make_matrix(np.ones((1, 1)))
    for level in range(depth):
        content = _matrix(_CELL, (1, 1), content, b"a" if level == depth - 1 else b"")
    return make_header() + content


def _make_struct(n: int) -> bytes:
    names = struct.pack("<HHi", 5, 4, 8) + make_element(_INT8, b"a".ljust(8, b"\x00"))
    return _matlab5(_STRUCT, (n, 1), names)


def _make_sparse(rows: tuple[int, ...], shape: tuple[int, int], n_columns: int, kind: int = 9) -> bytes:
    starts = np.full(n_columns + 1, len(rows), np.int32)
    starts[0] = 0
    parts = make_element(_INT32, np.array(rows, np.int32).tobytes()) + make_element(_INT32, starts.tobytes())
    return _matlab5(_SPARSE, shape, parts + make_element(kind, np.ones(len(rows)).tobytes()))


def _octave_text(n: int) -> bytes:
    return (
        f"# Created by Octave 7.3.0\n# name: a\n# type: matrix\n# rows: {n}\n# columns: {n}\n 1 2\n".encode()
    )


def _octave_binary() -> bytes:
    head = b"Octave-1-L\x01" + struct.pack("<i", 1) + b"a" + struct.pack("<i", 0) + b"\x00\xff"
    return head + struct.pack("<i", 6) + b"matrix" + struct.pack("<3i", -2, _HUGE, _HUGE) + b"\x07"


def _make_hdf5() -> dict[str, tuple[bytes, str]]:
    return {
        "HDF5 of 100 GB that are not there": (_write_hdf5(_keep_nothing), "damaged"),
        "HDF5 compressed twice": (_write_hdf5(_compress_twice), "other filters"),
        "HDF5 that leads to another file": (_write_hdf5(_link_outside), "is a link to another file"),
        "HDF5 that leads elsewhere": (_write_hdf5(_link_softly), "only links to another place"),
        "HDF5 that leads back to itself": (_write_hdf5(_link_back), "leads back to itself"),
        "HDF5 with numbers in another file": (_write_hdf5(_store_outside), "keeps numbers in another file"),
        "HDF5 with a virtual data set": (_write_hdf5(_store_virtually), "keeps numbers in another file"),
        "HDF5 with groups that double at each level": (_write_hdf5(_double), "is in two places"),
        "HDF5 that nests 1,000 groups": (_write_hdf5(_nest_groups), "at most 32 deep"),
    }


def _write_hdf5(fill: Callable[[h5py.File], None]) -> bytes:
    stream = BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def _keep_nothing(file: h5py.File) -> None:
    file.create_dataset("a", (10**5, 125_000), np.float64, chunks=(1000, 1000), compression="gzip")


def _compress_twice(file: h5py.File) -> None:
    settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    settings.set_chunk((1000, 1000))
    settings.set_deflate(9)
    settings.set_deflate(9)
    space = h5py.h5s.create_simple((1000, 1000))
    h5py.h5d.create(file.id, b"a", h5py.h5t.NATIVE_DOUBLE, space, settings).write(
        h5py.h5s.ALL, h5py.h5s.ALL, np.zeros((1000, 1000))
    )


def _link_outside(file: h5py.File) -> None:
    file["a"] = h5py.ExternalLink("/etc/passwd", "/a")


def _link_softly(file: h5py.File) -> None:
    file["a"] = h5py.SoftLink("/b")


def _link_back(file: h5py.File) -> None:
    file.create_group("a")["b"] = file["/"]


def _store_outside(file: h5py.File) -> None:
    file.create_dataset("a", (4, 4), np.uint8, external=[("/etc/passwd", 0, 16)])


def _store_virtually(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4,), np.uint8)
    layout[:] = h5py.VirtualSource("/etc/passwd", "a", (4,))
    file.create_virtual_dataset("a", layout)


def _double(file: h5py.File) -> None:
    group = file.create_group("a")
    for level in range(25):
        lower = file.create_group(f"hidden{level}")
        group["left"] = group["right"] = lower
        group = lower


def _nest_groups(file: h5py.File) -> None:
    group = file
    for _ in range(1000):
        group = group.create_group("a")
