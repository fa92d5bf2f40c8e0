"""Pictures that are not square, or of many sizes; and what has the shape of pictures but is none."""

from collections.abc import Callable

import numpy as np
import pytest
from digits import take_digits
from matfiles import find_decision

from mnist_core.data.dataset import Choices, split_dataset
from mnist_core.data.layouts import recognise_layout, understand
from mnist_core.ground.variables import Cells, Structs

N = 200
IMAGES, LABELS = take_digits(N)
BYTES = np.round(IMAGES * 255).astype(np.uint8)
Y = LABELS[:, None]
NARROW = BYTES[:, :, 4:24]  # 28 rows of 20 pixels
PADDED = np.pad(IMAGES[:, :, 4:24], [(0, 0), (0, 0), (4, 4)])

OBLONG: dict[str, tuple[np.ndarray, str]] = {
    "an image a row, row by row": (NARROW.reshape(N, 560), "28x20"),
    "an image a row, column by column": (NARROW.swapaxes(1, 2).reshape(N, 560), "20x28"),
    "a column an image": (NARROW.reshape(N, 560).T, "28x20"),
    "rows x columns x n": (NARROW.transpose(1, 2, 0), "28x20"),
    "n x rows x columns": (NARROW, "28x20"),
    "three colours": (np.repeat(NARROW.transpose(1, 2, 0)[:, :, None], 3, axis=2), "28x20"),
    "dark ink": (255 - NARROW.reshape(N, 560), "28x20"),
    "real numbers": (NARROW.reshape(N, 560) / 255, "28x20"),
}


@pytest.mark.parametrize("case", OBLONG)
def test_pictures_that_are_not_square_come_upright_in_the_middle_of_a_square(case):
    pixels, size = OBLONG[case]
    found = understand({"X": pixels, "y": Y}, "digits")
    dataset = found.require_dataset()
    np.testing.assert_allclose(dataset.images, PADDED, atol=0.01)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    decision = find_decision(found, "size")
    assert decision.value == size
    assert "padded to a square" in decision.reason


@pytest.mark.parametrize(("rows", "columns"), [(20, 16), (16, 12), (28, 24), (24, 28), (12, 28)])
def test_other_heights_and_widths_are_found_by_their_smoothness(rows, columns):
    top, left = (28 - rows) // 2, (28 - columns) // 2
    pixels = BYTES[:, top : top + rows, left : left + columns].reshape(N, -1)
    found = understand({"pictures": pixels, "what": Y}, "digits")
    assert find_decision(found, "size").value == f"{rows}x{columns}"
    assert found.require_dataset().side == max(rows, columns)


def test_height_and_width_can_be_chosen():
    values = {"X": NARROW.reshape(N, 560), "y": Y}
    found = understand(values, "digits", Choices(size="20x28", coding="digits"))
    assert found.require_dataset().side == 28
    assert find_decision(found, "size").is_chosen
    assert {option.value for option in find_decision(found, "size").options} >= {"20x28"}
    refused = understand(values, "digits", Choices(size="30x30"))
    assert "cannot be of the height and width 30x30: choose " in refused.problem


def test_own_test_images_have_the_height_and_width_of_the_others():
    rows = NARROW.reshape(N, 560)
    values = {"trainX": rows[:150], "trainY": Y[:150], "testX": rows[150:], "testY": Y[150:]}
    dataset = recognise_layout(values, "digits")
    np.testing.assert_array_equal(split_dataset(dataset).test, np.arange(150, N))
    np.testing.assert_allclose(dataset.images, PADDED, atol=1e-6)


def cut_to_ink(image: np.ndarray) -> np.ndarray:
    return image[np.ix_(image.any(1), image.any(0))]


CUT = [cut_to_ink(image) for image in BYTES]
MANY: dict[str, Callable[[], dict]] = {
    "cut to their ink": lambda: {"imgs": Cells((N, 1), tuple(CUT)), "y": Y},
    "a row of cells": lambda: {"digits": Cells((1, N), tuple(CUT)), "labels": Y.T},
    "dark ink": lambda: {"imgs": Cells((N, 1), tuple(255 - np.pad(one, 3) for one in CUT)), "y": Y},
    "colours": lambda: {"imgs": Cells((N, 1), tuple(np.stack([one] * 3, 2) for one in CUT)), "y": Y},
    "large": lambda: {"imgs": Cells((N, 1), tuple(np.kron(one, np.ones((9, 9))) for one in CUT)), "y": Y},
    "a struct each": lambda: {
        "s": Structs(
            (1, N), tuple({"image": a, "label": np.array([[b]])} for a, b in zip(CUT, LABELS, strict=True))
        )
    },
}


@pytest.mark.parametrize("case", MANY)
def test_pictures_of_many_sizes_are_fitted_and_centred_as_mnists_are(case):
    dataset = recognise_layout(MANY[case](), "digits")
    assert dataset.images.shape == (N, 28, 28)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    likeness = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(dataset.images, IMAGES, strict=True)]
    assert np.median(likeness) > 0.9
    assert any("Pictures of many sizes were made alike" in warning for warning in dataset.origin.warnings)


def test_training_and_test_pictures_of_many_sizes_become_one_size():
    values = {
        "train": Cells((150, 1), tuple(np.pad(one, 9) for one in CUT[:150])),
        "train_labels": Y[:150],
        "test": Cells((50, 1), tuple(CUT[150:])),
        "test_labels": Y[150:],
    }
    dataset = recognise_layout(values, "digits")
    assert dataset.images.shape == (N, 28, 28)
    np.testing.assert_array_equal(dataset.test_part, np.arange(150, N))


RNG = np.random.default_rng(0)
SCALES = RNG.uniform(0.1, 80, 64)


def make_table(width: int) -> np.ndarray:
    return RNG.normal(SCALES[:width], SCALES[:width] / 9, (N, width))


@pytest.mark.parametrize("width", [4, 9, 16, 25, 36, 49, 64])
def test_a_table_whose_width_is_a_square_is_no_set_of_pictures_unless_one_insists(width):
    values = {"X": make_table(width), "label": Y}
    found = understand(values, "table")
    assert found.dataset is None
    assert "go together as little as any two" in found.problem
    assert "choose it all the same with --images X" in found.problem
    assert find_decision(found, "images").is_ambiguous
    insisted = recognise_layout(values, "table", Choices(images="X", coding="names"))
    assert insisted.side**2 == width


def test_a_table_of_other_widths_is_not_taken_for_pictures_that_are_not_square():
    found = understand({"features": RNG.normal(size=(N, 560)), "y": Y}, "table")
    assert found.dataset is None
    assert "needs square images" in found.problem


@pytest.mark.parametrize("name", ["img", "confMatrix"])
def test_one_picture_or_table_of_a_workspace_is_no_data_set_unless_one_insists(name):
    one = {"img": BYTES[0], "confMatrix": np.eye(10) * 0.9 + 0.01}[name]
    values = {name: one, "labelIdx": np.array([[3]]), "err": np.array([[0.1]]), "f": RNG.random((1, 500))}
    found = understand(values, "workspace")
    assert found.dataset is None
    assert "is one picture or a table of numbers, and a data set needs several images" in found.problem
    insisted = recognise_layout(values, "workspace", Choices(images=name, labels="none"))
    assert insisted.n_samples == 1


def test_one_picture_beside_many_is_an_example():
    values = {"img": BYTES[0], "stuff": BYTES.reshape(N, 784), "confusion": np.eye(10)}
    found = understand(values, "workspace")
    assert find_decision(found, "images").value == "stuff"
    assert found.require_dataset().n_samples == N


@pytest.mark.parametrize("n", [200, 168])
def test_labels_alone_are_no_pictures(n):
    found = understand({"labels": np.eye(10, dtype=np.uint8)[LABELS[:n]]}, "labels")
    assert found.dataset is None
    assert "Digit images are needed" in found.problem
