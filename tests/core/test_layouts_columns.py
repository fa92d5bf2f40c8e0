"""Matrices that hold the labels beside the pixels."""

import numpy as np
import pytest
from digits import take_digits
from matfiles import find_decision

from mnist_core.data.dataset import Choices
from mnist_core.data.layouts import recognise_layout, understand

N = 900  # a square, so that a matrix can be read along both axes
IMAGES, LABELS = take_digits(N)
ROWS = np.round(IMAGES * 255).astype(np.uint8).reshape(N, 784)
SMALL = IMAGES[:, 6:22, 6:22].reshape(N, 256)
TINY = IMAGES[:, 2:26, 2:26].reshape(N, 8, 3, 8, 3).mean((2, 4)).reshape(N, 64)
Y = LABELS[:, None]

BESIDE: dict[str, tuple[np.ndarray, str, str]] = {
    "first of 785": (np.c_[Y, ROWS], "d(:, 1)", "the first column of d"),
    "last of 785": (np.c_[ROWS, Y], "d(:, end)", "the last column of d"),
    "first of 257, from 1": (np.c_[Y + 1, SMALL * 2 - 1], "d(:, 1)", "the first column of d"),
    "last of 65, 10 for 0": (np.c_[TINY, np.where(Y == 0, 10, Y)], "d(:, end)", "the last column of d"),
    "first row": (np.c_[Y, ROWS].T, "d(1, :)", "the first row of d"),
    "last row": (np.c_[ROWS, Y].T, "d(end, :)", "the last row of d"),
    "ten columns": (np.c_[SMALL > 0.5, np.eye(10)[LABELS]], "d(:, end-9:end)", "the last ten columns of d"),
}


@pytest.mark.parametrize("case", BESIDE)
def test_labels_beside_the_pixels_are_told_by_their_column(case):
    table, path, words = BESIDE[case]
    found = understand({"d": table}, "digits")
    dataset = found.require_dataset()
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.n_samples == N
    decision = find_decision(found, "labels")
    assert decision.value == path
    assert words in decision.reason


def test_training_and_test_tables_each_have_their_labels():
    table = np.c_[Y, ROWS]
    dataset = recognise_layout({"mnist_train": table[:700], "mnist_test": table[700:]}, "digits")
    np.testing.assert_array_equal(dataset.labels, LABELS)
    np.testing.assert_array_equal(dataset.test_part, np.arange(700, N))


@pytest.mark.parametrize("n", [785, 900])
def test_plain_images_keep_their_first_column_whatever_is_in_it(n):
    for pixels in (ROWS[:n] > 127, (ROWS[:n] > 127).T):
        found = understand({"X": pixels, "y": Y[:n]}, "digits")
        assert find_decision(found, "images").value == "X"
        np.testing.assert_array_equal(found.require_dataset().labels, LABELS[:n])


def test_the_labels_of_a_column_can_be_left_out():
    dataset = recognise_layout({"d": np.c_[Y, ROWS]}, "digits", Choices(labels="none"))
    assert not dataset.is_labelled
    np.testing.assert_allclose(dataset.images, IMAGES, atol=1e-6)


def test_a_table_of_measurements_with_a_label_is_no_set_of_pictures():
    rng = np.random.default_rng(0)
    found = understand({"data": np.c_[Y, rng.normal(size=(N, 64))]}, "table")
    assert found.dataset is None
    assert "as in a table of measurements" in found.problem
