"""Reads what is in a ZIP: pictures in folders, or other files that the lab opens."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO

from mnist_core.data.files.formats import (
    HEAD_BYTES,
    OPENED,
    Format,
    describe_problem,
    find_format,
    find_row_format,
    is_picture,
)
from mnist_core.data.files.nameless import open_nameless
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.picture_set import read_pictures
from mnist_core.data.files.printable import name_variable
from mnist_core.data.files.reader import read_variables as read_inside
from mnist_core.data.files.zipped import Archive, Entry, open_zip
from mnist_core.data.origin import REMARK
from mnist_core.ground.errors import DataFileError

_JUNK = re.compile(r"(?i)(.*/)?(__MACOSX/.*|\.[^/]*(/.*)?|thumbs\.db|desktop\.ini|(readme|licen[cs]e)[^/]*)")
_PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".pgm", ".ppm", ".pbm"}
_REMARKS = {".txt", ".json", ".md"}  # endings of files that tell of others as often as they hold data
_FOREIGN = (
    ("data.pkl", "a torch file", 'save its arrays with numpy.savez("digits.npz", images=..., labels=...)'),
    ("model.weights.h5", "a Keras network without images", "open the file of the images"),
    ("xl/workbook.xml", "an Excel file", "save the sheet as CSV"),
    ("[Content_Types].xml", "an Office document", "save the images as pictures, a folder a class"),
)
"""What some ZIPs are, by a name in them, and how to save it otherwise."""

_MOST_NAMED = 3


@dataclass
class _Sorted:
    """The files of a ZIP by what they are, and what is to be said of the first that cannot be opened."""

    pictures: list[Entry] = field(default_factory=list)
    data: list[tuple[Entry, Format]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    problem: str = ""


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read the pictures, or the variables of the files, in a ZIP; a `ReadVariables`."""
    with open_zip(stream, n_bytes) as archive:
        _refuse_foreign(archive.entries)
        found = _sort_entries(archive)
        if not found.pictures and not found.data:
            raise DataFileError(found.problem or f"must hold {OPENED}, but holds no file.")
        left = list(found.others)
        if len(found.pictures) > len(found.data):
            variables, remarks = read_pictures(archive, found.pictures, packer)
            left += [entry.shown for entry, _ in found.data]
        else:
            variables, more = _read_files(archive, found.data, packer)
            remarks = []
            left += [*more, *(entry.shown for entry in found.pictures)]
    if left:
        remarks.append(
            f"{'1 file was' if len(left) == 1 else f'{len(left):,} files were'} left out: {_say_names(left)}."
        )
    return variables | ({REMARK: {"text": " ".join(remarks)}} if remarks else {})


def _refuse_foreign(entries: Sequence[Entry]) -> None:
    for ending, kind, cure in _FOREIGN:
        if any(entry.path == ending or entry.path.endswith(f"/{ending}") for entry in entries):
            raise DataFileError(f"must be {OPENED}, but is {kind}: {cure}.")


def _sort_entries(archive: Archive) -> _Sorted:
    found = _Sorted()
    for entry in archive.entries:
        if _JUNK.fullmatch(entry.path):
            continue
        if PurePosixPath(entry.path).suffix.lower() in _PICTURES:
            found.pictures.append(entry)
            continue
        head = archive.read(entry, HEAD_BYTES)
        form = find_format(head)
        if form is None and PurePosixPath(entry.path).suffix.lower() == ".csv":
            form = find_row_format(head)
        if form is None and is_picture(head):
            found.pictures.append(entry)
        elif form is Format.ZIP:
            raise DataFileError(
                f"must hold files that are no ZIP, but holds {entry.shown}: unpack that first."
            )
        elif form is not None:
            found.data.append((entry, form))
        else:
            found.others.append(entry.shown)
            found.problem = found.problem or f"holds {entry.shown}, which {describe_problem(head)}"
    return found


def _read_files(
    archive: Archive, files: Sequence[tuple[Entry, Format]], packer: Packer
) -> tuple[dict[str, Tree], list[str]]:
    """Read files that are no pictures: their variables, and which were left out as they tell of others."""
    read: dict[Entry, dict[str, Tree]] = {}
    left = []
    for entry, form in files:
        try:
            read[entry] = _read_file(archive, entry, form, packer)
        except DataFileError:
            if len(files) == 1 or PurePosixPath(entry.path).suffix.lower() not in _REMARKS:
                raise
            left.append(entry.shown)
    return _join_files(read), left


def _join_files(read: dict[Entry, dict[str, Tree]]) -> dict[str, Tree]:
    variables: dict[str, Tree] = {}
    short = Counter(name_variable(PurePosixPath(entry.path).name) for entry in read)
    for entry, found in read.items():
        name = name_variable(PurePosixPath(entry.path).name)
        if len(read) == 1:
            return {key or name: tree for key, tree in found.items()}
        if short[name] > 1:  # as Keras' dense/kernel and dense_1/kernel
            name = name_variable(entry.path.replace("/", "_"))
        while name in variables:
            name += "_"
        variables[name] = found[""] if found.keys() == {""} else _make_struct(found)
    return variables


def _read_file(archive: Archive, entry: Entry, form: Format, packer: Packer) -> dict[str, Tree]:
    packer.check_room(entry.size)
    with open_nameless() as inside:
        archive.copy(entry, inside)
        try:
            return read_inside(inside, form, packer)
        except DataFileError as error:
            raise DataFileError(f"holds {entry.shown}, which {error}") from error


def _make_struct(variables: dict[str, Tree]) -> Tree:
    return {"names": [name or "data" for name in variables], "fields": list(variables.values())}


def _say_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"
