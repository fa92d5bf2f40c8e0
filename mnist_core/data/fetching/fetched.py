"""From the name of a public set to its files, and to the data set that they hold."""

from collections.abc import Mapping
from dataclasses import replace
from io import BufferedIOBase
from pathlib import Path
from typing import cast
from zipfile import BadZipFile, ZipFile

from mnist_core.data.dataset import Choices, Dataset
from mnist_core.data.fetching.mirrors import Report, fetch_file
from mnist_core.data.fetching.public_set import Part, PublicSet
from mnist_core.data.files import read_file
from mnist_core.data.layouts import recognise_layout
from mnist_core.data.layouts.several import join_files
from mnist_core.ground.errors import FetchError
from mnist_core.ground.variables import Value


def fetch_files(which: PublicSet, folder: Path, report: Report | None = None) -> list[Path]:
    """Fetch the files of a public set, or find them where they were fetched before.

    Parameters
    ----------
    which : PublicSet
        An entry of `CATALOG`.
    folder : Path
        Where the lab keeps what it fetches; made where absent.
    report : callable or None
        Told of the progress.

    Raises
    ------
    FetchError
        If no mirror gives a whole file, or the folder has no room or cannot be written.
    """
    place = _find_place(which, folder)
    return [fetch_file(which.title, one, which.mirrors, place, report) for one in which.downloads]


def fetch_dataset(
    which: PublicSet, folder: Path, report: Report | None = None, choices: Choices | None = None
) -> Dataset:
    """Fetch a public set, or find it where it was fetched before, and read it as any files are read.

    Parameters
    ----------
    which, folder, report
        As `fetch_files` takes them.
    choices : Choices or None
        What the user overrules, also of what is known of the set.

    Raises
    ------
    FetchError
        As `fetch_files` raises it.
    DataFileError, LayoutError
        If the choices do not fit what the files hold.
    """
    paths = {path.name: path for path in fetch_files(which, folder, report)}
    read = [(part.name, _read_part(part, paths[part.download])) for part in which.parts]
    given = choices.given() if choices else {}
    return recognise_layout(join_files(read), which.title, replace(which.choices, **given))


def is_fetched(which: PublicSet, folder: Path) -> bool:
    """Whether the files of a public set are there; their hashes are not looked at."""
    place = _find_place(which, folder)
    return all((place / one.name).exists() for one in which.downloads)


def _find_place(which: PublicSet, folder: Path) -> Path:
    return folder / (which.name if which.folder is None else which.folder)


def _read_part(part: Part, path: Path) -> Mapping[str, Value]:
    if not part.member:
        return read_file(path, part.name)
    try:
        with ZipFile(path) as archive, archive.open(part.member) as file:
            return read_file(cast(BufferedIOBase, file), part.name)
    except (OSError, BadZipFile, KeyError) as error:
        raise FetchError(f"{part.name} must lie in {path}, but cannot be read: {error}.") from error
