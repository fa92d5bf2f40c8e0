"""What the folders and the names of pictures tell of them: class, training or test part, writer."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_PART = re.compile(r"(?i).*(train|test|valid).*|trn?|tst?|te|val|dev|t10k")
_NUMBERED = re.compile(r"(\D*?)[ _.-]?(\d{1,4})")
_IN_NAMES = (
    re.compile(r"(?i).*(?:label|class|digit|truth)[ _=-]?(\d{1,3}|[a-z])(?![a-z0-9]).*"),
    re.compile(r"([A-Za-z]+|\d)[ _-].+"),
    re.compile(r".+[ _-]([A-Za-z]+|\d)"),
)
"""Ways in which the name of a file has the class of its picture."""

_MOST_CLASSES = 62  # that names of files tell: figures and letters; folders may have any number
_LEAST_OF_CLASS = 2  # pictures, on average; else a number counts pictures


@dataclass(frozen=True)
class Place:
    """What is known of a picture by where it lies.

    Attributes
    ----------
    part : str
        The folder of a training or a test part that it is in; empty where there are none.
    label : str or None
        Its class.
    writer : str
        The folders between part and class.
    """

    part: str
    label: str | None
    writer: str


def find_places(paths: Sequence[str]) -> list[Place]:
    """Find what the paths of all pictures of one set tell of each.

    A folder that all lie in tells nothing. The innermost is the class, or the part where all innermost are
    called as parts are; where there are no folders of classes, names of files may tell, if they all do in one
    way only.
    """
    folders = _drop_common([path.split("/")[:-1] for path in paths])
    if _are_parts_last(folders):
        folders = [[*folder[:-2], folder[-1], folder[-2]] for folder in folders]
    has_classes = len({tuple(folder[-1:]) for folder in folders if not _is_part(folder[-1:])}) > 1
    if has_classes:
        labels = [folder[-1] if folder and not _is_part(folder[-1:]) else None for folder in folders]
        above = [
            folder[:-1] if label is not None else folder
            for folder, label in zip(folders, labels, strict=True)
        ]
    else:
        labels, above = _read_names([path.rpartition("/")[2] for path in paths]), folders
    return [
        Place(
            "_".join(filter(_PART.fullmatch, folder)),
            label,
            "/".join(one for one in folder if not _PART.fullmatch(one)),
        )
        for folder, label in zip(above, _strip_words(labels), strict=True)
    ]


def _drop_common(folders: list[list[str]]) -> list[list[str]]:
    """Drop the outer and the inner folders that all are in."""
    while folders and len({tuple(folder[:1]) for folder in folders}) == 1 and folders[0]:
        folders = [folder[1:] for folder in folders]
    while (
        folders
        and all(len(folder) > 1 for folder in folders)
        and len({folder[-1] for folder in folders}) == 1
    ):
        folders = [folder[:-1] for folder in folders]
    return folders


def _is_part(folder: Sequence[str]) -> bool:
    return bool(folder) and _PART.fullmatch(folder[0]) is not None


def _are_parts_last(folders: list[list[str]]) -> bool:
    """Say whether each class has a folder for each part, and not each part one for each class."""
    return all(
        len(folder) > 1 and _is_part(folder[-1:]) and not _is_part(folder[-2:-1]) for folder in folders
    )


def _read_names(names: Sequence[str]) -> list[str | None]:
    """Read classes from names of files, where all have them in one way and no other."""
    stems = [name.rpartition(".")[0] or name for name in names]
    ways = []
    for pattern in _IN_NAMES:
        matches = [pattern.fullmatch(stem) for stem in stems]
        found = [match[1] for match in matches if match]
        counts = Counter(found)
        if len(found) == len(stems) and 1 < len(counts) <= min(_MOST_CLASSES, len(stems) / _LEAST_OF_CLASS):
            ways.append(found)
            if pattern is _IN_NAMES[0]:
                break  # which says itself what it is
    return list(ways[0]) if len(ways) == 1 else [None] * len(names)


def _strip_words(labels: list[str | None]) -> list[str | None]:
    """Take a word before the number of every class away, as of `digit_5` or `Sample005`."""
    matches = [_NUMBERED.fullmatch(label) for label in labels if label is not None]
    if not all(matches) or len({match[1] for match in matches if match}) != 1:
        return labels
    return [label and str(int(_NUMBERED.fullmatch(label)[2])) for label in labels]  # type: ignore[index]
