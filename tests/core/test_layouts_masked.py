"""Labels in several variables, each NaN for the images of the other parts."""

import numpy as np
import pytest
from digits import take_digits
from matfiles import find_decision

from mnist_core.data.dataset import Choices
from mnist_core.data.layouts import recognise_layout, understand

N = 200
IMAGES, LABELS = take_digits(N)
ROWS = IMAGES.reshape(N, 784)
PART = np.random.default_rng(0).integers(0, 3, N)  # 0 train, 1 validation, 2 test


def mask(parts: tuple[int, ...], kind: str) -> np.ndarray:
    keep = np.isin(PART, parts)
    if kind == "numbers":
        return np.where(keep, LABELS.astype(float), np.nan)[:, None]
    hot = np.where(keep[:, None], np.eye(10)[LABELS], np.nan)
    return hot if kind == "rows" else hot.T


@pytest.mark.parametrize("kind", ["rows", "columns", "numbers"])
def test_both_parts_are_joined(kind):
    values = {"inputs": ROWS.T, "trainTargets": mask((0, 2), kind), "valTargets": mask((1,), kind)}
    found = understand(values, "digits")
    np.testing.assert_array_equal(found.require_dataset().labels, LABELS)
    assert find_decision(found, "labels").value == "trainTargets and valTargets"
    assert "NaN for images of other parts" in find_decision(found, "labels").reason


@pytest.mark.parametrize("kind", ["rows", "columns", "numbers"])
def test_what_a_variable_of_test_labels_knows_is_the_test_part(kind):
    names = ("trainTargets", "valTargets", "testTargets")
    values = {"inputs": ROWS} | {name: mask((part,), kind) for part, name in enumerate(names)}
    found = understand(values, "digits")
    dataset = found.require_dataset()
    order = np.concatenate([np.flatnonzero(PART != 2), np.flatnonzero(PART == 2)])
    np.testing.assert_array_equal(dataset.labels, LABELS[order])
    np.testing.assert_array_equal(dataset.images, IMAGES[order])
    np.testing.assert_array_equal(dataset.test_part, np.arange((PART != 2).sum(), N))
    test = find_decision(found, "test")
    for choice, n in ((test.value, N), ("together", N), ("none", (PART != 2).sum())):
        again = recognise_layout(values, "digits", Choices(test=choice))
        assert (again.n_samples, again.test_part is not None) == (n, choice == test.value)


def test_an_image_without_a_label_in_any_part_is_left_out_and_no_class_0():
    values = {"X": ROWS, "trainTargets": mask((0,), "rows"), "valTargets": mask((1,), "rows")}
    dataset = recognise_layout(values, "digits")
    np.testing.assert_array_equal(dataset.labels, LABELS[PART != 2])
    n = (PART == 2).sum()
    assert (
        f"{n} images have no label in trainTargets and valTargets, and are left out."
        in dataset.origin.warnings
    )


def test_labels_of_one_part_alone_leave_the_others_out():
    dataset = recognise_layout({"X": ROWS, "trainTargets": mask((0,), "columns")}, "digits")
    np.testing.assert_array_equal(dataset.labels, LABELS[PART == 0])


def test_a_stray_nan_among_labels_is_a_mistake():
    found = understand({"X": ROWS, "y": np.where(np.arange(N) == 3, np.nan, LABELS)[:, None]}, "digits")
    assert "but 1 are not, such as nan" in found.problem
