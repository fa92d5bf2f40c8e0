"""The data options that commands share: a file, and what of it the user overrules."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_core.cli.say import report
from mnist_core.cli.space import find_settings
from mnist_core.data.origin import WORDS, Choices

if TYPE_CHECKING:
    from mnist_core.data.dataset import Dataset

_HELP = {
    "images": "the variable that holds the images",
    "labels": "the variable that holds their labels, or none",
    "axes": "what the axes of the images are, such as 'pixels n' or 'rows columns n'",
    "size": "height and width of the images as the file has them, such as 28x20",
    "test": "the variable of the file's own test images; together: they join the others; none: left out",
    "test_labels": "the variable that holds the labels of the test images",
    "coding": "what a label means",
    "class_names": "what the classes are called, with commas between, the first for the least label",
    "values": "how pixel values become 0 to 1",
    "ink": "dark: the images are inverted; each: those that need it are",
    "orientation": "how the file's images lie",
    "writers": "apart: no writer is both in the training part and among the held-out images",
}
_STEPS = 10  # of a download that are told
_MEGABYTE = 1e6
FILE_WORDS = "a file of digit images (.mat, NumPy, CSV, Parquet, IDX), or a ZIP or a folder of pictures"
_METAVARS = {"axes": "AXES", "size": "HEIGHTxWIDTH", "class_names": "NAME,NAME"}


def add_data_arguments(
    command: argparse.ArgumentParser, file_words: str = FILE_WORDS, *, is_needed: bool = True
) -> None:
    """Add the file, told by some words, and the choices that may be made about it."""
    several = ", or the name of a public set, as `fetch` lists them; several files are read as one, such as "
    several += "images and labels"
    command.add_argument(
        "file", type=Path, nargs="+" if is_needed else "*", metavar="FILE", help=file_words + several
    )
    group = command.add_argument_group("what the file holds, where the rules are to be overruled")
    for name, words in _HELP.items():
        option = f"--{name.replace('_', '-')}"
        if name in WORDS:
            group.add_argument(option, choices=WORDS[name], help=words)
        else:
            group.add_argument(option, metavar=_METAVARS.get(name, "NAME"), help=words)


def add_part_argument(command: argparse.ArgumentParser) -> None:
    """Add which images of the file a model is measured on: one default for all commands."""
    command.add_argument(
        "--part",
        choices=["test", "all"],
        default="test",
        help="the held-out images, without any that the model was trained on, or all (default: test)",
    )


def read_choices(arguments: argparse.Namespace) -> Choices:
    """Read the choices from the options."""
    return Choices(**{name: getattr(arguments, name) for name in _HELP})


def read_data(arguments: argparse.Namespace) -> "Dataset":
    """Read the file, the files as one, or the public set that is named, as the options say.

    Raises
    ------
    DataFileError, LayoutError
        If it is no readable file, or holds no sound digit images, or leaves a choice to the user.
    FetchError
        If it is a public set that cannot be fetched.
    """
    from mnist_core.data.layouts import read_dataset  # noqa: PLC0415 - a search has begun other work by then

    files, choices = arguments.file, read_choices(arguments)
    return read_path(files[0], choices) if len(files) == 1 else read_dataset(files, choices=choices)


def read_path(path: Path | None, choices: Choices | None = None) -> "Dataset":
    """Read a file, or, where there is none of that name, the public set that is called so.

    Parameters
    ----------
    path : Path or None
        None takes the built-in sample.
    choices : Choices or None
        What the user overrules.

    Raises
    ------
    DataFileError, LayoutError, FetchError
        As `read_data`.
    """
    from mnist_core.data.layouts import read_dataset, read_or_sample  # noqa: PLC0415 - as above

    if path is None:
        return read_or_sample()
    if not path.exists():
        from mnist_core.data.fetching import fetch_dataset, find_set  # noqa: PLC0415 - for few

        if (public := find_set(str(path))) is not None:
            return fetch_dataset(public, find_settings().downloads_folder, make_report(), choices)
    return read_dataset(path, choices=choices)


def make_report() -> Callable[[str, int, int], None]:
    """Make what tells of a download, a tenth at a time."""
    told: dict[str, int] = {}

    def tell(name: str, done: int, whole: int) -> None:
        step = _STEPS * done // whole if whole else 0
        if told.get(name) != step:
            told[name] = step
            report(f"{name}: {done / _MEGABYTE:.1f} of {whole / _MEGABYTE:.1f} MB")

    return tell
