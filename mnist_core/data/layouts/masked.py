"""Labels of one set of images in several variables, each NaN for the images of the other parts."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mnist_core.data.layouts.found import Group
from mnist_core.data.layouts.labels import MASKED, RawLabels
from mnist_core.data.layouts.understanding import Decision, decide
from mnist_core.data.layouts.variable_names import Role, find_role, is_labels_name
from mnist_core.data.origin import NONE, TOGETHER


def join_masked(raws: Sequence[RawLabels]) -> list[RawLabels]:
    """Join labels that are each NaN for images of other parts; a lone NaN in a list of labels is a mistake.

    Parameters
    ----------
    raws : sequence of RawLabels
        All that can be labels.

    Returns
    -------
    list of RawLabels
        One for those that were joined, which knows what was for tests, and the others.
    """
    parts = [raw for raw in raws if _is_part(raw)]
    for n in {raw.n for raw in parts}:
        joined = _join([raw for raw in parts if raw.n == n])
        if joined is not None:
            raws = [joined, *(raw for raw in raws if raw.n != n or not _is_part(raw))]
    return list(raws)


def part_masked(group: Group) -> tuple[Group, ...]:
    """Part the images of a group as its labels do, tests last; images without a label are left out."""
    labels = group.labels
    if labels is None or not labels.is_joined:
        return (group,)
    has_label = ~np.isnan(labels.values)
    is_test = has_label & (np.zeros(labels.n, bool) if labels.is_test is None else labels.is_test)
    parts = ((np.flatnonzero(has_label & ~is_test), False), (np.flatnonzero(is_test), True))
    whole = replace(labels, words=labels.words.removesuffix(MASKED), is_test=None)
    group = replace(group, labels=whole)
    return tuple(group.take(places, is_for_tests) for places, is_for_tests in parts if len(places))


def decide_masked_test(labels: RawLabels, groups: Sequence[Group], choice: str | None) -> Decision | None:
    """Decide what becomes of images that a variable of labels says are for tests; None where none does."""
    n_test = sum(group.n for group in groups if group.is_test)
    if labels.is_test is None or not n_test or len(groups) < 2:
        return None
    words = {
        labels.path: f"the {n_test:,} images that a variable of test labels knows",
        TOGETHER: "together with the others; a hold-out is drawn",
        NONE: "left out; a hold-out is drawn",
    }
    value = choice if choice in words else labels.path
    reason = f"Of {labels.path}, that of tests labels {n_test:,} images: they are the file's own test part."
    if choice in words:
        reason = f"You chose as test images: {words[value]}."
    return decide("test", value, reason, words, choice in words)


def count_unlabelled(labels: RawLabels) -> int:
    """Count the images that have no label in any part."""
    return int(np.isnan(labels.values).sum()) if labels.is_joined else 0


def _is_part(raw: RawLabels) -> bool:
    return raw.is_masked and (raw.is_joined or is_labels_name(raw.path))


def _join(parts: Sequence[RawLabels]) -> RawLabels | None:
    """Join labels of which each image has one at most; None where they are not such."""
    is_lone = len(parts) == 1 and find_role(parts[0].path) is Role.ANY
    if is_lone and not parts[0].is_joined:
        return None
    values = np.stack([raw.values for raw in parts])
    has_label = ~np.isnan(values)
    if (has_label.sum(axis=0) > 1).any() or len({raw.is_position for raw in parts}) > 1:
        return None
    is_for_tests = np.array([find_role(raw.path) is Role.TEST for raw in parts])
    is_test = (has_label & is_for_tests[:, None]).any(axis=0)
    first = parts[0]
    return replace(
        first,
        path=" and ".join(raw.path for raw in parts),
        values=np.where(has_label.any(axis=0), np.nansum(values, axis=0), np.nan),
        words=first.words.removesuffix(MASKED) + MASKED,
        is_test=is_test if is_test.any() else None,
    )
