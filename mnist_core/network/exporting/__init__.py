"""Networks for other runtimes: the same numbers without the lab, a runtime a file."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_core.ground.errors import ModelError
from mnist_core.ground.replacing import write_out
from mnist_core.network.exporting import (
    drawing_page,
    matlab_function,
    numpy_script,
    onnx_graph,
    torch_script,
)
from mnist_core.network.models import Model

_ZIP = ".zip"


@dataclass(frozen=True)
class Format:
    """A way to write a network.

    Attributes
    ----------
    title : str
        What it is called.
    words : str
        What is written, for whom.
    suffix : str
        In which the name of its file ends.
    write : callable
        Takes a model and the name of the file without its ending; returns what each file holds by its name,
        first the one that the user has named.
    check : callable or None
        Takes a model; raises ModelError where it cannot be written so.
    has_script : bool
        Whether a second file belongs to it, which reads with the first.
    mark : str
        What tells its file, by its usual name, from that of another format with the same suffix.
    """

    title: str
    words: str
    suffix: str
    write: Callable[[Model, str], Mapping[str, bytes]]
    check: Callable[[Model], None] | None = None
    has_script: bool = False
    mark: str = ""


FORMATS = {
    "onnx": Format(
        "ONNX",
        "for ONNX Runtime and others; images are floats",
        ".onnx",
        onnx_graph.write_onnx,
    ),
    "onnx-uint8": Format(
        "ONNX, bytes",
        "for the same; images are bytes",
        ".onnx",
        onnx_graph.write_onnx_of_bytes,
        mark="-uint8",
    ),
    "matlab": Format(
        "MATLAB",
        "weights, and a function for MATLAB and Octave",
        ".mat",
        matlab_function.write_matlab,
        has_script=True,
    ),
    "numpy": Format(
        "NumPy",
        "weights, and 15 lines of Python",
        ".npz",
        numpy_script.write_numpy,
        has_script=True,
    ),
    "torch": Format(
        "torch",
        "a module with its weights, as one script",
        ".py",
        torch_script.write_torch,
    ),
    "html": Format(
        "Page",
        "one file to draw on, which needs no internet",
        ".html",
        drawing_page.write_page,
        drawing_page.check_page,
    ),
}
"""Each way by the name that commands know it by."""


def export_model(model: Model, kind: str, path: Path | str) -> list[Path]:
    """Write a model for another runtime.

    Parameters
    ----------
    model : Model
        A trained network.
    kind : str
        One of `FORMATS`.
    path : Path or str
        The file to write; what belongs to it is written beside it, or into it where its name ends in `.zip`.

    Returns
    -------
    list of Path
        What was written, that file first.

    Raises
    ------
    ModelError
        If there is no such way, or the network cannot be written so, or the file's name ends otherwise.
    StorageError
        If it cannot be written.
    """
    path = Path(path).resolve()
    form = find_format(model, kind)
    if path.suffix.lower() not in (form.suffix, _ZIP):
        raise ModelError(
            f"A network as {form.title} goes to a file that ends in {form.suffix}, or in {_ZIP} with all "
            f"that belongs to it, but {path.name} does not: name another."
        )
    files = form.write(model, path.stem)
    if path.suffix.lower() == _ZIP:
        files = {path.name: zip_files(files)}
    for name, data in files.items():
        with write_out(path.with_name(name), "The network") as file:
            file.write(data)
    return [path.with_name(name) for name in files]


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Pack files into one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def find_format(model: Model, kind: str) -> Format:
    """Find a way to write a network.

    Raises
    ------
    ModelError
        If there is none of that name, or this network cannot be written so.
    """
    if kind not in FORMATS:
        raise ModelError(f"A network is exported as one of {', '.join(FORMATS)}, not {kind!r}: choose one.")
    form = FORMATS[kind]
    if form.check is not None:
        form.check(model)
    return form
