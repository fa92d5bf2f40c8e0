"""Training images and test images of a file, each with their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from mnist_core.data.layouts.candidates import Candidate, explain, list_candidates
from mnist_core.data.layouts.cures import say_line
from mnist_core.data.layouts.found import Found, Group, UndecidedError
from mnist_core.data.layouts.labels import read_raw_labels
from mnist_core.data.layouts.masked import count_unlabelled, decide_masked_test, part_masked
from mnist_core.data.layouts.naming import read_names
from mnist_core.data.layouts.pairing import (
    Asked,
    Pair,
    Pools,
    find_pair,
    list_labels,
)
from mnist_core.data.layouts.tree import Leaf, join_words, say_value
from mnist_core.data.layouts.understanding import Decision, decide
from mnist_core.data.layouts.variable_names import (
    Role,
    find_role,
    is_labels_name,
    is_writers_name,
)
from mnist_core.data.origin import NONE, TEST_PART, TOGETHER, Choices

_DRAWN = "a hold-out is drawn"


@dataclass(frozen=True, eq=False)
class Sets:
    """The leaves of a file, sorted."""

    leaves: Sequence[Leaf]
    candidates: Sequence[Candidate]

    def list_of(self, *roles: Role) -> list[Candidate]:
        """List what can be images of some roles."""
        return [one for one in self.candidates if find_role(one.path) in roles]

    def pools(self, images: Sequence[Candidate]) -> Pools:
        """Return where a pair is looked for: among some images, and labels of their role or of none."""
        roles = {find_role(one.path) for one in images} | {Role.ANY}
        labels = list_labels(self.leaves)
        fitting = [raw for raw in labels if raw.is_joined or find_role(raw.path) in roles]
        return Pools(images, fitting, self.candidates, labels)


def sort_leaves(leaves: Sequence[Leaf], choices: Choices) -> Sets:
    """Find among leaves what can be images."""
    return Sets(leaves, list_candidates(leaves, choices.size))


def find_sets(sets: Sets, choices: Choices, layout: str, reason: str) -> Found:
    """Find the training images, and the file's own test images where there are some.

    Parameters
    ----------
    sets : Sets
        Leaves of which at least one can be images.
    choices : Choices
        What the user chose.
    layout : str
        The rule that asks.
    reason : str
        Why it matched, a sentence.

    Raises
    ------
    UndecidedError
        If it cannot be told which variable is which.
    """
    asked = Asked(choices.images, choices.labels, choices.axes, choices.size, is_told=layout == "paper")
    decisions = [decide("layout", layout, reason, {layout: layout})]
    try:
        first = find_pair(sets.pools(_choose_pool(sets, choices)), asked)
        decisions += first.decisions
        groups, more, warnings = _add_tests(sets, first, choices)
        groups, valid_warnings = _add_valid(sets, first, groups, choices)
        groups, more, warnings = _part_masked(first, groups, choices, more, warnings)
    except UndecidedError as error:
        raise UndecidedError(str(error), [*decisions, *error.decisions]) from error
    names = read_names(sets.leaves, groups)
    lost = () if first.labels or choices.labels else _list_lost(sets, first)
    return Found(layout, groups, (*decisions, *more), (*warnings, *valid_warnings, *lost), names)


def _part_masked(
    first: Pair,
    groups: tuple[Group, ...],
    choices: Choices,
    decisions: tuple[Decision, ...],
    warnings: tuple[str, ...],
) -> tuple[tuple[Group, ...], tuple[Decision, ...], tuple[str, ...]]:
    """Part images whose labels are in several variables, and leave those out that have none."""
    parted = tuple(part for group in groups for part in part_masked(group))
    if first.labels is None or len(groups) > 1:
        return parted, decisions, warnings
    decision = decide_masked_test(first.labels, parted, choices.test)
    if decision is not None:
        decisions = (decision,)
        if decision.value == NONE:
            parted = parted[:1]
        elif decision.value == TOGETHER:
            parted = (parted[0], replace(parted[1], is_test=False))
    n_left = count_unlabelled(first.labels)
    if n_left:
        has = "1 image has" if n_left == 1 else f"{n_left:,} images have"
        warnings = (
            *warnings,
            f"{has} no label in {first.labels.path}, and {'is' if n_left == 1 else 'are'} left out.",
        )
    return parted, decisions, warnings


def decide_test(path: str, choice: str | None, others: Mapping[str, str]) -> Decision:
    """Decide what becomes of a file's own test images, or of other variables as such.

    Raises
    ------
    UndecidedError
        If the choice is none of these.
    """
    words = {path: f"{path}: the file's own test images"} if path else {}
    words |= {TOGETHER: f"together with the others; {_DRAWN}"} if path else {}
    words |= {NONE: f"left out; {_DRAWN}" if path else f"none; {_DRAWN}", **others}
    if choice is not None and choice not in words:
        sentence = f"{choice} cannot be the test images: choose one of {join_words(list(words))}."
        raise UndecidedError(sentence, [decide("test", None, sentence, words)])
    value = choice or path or NONE
    reason = f"{path} holds the file's own test images, as its name says: no hold-out is drawn."
    if choice is not None:
        reason = f"You chose as test images: {words[value]}."
    elif not path:
        reason = f"No variable is called as test images are: {_DRAWN}."
    return decide("test", value, reason, words, choice is not None)


def _choose_pool(sets: Sets, choices: Choices) -> list[Candidate]:
    """Choose which variables the training images are looked for in."""
    known = {one.path: one for one in sets.candidates}
    for name, path in (("images", choices.images), ("test", choices.test)):
        joined = {raw.path for raw in list_labels(sets.leaves) if raw.is_test is not None} if path else set()
        if path is not None and path not in {*known, *joined, NONE, TOGETHER, TEST_PART}:
            options = {one.path: one.words for one in sets.candidates}
            raise UndecidedError(_refuse(path, sets), [decide(name, None, _refuse(path, sets), options)])
    if choices.images is not None:
        return [known[choices.images]]
    pool = sets.list_of(Role.TRAIN) or sets.list_of(Role.ANY) or list(sets.candidates)
    return [one for one in pool if one.path != choices.test] or pool


def _refuse(path: str, sets: Sets) -> str:
    for leaf in sets.leaves:
        if leaf.path == path:
            return explain(leaf)
    return f"There is no variable {path}: choose one of {join_words([one.path for one in sets.candidates])}."


def _ask_alike(first: Pair, other: Candidate) -> Asked:
    """Ask for the axes and the size of the training images where other images may have them too."""
    axes = first.stack.axes
    words = axes.words if any(way.words == axes.words for way in other.ways) else None
    has_size = axes.rows != axes.columns and any(way.size == axes.size for way in other.ways)
    return Asked(axes=words, size=axes.size if has_size else None, is_told=True)


def _may_join(one: Candidate, first: Pair) -> bool:
    axes = first.stack.axes
    is_alike = any((way.rows, way.columns) == (axes.rows, axes.columns) for way in one.ways)
    is_uneven = one.is_uneven and first.stack.is_uneven
    return one.path != first.stack.path and (is_uneven or is_alike)


def _list_lost(sets: Sets, first: Pair) -> tuple[str, ...]:
    """Say which variables are called as labels are, but cannot be read as such."""
    lost = [leaf for leaf in sets.leaves if is_labels_name(leaf.path) and leaf.path != first.stack.path]
    return tuple(
        f"{leaf.path} ({say_value(leaf.value)}) is called as labels are, but cannot be read as such: "
        f"{_say_cure(leaf)}."
        for leaf in lost
        if read_raw_labels(leaf) is None
    )


def _say_cure(leaf: Leaf) -> str:
    line = say_line(leaf)
    if line:
        return f"in MATLAB, {line}"
    return "save them as numbers or as a cell array of text, with double(...) or cellstr(...)"


def _add_valid(
    sets: Sets, first: Pair, groups: tuple[Group, ...], choices: Choices
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """Add images that are meant for validation to those for training."""
    valid = [one for one in sets.list_of(Role.VALID) if _may_join(one, first)]
    if not valid or choices.images is not None or valid[0].path == choices.test:
        return groups, ()
    pair = find_pair(sets.pools(valid), _ask_alike(first, valid[0]))
    if (pair.labels is None) != (groups[0].labels is None):
        return groups, (f"{pair.stack.path}, meant for validation, was left out.",)
    warning = f"{pair.stack.path}, meant for validation, counts as training images."
    return (groups[0], _make_group(sets, pair), *groups[1:]), (warning,)


def _add_tests(
    sets: Sets, first: Pair, choices: Choices
) -> tuple[tuple[Group, ...], tuple[Decision, ...], tuple[str, ...]]:
    """Add the file's own test images, if there are any, or those that the user calls so."""
    group = _make_group(sets, first)
    tests = [one for one in sets.list_of(Role.TEST) if _may_join(one, first)]
    others = {one.path: one.words for one in sets.candidates if _may_join(one, first)}
    chosen = choices.test if choices.test in others else None
    if choices.images is not None and chosen is None:
        tests = []  # who chose the images means these, not what is called so
    places = _find_places(sets, group)
    if not tests and chosen is None and places is not None:
        return _part_by_places(group, places, decide_test(TEST_PART, choices.test, others))
    if not tests and chosen is None:
        has_masked = first.labels is not None and first.labels.is_test is not None  # which is decided later
        return (group,), (decide_test("", None if has_masked else choices.test, others),), ()
    pool = [one for one in sets.candidates if one.path == chosen] or tests
    alike = _ask_alike(first, pool[0])
    labels = choices.test_labels
    asked = replace(alike, images=chosen, labels=labels, images_name="test", labels_name="test_labels")
    pair = find_pair(sets.pools(pool), asked)
    decision = decide_test(pair.stack.path, choices.test, others)
    return _join_test(sets, group, pair, decision)


def _find_places(sets: Sets, group: Group) -> np.ndarray | None:
    """Find which of the images are the file's own test images, where the lab wrote so."""
    for leaf in sets.leaves:
        if leaf.path == TEST_PART and isinstance(leaf.value, np.ndarray) and leaf.value.dtype.kind in "iu":
            places = np.unique(leaf.value)
            if 0 < places.size == leaf.value.size < group.n and places[0] >= 0 and places[-1] < group.n:
                return places.astype(np.int64)
    return None


def _part_by_places(
    group: Group, places: np.ndarray, decision: Decision
) -> tuple[tuple[Group, ...], tuple[Decision, ...], tuple[str, ...]]:
    if decision.value == TOGETHER:
        return (group,), (decision,), ()
    rest = group.take(np.setdiff1d(np.arange(group.n), places), is_test=False)
    parts = (rest,) if decision.value == NONE else (rest, group.take(places, is_test=True))
    return parts, (decision,), ()


def _join_test(
    sets: Sets, group: Group, pair: Pair, decision: Decision
) -> tuple[tuple[Group, ...], tuple[Decision, ...], tuple[str, ...]]:
    path = pair.stack.path
    if decision.value == NONE:
        return (group,), (decision,), ()
    if pair.labels is None and group.labels is not None:
        words = f"{path} has no labels, so it was left out; {_DRAWN}."
        return (group,), (decide("test", NONE, words, {NONE: "left out"}),), (words,)
    labels = tuple(one for one in pair.decisions if one.name == "test_labels")
    test = _make_group(sets, pair, is_test=decision.value != TOGETHER)
    return (group, test), (decision, *labels), ()


def _make_group(sets: Sets, pair: Pair, is_test: bool = False) -> Group:
    path, n = pair.stack.path, pair.stack.axes.n
    fitting = [
        leaf
        for leaf in sets.leaves
        if is_writers_name(leaf.path) and leaf.parent == path.rpartition(".")[0] and leaf.is_number
    ]
    fitting.sort(key=lambda leaf: find_role(leaf.path) is not find_role(path))
    writers = [np.ravel(cast(np.ndarray, leaf.value)) for leaf in fitting]
    writers = [one for one in writers if len(one) == n]
    return Group((pair.stack,), pair.labels, writers[0] if writers else None, is_test)
