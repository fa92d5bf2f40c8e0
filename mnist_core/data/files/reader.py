"""Reads a file of any format by the module of its format; containers read what is in them by it again."""

import os
from importlib import import_module
from typing import BinaryIO, Protocol

from mnist_core.data.files.formats import Format
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import FaultError, is_damaged
from mnist_core.ground.errors import DataFileError

_READERS = {
    Format.MATLAB4: "matlab4",
    Format.MATLAB5: "matlab5_objects",
    Format.HDF5: "hdf5",
    Format.OCTAVE_TEXT: "octave_text",
    Format.OCTAVE_BINARY: "octave_binary",
    Format.IDX: "idx",
    Format.NPY: "npy",
    Format.JSON: "drawings",
    Format.GZIP: "compressed",
    Format.BZIP2: "compressed",
    Format.XZ: "compressed",
    Format.ZIP: "zip_contents",
    Format.PARQUET: "parquet",
    Format.TABLE: "delimited",
    Format.SPARSE_ROWS: "sparse_rows",
    Format.SAFETENSORS: "safetensors_tensors",
    Format.ONNX: "onnx_contents",
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
        return {"variables": read_variables(stream, form, packer)}
    except DataFileError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "needs more memory than a file may use: save fewer images."}


def read_variables(stream: BinaryIO, form: Format, packer: Packer) -> dict[str, Tree]:
    """Read the variables of a file of a format, alone or inside of another.

    Raises
    ------
    DataFileError
        If it is refused, whatever it holds; a sentence without its subject.
    """
    # Each format's libraries are loaded where it is read: they take longer than most files.
    module = import_module(f"mnist_core.data.files.{_READERS[form]}")
    read: ReadVariables = module.read_variables
    try:
        return read(stream, stream.seek(0, os.SEEK_END), packer)
    except (DataFileError, MemoryError):
        raise
    except FaultError as fault:
        raise DataFileError(form.refuse(fault)) from fault
    except Exception as error:  # the bytes are foreign: any failure to parse them is theirs
        ended = is_damaged(f"reading it ends in {type(error).__name__}")
        raise DataFileError(form.refuse(ended)) from error
