"""The rule of a variable for each digit, such as `train0` to `train9`, or a cell for each."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from mnist_core.data.layouts.axes import Axes, list_axes
from mnist_core.data.layouts.candidates import list_candidates
from mnist_core.data.layouts.found import Found, Group, ImageStack
from mnist_core.data.layouts.labels import NUMBER_WORDS, RawLabels
from mnist_core.data.layouts.pairing import choose_axes
from mnist_core.data.layouts.rules.sets import decide_test
from mnist_core.data.layouts.tree import Leaf, join_words
from mnist_core.data.layouts.understanding import decide
from mnist_core.data.layouts.variable_names import Role, find_role, is_labels_name, split_words
from mnist_core.data.origin import NONE, TOGETHER, Choices
from mnist_core.ground.variables import Cells

_NUMBERED = re.compile(r"(.*?)_?(\d{1,2})")
_NAMED = {word + end: digit for digit, word in enumerate(NUMBER_WORDS) for end in ("", "s", "es")}
_DIGITS_NAME = re.compile(r"digit|number|num$", re.IGNORECASE)
_RUNS = (list(range(10)), list(range(1, 11)))
_LEAST_SIDE = 8

Arrays = dict[int, np.ndarray]


def find_classes(leaves: Sequence[Leaf], choices: Choices) -> Found | None:
    """Find variables, or cells, each with the images of one digit."""
    families = _list_numbered(leaves) | _list_cells(leaves) or _list_some(leaves)
    groups = {
        name: group
        for name, arrays in families.items()
        if (group := _read_family(name, arrays, find_role(name) is Role.TEST)) is not None
    }
    train = [name for name, group in groups.items() if not group.is_test] or list(groups)
    train.sort(key=lambda name: find_role(name) is Role.VALID)  # which counts as training, not first
    if not train or {choices.images, choices.labels} - {None, train[0]}:
        return None
    test = [name for name in groups if name not in train]
    axes = groups[train[0]].stacks[0].axes
    options = {train[0]: f"{train[0]}: the images of a digit each"}
    options |= {one.path: one.words for one in list_candidates(leaves)}
    words = f"{axes.words}: images of {axes.side} x {axes.side}"
    kind = "number" if re.search(r"\d|cells", train[0]) else "word"
    labels = f"The {kind} in {train[0]} is the digit of its images."
    decisions = [
        decide("layout", "classes", f"{train[0]} hold the images of a digit each.", {"classes": "classes"}),
        decide("images", train[0], f"{train[0]} hold the images.", options, choices.images is not None),
        decide(
            "axes", axes.words, f"The axes of each are {words}, that fits all of them.", {axes.words: words}
        ),
        decide("labels", train[0], labels, {train[0]: "the number of the variable"}),
        decide_test(test[0] if test else "", choices.test, {}),
    ]
    chosen = [groups[name] for name in train if name == train[0] or find_role(name) is Role.VALID]
    if test and decisions[-1].value != NONE:
        group = groups[test[0]]
        is_test = decisions[-1].value != TOGETHER
        chosen.append(Group(group.stacks, group.labels, is_test=is_test))
    return Found("classes", tuple(chosen), tuple(decisions))


def _list_numbered(leaves: Sequence[Leaf]) -> dict[str, Arrays]:
    """List families of variables that end in 0 to 9 or 1 to 10, by the words for them."""
    families: dict[str, Arrays] = {}
    for leaf in leaves:
        match = _NUMBERED.fullmatch(leaf.path)
        if match and isinstance(leaf.value, np.ndarray) and leaf.is_number:
            families.setdefault(match[1], {})[int(match[2])] = leaf.value
    return {
        f"{prefix}{min(arrays)} to {prefix}{max(arrays)}": arrays
        for prefix, arrays in families.items()
        if sorted(arrays) in _RUNS
    }


def _list_some(leaves: Sequence[Leaf]) -> dict[str, Arrays]:
    """List families of some digits, each a variable: `train_threes` and `train_fives`, or `test2`, `test7`.

    Where a variable is called as labels are, what is numbered are parts of one set.
    """
    if any(is_labels_name(leaf.path) for leaf in leaves):
        return {}
    families: dict[tuple[str, str], dict[int, Leaf]] = {}
    for leaf in leaves:
        match = _find_digit(leaf.path)
        if match and isinstance(leaf.value, np.ndarray) and leaf.is_number:
            families.setdefault(match[1:], {})[match[0]] = leaf
    return {
        join_words([members[digit].path for digit in sorted(members)]): {
            digit: np.asarray(leaf.value) for digit, leaf in members.items()
        }
        for members in families.values()
        if len(members) > 1
    }


def _find_digit(path: str) -> tuple[int, str, str] | None:
    """Find the digit that a name tells, by a word or where it is for a part, and the rest of the name."""
    for word in split_words(path):
        if word in _NAMED:
            before, _, after = path.lower().rpartition(word)
            return _NAMED[word], before, after
    numbered = _NUMBERED.fullmatch(path)
    is_told = numbered and (find_role(numbered[1]) is not Role.ANY or _DIGITS_NAME.search(numbered[1]))
    return (int(numbered[2]), numbered[1], "") if numbered and is_told else None


def _list_cells(leaves: Sequence[Leaf]) -> dict[str, Arrays]:
    """List cell arrays of ten arrays, which count from 1."""
    return {
        f"the ten cells of {leaf.path}": {
            place + 1: np.asarray(item) for place, item in enumerate(leaf.value.items)
        }
        for leaf in leaves
        if isinstance(leaf.value, Cells)
        and len(leaf.value.items) == 10
        and all(isinstance(item, np.ndarray) and item.dtype.kind in "fiub" for item in leaf.value.items)
    }


def _read_family(name: str, arrays: Mapping[int, np.ndarray], is_test: bool) -> Group | None:
    ways = {number: _list_many(array) for number, array in arrays.items()}
    common = set.intersection(*({(way.words, way.side) for way in found} for found in ways.values()))
    if not common:
        return None
    largest = max(arrays, key=lambda number: arrays[number].size)
    best, _ = choose_axes(arrays[largest], [way for way in ways[largest] if (way.words, way.side) in common])
    stacks = [
        ImageStack(name, arrays[number], next(way for way in ways[number] if way.words == best.words))
        for number in sorted(arrays)
    ]
    values = np.repeat(sorted(arrays), [stack.axes.n for stack in stacks])
    is_position = sorted(arrays) == _RUNS[1]
    labels = RawLabels(name, values, "the number of its variable", is_position=is_position)
    return Group(tuple(stacks), labels, is_test=is_test)


def _list_many(array: np.ndarray) -> list[Axes]:
    """List the ways to read an array as images, of a size that can be read; not as one image."""
    return [way for way in list_axes(array.shape) if "n" in way.words.split() and way.side >= _LEAST_SIDE]
