"""Rules by names and shapes: the paper's, training and test variables, structs, any pair."""

from collections.abc import Sequence

from mnist_core.dataset import Choices
from mnist_core.layouts.found import Found
from mnist_core.layouts.names import Role
from mnist_core.layouts.rules.sets import find_sets, sort_leaves
from mnist_core.layouts.tree import Leaf

_PAPER = ("input_images", "output_labels")


def find_paper(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find the paper's variables, by their names."""
    images, labels = _PAPER
    sets = sort_leaves(leaves)
    if images not in {one.path for one in sets.candidates} or labels not in {leaf.path for leaf in leaves}:
        return None
    return find_sets(sets, choices, "paper", f"The file has {images} and {labels}, as the paper's has.")


def find_parts(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find training images and the file's own test images, each a variable."""
    sets = sort_leaves(leaves)
    tests = [one for one in sets.list_of(Role.TEST) if not one.leaf.parent]
    others = [one for one in sets.list_of(Role.ANY, Role.TRAIN) if not one.leaf.parent]
    if not tests or not others:
        return None
    reason = f"{others[0].path} and {tests[0].path} are called as training and test images are."
    return find_sets(sets, choices, "parts", reason)


def find_structs(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find a struct with images, or one for the training and one for the test images."""
    sets = sort_leaves(leaves)
    inside = [one for one in sets.candidates if one.leaf.parent]
    if not inside or len(inside) < len(sets.candidates):
        return None
    reason = f"The struct {inside[0].leaf.parent} has the field {inside[0].leaf.name}, which can be images."
    return find_sets(sets, choices, "struct", reason)


def find_pairs(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find a variable of images, and one of labels where there is one."""
    sets = sort_leaves(leaves)
    if not sets.candidates:
        return None
    reason = "The file is of no family with names of its own, so shapes and names of all variables tell."
    return find_sets(sets, choices, "pair", reason)
