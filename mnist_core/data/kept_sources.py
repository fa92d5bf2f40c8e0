"""The files that kept data sets were read from, so that they can be read another way later."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

from mnist_core.data.files.gathering import Source, read_through
from mnist_core.data.kept import read_name
from mnist_core.ground.errors import DataError
from mnist_core.ground.replacing import replace_file

_SOURCE = "source.mat"  # of one file, whatever its kind
_SOURCES, _SEVERAL = "sources.json", "source-{}-{}.bin"  # the names of several, and where each is


def keep_sources(sources: Sequence[tuple[Source, str]], fingerprint: str, folder: Path) -> None:
    """Keep the files that a kept data set was read from last, so that they can be read another way later.

    Parameters
    ----------
    sources : sequence of (Source, str)
        Each with its name; that of one alone is the data set's.
    fingerprint, folder : str, Path
        Of the data set, and where it is kept.

    Raises
    ------
    DataError
        If they cannot be written; those that were kept before stay.
    """
    target = folder / fingerprint
    if [path for path, _ in find_sources(fingerprint, folder)] == [source for source, _ in sources]:
        return
    try:
        if len(sources) == 1:
            _copy_source(sources[0][0], target / _SOURCE)
            (target / _SOURCES).unlink(missing_ok=True)
        else:
            _keep_several(sources, target)
        kept = {path for path, _ in find_sources(fingerprint, folder)}
        for path in {target / _SOURCE, *target.glob(_SEVERAL.format("*", "*"))} - kept:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f"The file needs room in {folder}, but it cannot be written: {error}.") from error


def find_sources(fingerprint: str, folder: Path) -> list[tuple[Path, str]]:
    """Return the files that a kept data set was read from, each with its name; none where not kept."""
    target = folder / fingerprint
    try:
        listed = json.loads((target / _SOURCES).read_text(encoding="utf-8"))
        found = [(target / Path(one["file"]).name, str(one["name"])) for one in listed]
    except (OSError, ValueError, KeyError, TypeError):
        found = [(target / _SOURCE, read_name(fingerprint, folder) or "")]
    return found if all(path.exists() for path, _ in found) else []


def _keep_several(sources: Sequence[tuple[Source, str]], target: Path) -> None:
    """Keep files beside those of before, which are named until all are there."""
    round_word = secrets.token_hex(4)
    files = [_SEVERAL.format(round_word, place) for place in range(len(sources))]
    for file, (source, _) in zip(files, sources, strict=True):
        _copy_source(source, target / file)
    listed = [{"file": file, "name": name} for file, (_, name) in zip(files, sources, strict=True)]
    with replace_file(target / _SOURCES) as written:
        written.write(json.dumps(listed).encode())


def _copy_source(source: Source, path: Path) -> None:
    with replace_file(path) as copy:
        copy.writelines(read_through(source))
