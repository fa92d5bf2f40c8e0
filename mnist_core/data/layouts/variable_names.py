"""What the name of a variable tells: whether it is for training or for tests, images or labels."""

import re
from enum import Enum

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NO_TEST = {"latest", "contest", "greatest", "fastest", "protest", "attest"}
_IMAGES = re.compile(r"image|img|pixel|pic|data|digit|fea|input|sample", re.IGNORECASE)
_LABELS = re.compile(r"label|lab$|target|class|gnd|truth|output|answer|categor|^digits?$", re.IGNORECASE)
_WRITERS = re.compile(r"writer|author|person", re.IGNORECASE)
_NAMES = re.compile(r"mapping|names?$|classes$|categories$|lablist$", re.IGNORECASE)


class Role(Enum):
    """What a variable's images are for."""

    ANY = "any"
    TRAIN = "train"
    TEST = "test"
    VALID = "valid"


_LONG = {"train": Role.TRAIN, "test": Role.TEST, "valid": Role.VALID}
_SHORT = {
    "trn": Role.TRAIN,
    "tr": Role.TRAIN,
    "tst": Role.TEST,
    "te": Role.TEST,
    "ts": Role.TEST,
    "val": Role.VALID,
    "dev": Role.VALID,
}
# `trx`, `xtr` and the like, where no capital letter and no line parts the words.
_GLUED = {
    glued: role
    for short, role in _SHORT.items()
    for letter in "xyt"
    for glued in (short + letter, letter + short)
}


def find_role(path: str) -> Role:
    """Find what a variable is for by its path; the innermost part that tells decides."""
    for part in reversed(path.split(".")):
        if "t10k" in part:  # as MNIST's makers call its 10,000 test images
            return Role.TEST
        for word in split_words(part):
            role = _find_role(word)
            if role is not Role.ANY:
                return role
    return Role.ANY


def is_images_name(path: str) -> bool:
    """Whether a variable is called as images are."""
    name = _find_name(path)
    return bool(_IMAGES.search(name)) or _strip_role(name) in {"x", "xs", "im", "ims", "i"}


def is_labels_name(path: str) -> bool:
    """Whether a variable is called as labels are."""
    name = _find_name(path)
    return bool(_LABELS.search(name)) or _strip_role(name) in {"y", "ys", "t", "lbl", "lbls", "lab"}


def is_writers_name(path: str) -> bool:
    """Whether a variable is called as the writers of images are."""
    return bool(_WRITERS.search(path.rpartition(".")[2]))


def is_names_name(path: str) -> bool:
    """Whether a variable is called as a list of the names of classes is."""
    return bool(_NAMES.search(path.rpartition(".")[2]))


def _find_name(path: str) -> str:
    """Find the last name of a path, without the columns that were taken of it."""
    return path.rpartition(".")[2].partition("(")[0]


def split_words(name: str) -> list[str]:
    """Split a name into its words, small, where a capital letter, a line or a figure parts them."""
    return [word.lower() for word in _WORDS.findall(name)]


def _find_role(word: str) -> Role:
    for long, role in _LONG.items():
        if long in word and word not in _NO_TEST:
            return role
    return _SHORT.get(word) or _GLUED.get(word) or Role.ANY


def _strip_role(name: str) -> str:
    """Take `train`, `test` and the like out of a name."""
    words = split_words(name)
    rest = "".join(word for word in words if word not in _SHORT)
    if rest in _GLUED:
        return rest.strip("rnesvald") or rest
    for long in ("training", "testing", "validation", *_LONG):
        rest = rest.replace(long, "")
    return rest.removesuffix("set") or rest
