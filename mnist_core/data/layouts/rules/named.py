"""Rules by names and shapes: the paper's, training and test variables, structs, any pair."""

import json
from collections.abc import Sequence
from dataclasses import replace

from mnist_core.data.dataset import Choices
from mnist_core.data.layouts.found import Found
from mnist_core.data.layouts.rules.sets import find_sets, sort_leaves
from mnist_core.data.layouts.tree import Leaf
from mnist_core.data.layouts.variable_names import Role
from mnist_core.data.origin import NOTE
from mnist_core.ground.errors import LayoutError

_PAPER = ("input_images", "output_labels")
_EMNIST = "dataset.mapping"  # what no other family has; its images lie column by column


def find_paper(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find the paper's variables, by their names."""
    images, labels = _PAPER
    sets = sort_leaves(leaves, choices)
    if images not in {one.path for one in sets.candidates}:
        return None
    notes = [leaf.value for leaf in leaves if leaf.path == NOTE and isinstance(leaf.value, str)]
    if not notes and labels not in {leaf.path for leaf in leaves}:
        return None
    found = find_sets(sets, choices, "paper", f"The file has {images} and {labels}, as the paper's has.")
    return replace(found, settled=_read_note(notes[0])) if notes else found


def _read_note(note: str) -> Choices:
    """Read what the lab noted when it wrote the file; a note that somebody else wrote is none."""
    try:
        return Choices.from_values(json.loads(note))
    except (ValueError, AttributeError, LayoutError):
        return Choices()


def find_parts(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find training images and the file's own test images, each a variable."""
    sets = sort_leaves(leaves, choices)
    tests = [one for one in sets.list_of(Role.TEST) if not one.leaf.parent]
    others = [one for one in sets.list_of(Role.ANY, Role.TRAIN) if not one.leaf.parent]
    if not tests or not others:
        return None
    reason = f"{others[0].path} and {tests[0].path} are called as training and test images are."
    return find_sets(sets, choices, "parts", reason)


def find_structs(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find a struct with images, or one for the training and one for the test images."""
    sets = sort_leaves(leaves, choices)
    inside = [one for one in sets.candidates if one.leaf.parent]
    if not inside or len(inside) < len(sets.candidates):
        return None
    reason = f"The struct {inside[0].leaf.parent} has the field {inside[0].leaf.name}, which can be images."
    found = find_sets(sets, choices, "struct", reason)
    is_emnist = any(leaf.path == _EMNIST for leaf in leaves)
    return replace(found, usual_orientation="transposed") if is_emnist else found


def find_pairs(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find a variable of images, and one of labels where there is one."""
    sets = sort_leaves(leaves, choices)
    if not sets.candidates:
        return None
    reason = "The file is of no family with names of its own, so shapes and names of all variables tell."
    return find_sets(sets, choices, "pair", reason)
