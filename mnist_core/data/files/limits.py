"""What a file, and the process that reads it, may use."""

import ctypes
import sys

from mnist_core.ground.errors import DataFileError
from mnist_core.ground.system import KILLED, set_limit

MOST_MEMORY = 2**30  # that the process has for itself; numbers go to the parcel in small pieces
MOST_CPU_S = 60  # ten times what the largest file takes
_CODE_BYTES = 2**31  # of libraries, which are mapped and not loaded
_MOST_TREE_BYTES = 2**26
_MOST_FILES = 16
_MOST_DEPTH = 32  # of cells in structs in cells; real files have a handful
_MOST_RATIO = 1032  # no bytes that were compressed by deflate inflate to more
_ODD_RATIO, _ODD_BYTES = 250, 2**28  # real digits shrink to a twentieth; so much of nothing is a trap
_MOST_ITEMS = 150_000  # of a file
MOST_ENTRIES = _MOST_ITEMS  # files in a ZIP or a folder
MOST_NETWORK_BYTES = 2**28  # of a file of weights; those of a network as the lab has take a tenth at most
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38  # of Linux


class Census:
    """Counts the variables, cells and fields of one file, as far as it may have so many."""

    def __init__(self) -> None:
        self._n = 0

    def count(self, depth: int) -> None:
        """Count one, and refuse what is nested deeper than in any real file."""
        self._n += 1
        self.expect(0)
        if depth > _MOST_DEPTH:
            raise DataFileError(
                f"must nest cells and structs at most {_MOST_DEPTH} deep, but is nested deeper: save the "
                "images as a variable of their own."
            )

    def expect(self, n: int) -> None:
        """Refuse a file that says that so many follow, where that is more than any real file has."""
        if self._n + n > _MOST_ITEMS:
            raise DataFileError(
                f"must hold at most {_MOST_ITEMS:,} variables, cells and fields, but says that it has "
                f"{self._n + n:,}: save the images as one matrix."
            )


def check_ratio(size: int, length: int, cure: str = "save it in MATLAB with -v6, uncompressed") -> None:
    """Refuse so few bytes that say that they inflate to so many.

    Parameters
    ----------
    size : int
        Bytes of what comes out.
    length : int
        Compressed bytes.
    cure : str
        How a file is come by that is not refused.
    """
    if size > _MOST_RATIO * length or (size > _ODD_BYTES and size > _ODD_RATIO * length):
        raise DataFileError(
            f"must inflate to at most {_ODD_RATIO} times its bytes, but {length:,} bytes say that they "
            f"inflate to {size:,}: {cure}."
        )


def check_network_size(n_bytes: int) -> None:
    """Refuse a file of weights that is larger than any of a small network."""
    if n_bytes > MOST_NETWORK_BYTES:
        raise DataFileError(
            f"must hold a small network, in at most {MOST_NETWORK_BYTES // 2**20} MB, but has "
            f"{n_bytes / 2**20:,.0f} MB: choose the file of a perceptron."
        )


def confine(most_bytes: int) -> None:
    """Take from this process what reading a file does not need, as far as the system can.

    Memory, time and size of what it writes get limits; it cannot start others, and ends with its parent.
    Where the system has no limits, who started it looks after its memory and its time.

    Parameters
    ----------
    most_bytes : int
        Of the parcel that it writes.
    """
    set_limit("RLIMIT_DATA", MOST_MEMORY)
    set_limit("RLIMIT_AS", MOST_MEMORY + _CODE_BYTES)
    set_limit("RLIMIT_FSIZE", most_bytes + _MOST_TREE_BYTES)
    set_limit("RLIMIT_CPU", MOST_CPU_S)
    set_limit("RLIMIT_CORE", 0)
    set_limit("RLIMIT_NOFILE", _MOST_FILES)
    set_limit("RLIMIT_NPROC", 0)
    if sys.platform == "linux":
        _forbid_privileges()


def _forbid_privileges() -> None:
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    prctl(_PR_SET_PDEATHSIG, KILLED, 0, 0, 0)
