"""The layout families: ways in which files hold digit images.

To read a new kind of file, write a function that takes the leaves of the file's variables and the user's
choices, and returns what it found, or None where they are not of its kind; and add a `Rule` to `RULES`. The
first rule that knows the variables reads them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.dataset.origin import NONE, TOGETHER, Choices
from mnist_core.layouts.found import Found, Group
from mnist_core.layouts.names import Role, find_role
from mnist_core.layouts.pairing import Asked, Pair, find_pair, list_candidates
from mnist_core.layouts.tree import Leaf
from mnist_core.layouts.understanding import decide

PAPER_IMAGES, PAPER_LABELS = "input_images", "output_labels"


@dataclass(frozen=True)
class Rule:
    """One way in which files hold digit images.

    Attributes
    ----------
    name : str
        What the page and the command call the layout.
    words : str
        What a file of this kind holds.
    find : callable
        Leaves and choices to what was found, or None where they are not of this kind.
    """

    name: str
    words: str
    find: Callable[[Sequence[Leaf], Choices], Found | None]


def find_paper(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find the paper's variables, by their names."""
    if not {PAPER_IMAGES, PAPER_LABELS} <= {leaf.path for leaf in leaves}:
        return None
    asked = Asked(
        choices.images or PAPER_IMAGES,
        choices.labels or PAPER_LABELS,
        choices.axes or "n pixels",
    )
    pair = find_pair(leaves, asked)
    return None if pair is None else Found("paper", (_make_group(pair),), pair.decisions)


def find_single(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find one variable of images with its labels."""
    pair = find_pair(leaves, Asked(choices.images, choices.labels, choices.axes))
    if pair is None:
        return None
    name = "struct" if "." in pair.stack.path else "pair"
    return Found(name, (_make_group(pair),), pair.decisions)


def find_parts(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find training images and the file's own test images, by their names."""
    train = [leaf for leaf in leaves if find_role(leaf.path) is not Role.TEST]
    test = [leaf for leaf in leaves if find_role(leaf.path) is Role.TEST]
    if not list_candidates(train) or not list_candidates(test):
        return None
    first = find_pair(train, Asked(choices.images, choices.labels, choices.axes))
    asked = Asked(
        None if choices.test in (None, NONE, TOGETHER) else choices.test,
        choices.test_labels,
        choices.axes,
        "test",
        "test_labels",
    )
    second = find_pair(test, asked)
    if first is None or second is None:
        return None
    return _join_parts(first, second, choices)


def _join_parts(first: Pair, second: Pair, choices: Choices) -> Found:
    path = second.stack.path
    words = {
        path: f"{path}: the file's own test images",
        TOGETHER: "together with the others; a hold-out is drawn",
        NONE: "left out; a hold-out is drawn",
    }
    value = choices.test if choices.test in words else path
    reason = {
        TOGETHER: f"You chose to put {path} together with the other images.",
        NONE: f"You chose to leave {path} out.",
    }.get(value, f"{path} holds the file's own test images, as its name says: no hold-out is drawn.")
    decision = decide("test", value, reason, words, choices.test is not None)
    groups: tuple[Group, ...] = (_make_group(first),)
    if value != NONE:
        groups += (_make_group(second, is_test=value == path),)
    rest = tuple(one for one in second.decisions if one.name == "test_labels")
    return Found("parts", groups, (*first.decisions, decision, *rest))


def _make_group(pair: Pair, writers: np.ndarray | None = None, is_test: bool = False) -> Group:
    return Group((pair.stack,), pair.labels, writers, is_test)


RULES: tuple[Rule, ...] = (
    Rule("parts", "training images and test images of their own, by name", find_parts),
    Rule("paper", f"{PAPER_IMAGES}, an image a row, and {PAPER_LABELS}, its digit", find_paper),
    Rule("pair", "images and their labels under any names", find_single),
)
