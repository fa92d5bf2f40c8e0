"""The process that reads a file: standard input is the file, standard output the parcel.

`python -m mnist_core.data.files.reader FORMAT MOST_BYTES PARENT`; it exits with 0 also where it refuses the
file, as the parcel then says why.
"""

import os
import sys
from importlib import import_module
from typing import BinaryIO, Protocol

from mnist_core.data.files.formats import Format
from mnist_core.data.files.limits import confine
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import FaultError, is_damaged
from mnist_core.ground.errors import DataFileError

_PIECE_BYTES = 2**18
_READERS = {
    Format.MATLAB4: "matlab4",
    Format.MATLAB5: "matlab5",
    Format.HDF5: "hdf5",
    Format.OCTAVE_TEXT: "octave_text",
    Format.OCTAVE_BINARY: "octave_binary",
    Format.IDX: "idx",
    Format.NPY: "npy",
}
"""The module of each format; its `read_variables` is a `ReadVariables`."""


class ReadVariables(Protocol):
    """Reads the variables of a file of one format."""

    def __call__(self, stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
        """Read a file.

        Parameters
        ----------
        stream : binary file
            The file.
        n_bytes : int
            Its length.
        packer : Packer
            Where the numbers go.

        Raises
        ------
        FaultError
            If it is damaged or cut short.
        DataFileError
            If it is larger than anything may be, or holds what is not read.
        """


def main() -> int:
    """Read the file and write the parcel, confined."""
    form, most_bytes, parent = Format[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
    confine(most_bytes)
    if os.getppid() != parent:  # it ended before its end could end this process
        return 1
    with open(0, "rb", closefd=False) as stream, open(1, "wb", _PIECE_BYTES, closefd=False) as out:
        packer = Packer(out, most_bytes)
        packer.close(read_tree(stream, form, packer))
    return 0


def read_tree(stream: BinaryIO, form: Format, packer: Packer) -> Tree:
    """Read a file whatever it holds: a tree of its variables, or of why it is refused.

    Parameters
    ----------
    stream : binary file
        The file.
    form : Format
        What it seems to be.
    packer : Packer
        Where its arrays go.
    """
    try:
        return {"variables": _read_variables(stream, form, packer)}
    except DataFileError as error:
        return {"refused": str(error)}
    except FaultError as fault:
        return {"refused": form.refuse(fault)}
    except MemoryError:
        return {"refused": "needs more memory than a file may use: save fewer images."}
    except Exception as error:  # the bytes are foreign: any failure to parse them is theirs
        return {"refused": form.refuse(is_damaged(f"reading it ends in {type(error).__name__}"))}


def _read_variables(stream: BinaryIO, form: Format, packer: Packer) -> Tree:
    # Each format's libraries are loaded where it is read: they take longer than most files.
    module = import_module(f"mnist_core.data.files.{_READERS[form]}")
    read: ReadVariables = module.read_variables
    return read(stream, stream.seek(0, os.SEEK_END), packer)


if __name__ == "__main__":
    sys.exit(main())
