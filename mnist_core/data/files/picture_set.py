"""Packs the pictures of a ZIP as images, with what folders and names tell of them."""

from collections.abc import Sequence

import numpy as np

from mnist_core.data.files.decoding import LARGEST_SIDE, Decoder
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.picture_paths import Place, find_places
from mnist_core.data.files.picture_stack import PictureStack
from mnist_core.data.files.sources import FaultError
from mnist_core.data.files.zipped import Archive, Entry
from mnist_core.ground.errors import DataFileError

_MOST_DAMAGED = 10  # one of so many; of more it is not chance


def read_pictures(
    archive: Archive, entries: Sequence[Entry], packer: Packer
) -> tuple[dict[str, Tree], list[str]]:
    """Decode the pictures of a ZIP.

    Parameters
    ----------
    archive : Archive
        The ZIP.
    entries : sequence of Entry
        Its pictures.
    packer : Packer
        Where their pixels go.

    Returns
    -------
    dict of str to Tree
        `images`, and where folders or names tell them `labels` and `writers`; for each of several parts such
        a struct. Pictures of one size are an array, others a cell each.
    list of str
        Sentences on what was left out or made smaller.

    Raises
    ------
    DataFileError
        If more than a few are damaged, or one is larger than any photo.
    """
    places = find_places([entry.path for entry in entries])
    n_stray = sum(place.label is None for place in places)
    is_stray = 0 < n_stray < len(places) // 2
    parts: dict[str, _Part] = {}
    decoder, damaged = Decoder(), []
    for entry, place in zip(entries, places, strict=True):
        if is_stray and place.label is None:
            continue
        pixels = _decode(archive, entry, decoder)
        if pixels is None:
            damaged.append(entry.shown)
            continue
        parts.setdefault(place.part, _Part()).add(pixels, place)
    _check_damaged(damaged, len(entries))
    remarks = _list_remarks(damaged, n_stray if is_stray else 0, decoder.n_shrunk)
    is_even = len({shape for part in parts.values() for shape in part.pictures.shapes}) == 1
    trees = {name: part.pack(packer, is_even) for name, part in parts.items()}
    loose = trees.pop("", {})
    structs = {name: {"names": list(tree), "fields": list(tree.values())} for name, tree in trees.items()}
    return loose | structs, remarks


class _Part:
    """The pictures of one part, and what their places tell."""

    def __init__(self) -> None:
        self.pictures = PictureStack()
        self._places: list[Place] = []

    def add(self, pixels: np.ndarray, place: Place) -> None:
        self.pictures.add(pixels)
        self._places.append(place)

    def pack(self, packer: Packer, is_even: bool) -> dict[str, Tree]:
        trees = {"images": self.pictures.pack(packer, is_even)}
        labels = [place.label for place in self._places]
        if None not in labels:
            trees["labels"] = {"rows": labels} if len(labels) > 1 else {"text": labels[0]}
        writers = [place.writer for place in self._places]
        if len(set(writers)) > 1:
            numbers = np.unique(writers, return_inverse=True)[1]
            trees["writers"] = packer.add(numbers.astype(np.int32).reshape(-1, 1))
        return trees


def _decode(archive: Archive, entry: Entry, decoder: Decoder) -> np.ndarray | None:
    try:
        return decoder.decode(archive.read(entry), entry.path)
    except FaultError:
        return None


def _check_damaged(damaged: Sequence[str], n: int) -> None:
    if len(damaged) * _MOST_DAMAGED > n or len(damaged) == n:
        others = f" and {len(damaged) - 1:,} more of {n:,}" if len(damaged) > 1 else ""
        raise DataFileError(
            f"must hold pictures that can be decoded, but {damaged[0]}{others} cannot: save them as PNG, or "
            "leave them out."
        )


def _list_remarks(damaged: Sequence[str], n_stray: int, n_shrunk: int) -> list[str]:
    remarks = []
    if damaged:
        words = (
            "picture cannot be decoded and was"
            if len(damaged) == 1
            else "pictures cannot be decoded and were"
        )
        remarks.append(f"{len(damaged):,} {words} left out, such as {damaged[0]}.")
    if n_stray:
        words = "picture is in no folder of a class and was"
        words = words if n_stray == 1 else "pictures are in no folder of a class and were"
        remarks.append(f"{n_stray:,} {words} left out.")
    if n_shrunk:
        words = "picture was" if n_shrunk == 1 else "pictures were"
        remarks.append(f"{n_shrunk:,} {words} larger than {LARGEST_SIDE} pixels and shrunk.")
    return remarks
