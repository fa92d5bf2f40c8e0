"""Several files as one: images and labels, or training and test images, each in a file of its own."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from mnist_core.data.files import make_printable, read_file
from mnist_core.data.files.formats import HEAD_BYTES, is_picture
from mnist_core.data.files.gathering import Source, gather
from mnist_core.data.layouts.variable_names import Role, find_role
from mnist_core.data.origin import NOTE, REMARK
from mnist_core.ground.variables import Value


def read_files(sources: Sequence[tuple[Source, str]]) -> dict[str, Value]:
    """Read the variables of one file or of several, each with its name; pictures as a folder of them.

    Raises
    ------
    DataFileError
        If one of them cannot be read.
    """
    return join_files([(name, read_file(source, name)) for source, name in gather_pictures(sources)])


def gather_pictures(sources: Sequence[tuple[Source, str]]) -> Sequence[tuple[Source, str]]:
    """Gather files as the one ZIP that a folder of them is, where pictures are among them; else leave them.

    Their names may have folders, as those of an uploaded folder.
    """
    if len(sources) < 2 or not any(is_picture(_read_head(source)) for source, _ in sources):
        return sources
    folders = {name.partition("/")[0] if "/" in name else "" for _, name in sources}
    name = folders.pop() if len(folders) == 1 else ""
    packed = BytesIO()
    gather(sources, packed)
    return [(packed, name or f"{len(sources):,} pictures")]


def _read_head(source: Source) -> bytes:
    if isinstance(source, Path):
        if not source.is_file():
            return b""
        with source.open("rb") as file:
            return file.read(HEAD_BYTES)
    source.seek(0)
    return source.read(HEAD_BYTES)


def join_files(files: Sequence[tuple[str, Mapping[str, Value]]]) -> dict[str, Value]:
    """Join the variables of several files.

    A variable stands under its own name, with that of its file before it where two files have one of that
    name, or where the file is called as training or test images are and the variable is not.
    """
    if len(files) == 1:
        return dict(files[0][1])
    counts = Counter(variable for _, values in files for variable in values)
    joined: dict[str, Value] = {}
    remarks = [text for _, values in files if isinstance(text := values.get(REMARK), str)]
    for place, (name, values) in enumerate(files):
        stem = re.sub(r"\W+", "_", Path(name).stem) or f"file{place + 1}"
        is_part = find_role(stem) is not Role.ANY
        for variable, value in values.items():
            if variable in (NOTE, REMARK):  # of one file, not of what they are together
                continue
            is_told = counts[variable] == 1 and not (is_part and find_role(variable) is Role.ANY)
            path = variable if is_told else f"{stem}_{variable}"
            joined[path if path not in joined else f"file{place + 1}_{path}"] = value
    return joined | ({REMARK: " ".join(remarks)} if remarks else {})


def join_names(names: Sequence[str]) -> str:
    """Name what several files are together."""
    return make_printable(" + ".join(names))
