"""What the name of a variable tells: whether it is for training or for tests, images or labels."""

import re
from enum import Enum

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONG = {"train": "train", "test": "test", "valid": "valid"}
_SHORT = {
    "trn": "train",
    "tr": "train",
    "tst": "test",
    "te": "test",
    "ts": "test",
    "val": "valid",
    "dev": "valid",
}
_IMAGES = re.compile(r"image|img|pixel|pic|data|digit|fea|input|sample|samples", re.IGNORECASE)
_LABELS = re.compile(r"label|lab\b|target|class|gnd|truth|output|answer|digit_?id|categor", re.IGNORECASE)
_WRITERS = re.compile(r"writer|subject|author|person", re.IGNORECASE)


class Role(Enum):
    """What a variable's images are for."""

    ANY = "any"
    TRAIN = "train"
    TEST = "test"
    VALID = "valid"


def find_role(path: str) -> Role:
    """Find what a variable is for by its path; the innermost part that tells decides."""
    for part in reversed(path.split(".")):
        for word in _WORDS.findall(part):
            role = _find_role(word.lower())
            if role is not None:
                return role
    return Role.ANY


def is_images_name(path: str) -> bool:
    """Whether a variable is called as images are."""
    name = path.rpartition(".")[2]
    return bool(_IMAGES.search(name)) or _strip_role(name) in {"x", "xs", "im", "ims"}


def is_labels_name(path: str) -> bool:
    """Whether a variable is called as labels are."""
    name = path.rpartition(".")[2]
    return bool(_LABELS.search(name)) or _strip_role(name) in {"y", "ys", "t", "l", "lbl", "d"}


def is_writers_name(path: str) -> bool:
    """Whether a variable is called as the writers of images are."""
    return bool(_WRITERS.search(path.rpartition(".")[2]))


def _find_role(word: str) -> Role | None:
    for long, role in _LONG.items():
        if long in word:
            return Role(role)
    for short, role in _SHORT.items():
        # `xtr`, `trx` and `tr` alike, but no word that happens to hold the letters.
        if word == short or (len(word) == len(short) + 1 and word.strip("xyt") == short.strip("xyt")):
            return Role(role)
        if word in {f"x{short}", f"{short}x", f"y{short}", f"{short}y", f"{short}s"}:
            return Role(role)
    return None


def _strip_role(name: str) -> str:
    """Take `train`, `test` and the like out of a name."""
    words = [word.lower() for word in _WORDS.findall(name)]
    text = "".join(words)
    for long in ("training", "testing", "validation", *_LONG):
        text = text.replace(long, "")
    for short in _SHORT:
        if text in {f"x{short}", f"{short}x", f"y{short}", f"{short}y"}:
            text = text.replace(short, "")
    return text
