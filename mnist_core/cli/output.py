"""The options that name where results go: each place is tried and held before the work begins."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from mnist_core.cli.say import report
from mnist_core.ground.errors import StorageError
from mnist_core.ground.places import check_model_folder, hold_place
from mnist_core.ground.replacing import is_passage

_ITSELF = ""


def add_output(
    command: argparse.ArgumentParser, option: str, files: Sequence[str] = (_ITSELF,), **words: Any
) -> None:
    """Add an option that names a file to write, or the folder of some files.

    Parameters
    ----------
    command : ArgumentParser
        Of the command.
    option : str
        Such as `--csv`.
    files : sequence of str
        Names within the folder; by default the path itself is the file.
    **words
        As `add_argument` takes them.
    """
    _add(command, option, words, files, ())


def add_model_output(
    command: argparse.ArgumentParser,
    option: str,
    models: Sequence[str] = (_ITSELF,),
    files: Sequence[str] = (),
    **words: Any,
) -> None:
    """Add an option that names a model's folder, or the folder of a model and some files."""
    _add(command, option, words, files, models)


def _add(
    command: argparse.ArgumentParser,
    option: str,
    words: dict[str, Any],
    files: Sequence[str],
    models: Sequence[str],
) -> None:
    place = command.add_argument(option, type=Path, **words).dest
    before = command.get_default("outputs") or ()
    command.set_defaults(outputs=(*before, (place, files, models)))


@contextmanager
def hold_outputs(arguments: argparse.Namespace) -> Iterator[None]:
    """Hold all places that the options name while a command is carried out, and say what it will replace.

    Raises
    ------
    LabError
        If a place cannot be written, holds something else, or is held by another command.
    """
    with ExitStack() as held:
        for place, files, models in getattr(arguments, "outputs", ()):
            out = getattr(arguments, place)
            if out is not None:
                _hold(held, [out / name for name in files], [out / name for name in models])
        yield


def _hold(held: ExitStack, files: Sequence[Path], models: Sequence[Path]) -> None:
    for path in files:
        if path.is_dir():
            raise StorageError(f"{path} must be a file to write to, but is a folder: name a file.")
    paths = [path.resolve() for path in (*models, *(path for path in files if not is_passage(path)))]
    for path in paths:
        held.enter_context(hold_place(path))
    for path in models:
        check_model_folder(path.resolve())
    for path in paths:
        if path.is_file() or (path / "model.json").exists():
            report(f"{path} is there already, and will be replaced.")
