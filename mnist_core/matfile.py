"""The bytes of a `.mat` file to named arrays, safely."""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

import numpy as np
from scipy.io import loadmat, whosmat
from scipy.sparse import issparse

from mnist_core.errors import MatFileError

_HEADER_BYTES = 128  # of MATLAB 5; the last four hold its version and the order of bytes
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MOST_VALUES = 2**29  # 4 GiB of doubles: far above 500 MB uploads, below what exhausts a machine
_SAVE_AGAIN = "save it in MATLAB with -v7"

# How a file begins, and what it then seems to be.
_BEGINNINGS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x93NUMPY", "a NumPy .npy file"),
    (b"\x00\x00\x08\x03", "an IDX file of images"),
    (b"\x00\x00\x08\x01", "an IDX file of labels"),
    (b"# Created by Octave", "Octave's own text format"),
    (_HDF5_SIGNATURE, "an HDF5 file"),
)


def read_mat(source: Path | BufferedIOBase, name: str | None = None) -> dict[str, np.ndarray]:
    """Read the variables of a `.mat` file, of MATLAB 4 to 7.2.

    Nothing in the file is evaluated. The file's own `__header__` and the like are left out, and so is
    what is no array, such as a function; sparse matrices come as full ones.

    Parameters
    ----------
    source : Path or binary file
        The file, or its bytes open for reading.
    name : str or None
        What messages call the file; None takes the name of the path.

    Returns
    -------
    dict of str to ndarray
        The arrays as the file lays them out, column after column, in the order of the file.

    Raises
    ------
    MatFileError
        If the file is absent, no `.mat` file, of MATLAB 7.3, damaged or cut short, or too large.
    """
    name = name or (source.name if isinstance(source, Path) else "the file")
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                return _read_stream(stream, name)
        except OSError as error:
            raise MatFileError(
                f"{name} must be a .mat file, but cannot be opened: {error.strerror}."
            ) from error
    return _read_stream(source, name)


def _read_stream(stream: BufferedIOBase, name: str) -> dict[str, np.ndarray]:
    stream.seek(0)
    _check_beginning(stream.read(4 * _HEADER_BYTES + len(_HDF5_SIGNATURE)), name)
    with _refuse_damage(name):
        listing: Sequence[tuple[str, Sequence[int], str]] = whosmat(cast(Any, stream), appendmat=False)
        n_values = sum(math.prod(shape) for _, shape, _ in listing)
    if n_values > _MOST_VALUES:
        raise MatFileError(
            f"{name} must hold at most {_MOST_VALUES:,} values, but holds {n_values:,}: save fewer images."
        )
    with _refuse_damage(name):
        variables = loadmat(cast(Any, stream), appendmat=False)
    arrays = {key: _to_array(value) for key, value in variables.items() if not key.startswith("__")}
    return {key: value for key, value in arrays.items() if isinstance(value, np.ndarray)}


def _check_beginning(head: bytes, name: str) -> None:
    if not head:
        raise MatFileError(f"{name} must be a .mat file, but is empty: choose the file again.")
    version = head[124:126] if head[126:128] == b"IM" else head[124:126][::-1]
    if (_is_matlab5(head) and version == b"\x00\x02") or head[512:].startswith(_HDF5_SIGNATURE):
        raise MatFileError(
            f"{name} must be a .mat file of MATLAB 7.2 or older, but is of version 7.3 (HDF5): {_SAVE_AGAIN}."
        )
    if not _is_matlab5(head) and not _is_matlab4(head):
        raise MatFileError(
            f"{name} must be a .mat file, but seems to be {_guess_kind(head)}: "
            "choose one that MATLAB, Octave or SciPy saved."
        )


def _is_matlab5(head: bytes) -> bool:
    return head[126:128] in (b"IM", b"MI")


def _is_matlab4(head: bytes) -> bool:
    # The first number is 1000 x byte order + 10 x kind of number + kind of matrix, all small.
    kinds = (int.from_bytes(head[:4], "little"), int.from_bytes(head[:4], "big"))
    return len(head) >= 20 and any(kind in range(0, 53) or kind in range(1000, 1053) for kind in kinds)


def _guess_kind(head: bytes) -> str:
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    try:
        text = head.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        # A letter may be cut in two where the head ends.
        text = "" if error.start < len(head) - 3 else head[: error.start].decode("utf-8")
    return "a text file" if text and "\x00" not in text else "a file of another kind"


def _to_array(value: Any) -> Any:
    return cast(Any, value).toarray() if issparse(value) else value


@contextmanager
def _refuse_damage(name: str) -> Iterator[None]:
    """Turn whatever the parser raises or warns of into one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    except MemoryError as error:
        raise MatFileError(f"{name} needs more memory than there is: save fewer images.") from error
    except Exception as error:  # the bytes are foreign: any failure to parse them is theirs
        raise MatFileError(
            f"{name} must be a whole .mat file, but is damaged or cut short: {_SAVE_AGAIN} once more."
        ) from error
