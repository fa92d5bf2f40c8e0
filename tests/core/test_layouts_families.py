"""Every family of layouts, written from real images by seeded code, comes back as those images."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from digits import take_digits
from matfiles import find_decision

from mnist_core.data.dataset import Choices, split_dataset
from mnist_core.data.layouts import recognise_layout, understand
from mnist_core.ground.variables import Cells, Opaque, Structs

IMAGES, LABELS = take_digits(150)
BYTES = np.round(IMAGES * 255).astype(np.uint8)
ROWS = IMAGES.reshape(150, 784).astype(np.float64)
ONE_HOT = np.eye(10)[LABELS]
Y = LABELS[:, None]
TEN_IS_ZERO = np.where(Y == 0, 10, Y)
CUBE = BYTES.transpose(1, 2, 0)
WORDS = ("Zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
N_TRAIN = 100


def as_cells(items: Any) -> Cells:
    return Cells((len(items), 1), tuple(items))


def turned(images: np.ndarray) -> np.ndarray:
    """Lay images column by column, as MATLAB lays out an image that is made a row."""
    return images.swapaxes(1, 2)


def by_class(images: np.ndarray, labels: np.ndarray, prefix: str) -> dict[str, np.ndarray]:
    return {f"{prefix}{digit}": images[labels == digit].reshape(-1, 784) for digit in range(10)}


def in_order(labels: np.ndarray, digits: Any = range(10)) -> np.ndarray:
    return np.concatenate([np.flatnonzero(labels == digit) for digit in digits])


FAMILIES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "the paper's": ("paper", lambda: {"input_images": ROWS, "output_labels": Y}),
    "labels 1 x n": ("paper", lambda: {"input_images": ROWS, "output_labels": Y.T}),
    "other names": ("pair", lambda: {"pictures": ROWS, "what": Y.astype(float)}),
    "a column an image": (
        "pair",
        lambda: {"data": ROWS.T, "label": Y.T, "mldata_descr_ordering": as_cells(["label", "data"])},
    ),
    "the course's": ("pair", lambda: {"X": turned(IMAGES).reshape(150, 784), "y": TEN_IS_ZERO}),
    "fea and gnd": ("pair", lambda: {"fea": BYTES.reshape(150, 784), "gnd": Y + 1}),
    "one-hot rows": ("pair", lambda: {"X": ROWS, "Y": ONE_HOT}),
    "one-hot columns": ("pair", lambda: {"X": ROWS.T, "T": ONE_HOT.T}),
    "one-hot of -1 and 1": ("pair", lambda: {"X": ROWS, "targets": 2 * ONE_HOT - 1}),
    "digits and one-hot": ("pair", lambda: {"X": ROWS, "y": Y, "Y": ONE_HOT}),
    "rows x columns x n": ("pair", lambda: {"imgs": CUBE, "labels": Y}),
    "n x rows x columns": ("pair", lambda: {"imgs": IMAGES, "labels": Y}),
    "rows x columns x 1 x n": ("pair", lambda: {"X": CUBE[:, :, None], "y": Y}),
    "three colours": (
        "pair",
        lambda: {
            "X": np.repeat(CUBE[:, :, None], 3, axis=2),
            "y": TEN_IS_ZERO,
        },
    ),
    "a struct": (
        "struct",
        lambda: {
            "training": {
                "count": np.array([[150]]),
                "height": np.array([[28]]),
                "width": np.array([[28]]),
                "images": IMAGES.transpose(1, 2, 0),
                "labels": Y,
            }
        },
    ),
    "a struct array": (
        "struct",
        lambda: {
            "digits": Structs(
                (1, 150),
                tuple(
                    {"image": one, "label": np.array([[digit]])}
                    for one, digit in zip(BYTES, LABELS, strict=True)
                ),
            )
        },
    ),
    "cells of images": ("pair", lambda: {"images": as_cells(list(BYTES)), "labels": Y}),
    "cells of rows": ("pair", lambda: {"images": as_cells(list(ROWS[:, None])), "labels": Y}),
    "labels as characters": ("pair", lambda: {"X": ROWS, "labels": "".join(map(str, LABELS))}),
    "labels as rows of text": ("pair", lambda: {"X": ROWS, "labels": LABELS.astype(str)}),
    "labels as cells of text": (
        "pair",
        lambda: {"X": ROWS, "labels": as_cells([*map(str, LABELS)])},
    ),
    "labels as words": (
        "pair",
        lambda: {
            "X": ROWS,
            "labels": as_cells([WORDS[one] for one in LABELS]),
        },
    ),
    "codes and categories": (
        "struct",
        lambda: {"set": {"images": ROWS, "labels": Y + 1, "categories": as_cells(list("0123456789"))}},
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_comes_back_as_the_images_and_digits_that_it_was_made_from(family):
    layout, make = FAMILIES[family]
    found = understand(make(), "digits")
    dataset = found.require_dataset()
    np.testing.assert_allclose(dataset.images, IMAGES, atol=1e-6)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert found.layout == dataset.origin.layout == layout
    assert dataset.class_names == tuple("0123456789")
    assert not found.is_ambiguous


BY_CLASS: dict[str, tuple[str, Callable[[], dict[str, Any]], Any]] = {
    "variables": ("classes", lambda: by_class(BYTES, LABELS, "train"), range(10)),
    "variables with a line": (
        "classes",
        lambda: by_class(IMAGES, LABELS, "digit_"),
        range(10),
    ),
    "ten cells from 0": (
        "classes",
        lambda: {"digits": Cells((1, 10), tuple(BYTES[d == LABELS].reshape(-1, 784).T for d in range(10)))},
        range(10),
    ),
    "ten cells from 1": (
        "classes",
        lambda: {
            "D": Cells((1, 10), tuple(BYTES[d % 10 == LABELS].transpose(1, 2, 0) for d in range(1, 11)))
        },
        [*range(1, 10), 0],
    ),
    "a cube from 1": (
        "position",
        lambda: {"data": np.stack([ROWS[d % 10 == LABELS].T for d in range(1, 11)], axis=2)},
        [*range(1, 10), 0],
    ),
    "a cube from 0": (
        "position",
        lambda: {"data": np.stack([BYTES[d == LABELS].transpose(1, 2, 0) for d in range(10)], axis=3)},
        range(10),
    ),
}


@pytest.mark.parametrize("family", BY_CLASS)
def test_images_whose_place_tells_their_digit_come_back_digit_by_digit(family):
    layout, make, digits = BY_CLASS[family]
    dataset = recognise_layout(make(), "digits")
    order = in_order(LABELS, digits)
    np.testing.assert_allclose(dataset.images, IMAGES[order], atol=1e-6)
    np.testing.assert_array_equal(dataset.labels, LABELS[order])
    assert dataset.origin.layout == layout


SPELLINGS = [
    ("trainX", "trainY", "testX", "testY"),
    ("Xtrain", "Ytrain", "Xtest", "Ytest"),
    ("X_train", "y_train", "X_test", "y_test"),
    ("train_x", "train_y", "test_x", "test_y"),
    ("tr_x", "tr_y", "ts_x", "ts_y"),
    ("Xtr", "Ytr", "Xte", "Yte"),
    ("xtrn", "ytrn", "xtst", "ytst"),
    ("XTrain", "YTrain", "XTest", "YTest"),
    ("trainImages", "trainLabels", "testImages", "testLabels"),
    ("train_images", "train_labels", "t10k_test_images", "t10k_test_labels"),
    ("imgTrainAll", "lblTrainAll", "imgTestAll", "lblTestAll"),
    ("digitTrain", "targetTrain", "digitTest", "targetTest"),
    ("images", "labels", "test_images", "test_labels"),
    ("TRAINX", "TRAINY", "TESTX", "TESTY"),
    ("training_data", "training_target", "testing_data", "testing_target"),
]


@pytest.mark.parametrize("names", SPELLINGS, ids=" ".join)
def test_own_test_images_are_known_by_many_spellings(names):
    parts = [ROWS[:N_TRAIN], Y[:N_TRAIN], ROWS[N_TRAIN:], Y[N_TRAIN:]]
    dataset = recognise_layout(dict(zip(names, parts, strict=True)), "digits")
    np.testing.assert_allclose(dataset.images, IMAGES, atol=1e-6)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    np.testing.assert_array_equal(dataset.test_part, np.arange(N_TRAIN, 150))
    assert dataset.origin.layout == "parts"
    assert any("no hold-out is drawn" in reason for reason in dataset.origin.reasons)


def make_emnist() -> dict[str, Any]:
    """Make the form of EMNIST: nested structs, columns first, writers, a table of labels and characters."""
    labels = np.where(LABELS == 9, 11, LABELS)  # what looks like a 9 is called a B
    rows = turned(BYTES).reshape(150, 784)
    mapping = np.array([[label, ord("0123456789AB"[label])] for label in range(12)])
    train, test = (
        {"images": rows[a:b], "labels": labels[a:b, None], "writers": np.arange(a, b)[:, None] // 3}
        for a, b in ((0, N_TRAIN), (N_TRAIN, 150))
    )
    return {"dataset": {"train": train, "test": test, "mapping": mapping}}


def test_emnist_has_classes_above_nine_with_their_names_and_writers():
    dataset = recognise_layout(make_emnist(), "digits")
    assert dataset.origin.layout == "struct"
    assert dataset.class_names == tuple("0123456789AB")
    np.testing.assert_array_equal(np.array(dataset.class_names)[dataset.labels] == "B", LABELS == 9)
    np.testing.assert_allclose(dataset.images, IMAGES, atol=1e-6)
    assert dataset.origin.orientation == "transposed"
    assert len(np.unique(dataset.writers)) == 50
    np.testing.assert_array_equal(split_dataset(dataset).test, np.arange(N_TRAIN, 150))


def test_writers_are_kept_apart_where_the_user_wishes_so():
    train = make_emnist()["dataset"]["train"]
    values = {"set": {**train, "labels": LABELS[:N_TRAIN, None]}}
    dataset = recognise_layout(values, "digits", Choices(writers="apart"))
    split = split_dataset(dataset)
    assert not set(dataset.writers[split.train]) & set(dataset.writers[split.test])
    assert "no writer in both" in split.description
    assert dataset.fingerprint != recognise_layout(values, "digits").fingerprint


VALUES: dict[str, tuple[np.ndarray, str, float]] = {
    "bytes": (BYTES, "bytes", 1e-6),
    "16 bits": (BYTES.astype(np.uint16) * 257, "stretch", 1e-6),
    "0 to 16": (BYTES / np.float32(255) * 16, "stretch", 1e-6),
    "single": (IMAGES, "unit", 1e-6),
    "-1 to 1": (IMAGES * 2 - 1, "signed", 1e-6),
    "standardised": ((IMAGES - 0.1307) / 0.3081, "stretch", 1e-5),
    "logical": (IMAGES > 0.5, "unit", 1.0),
    "inverted bytes": (255 - BYTES, "bytes", 1e-6),
    "inverted doubles": (1 - IMAGES.astype(np.float64), "unit", 1e-6),
    "inverted, -1 to 1": (1 - IMAGES * 2, "signed", 1e-6),
    "overshooting": (IMAGES * 1.2 - 0.1 * (IMAGES > 0) * (IMAGES < 0.1), "unit", 0.21),
    "32 bits": (BYTES.astype(np.int32), "bytes", 1e-6),
    "64 bits": (BYTES.astype(np.uint64), "bytes", 1e-6),
}


def test_rows_that_were_normalised_to_length_one_are_not_blank():
    rows = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)
    found = understand({"fea": rows, "gnd": Y + 1}, "digits")
    dataset = found.require_dataset()
    np.testing.assert_allclose(dataset.images, IMAGES / IMAGES.max(axis=(1, 2), keepdims=True), atol=1e-5)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert find_decision(found, "values").value == "each"
    assert not any("blank" in warning for warning in dataset.origin.warnings)


def test_faint_values_are_stretched_and_not_blank():
    dataset = recognise_layout({"X": ROWS / 255, "y": Y}, "digits")
    np.testing.assert_allclose(dataset.images, IMAGES, atol=1e-5)


@pytest.mark.parametrize("case", VALUES)
def test_every_range_of_values_becomes_ink_from_0_to_1(case):
    pixels, way, tolerance = VALUES[case]
    found = understand({"X": pixels.reshape(150, 784), "y": Y}, "digits")
    dataset = found.require_dataset()
    np.testing.assert_allclose(dataset.images, IMAGES, atol=tolerance)
    assert (dataset.images.min(), dataset.images.max()) == (0, 1)
    assert find_decision(found, "values").value == way
    is_dark = case.startswith("inverted")
    assert find_decision(found, "ink").value == ("dark" if is_dark else "bright")
    assert any("inverted" in warning for warning in dataset.origin.warnings) == is_dark


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        ("transposed", lambda images: images.swapaxes(1, 2)),
        ("rotated90", lambda images: np.rot90(images, 1, (1, 2))),
        ("rotated180", lambda images: np.rot90(images, 2, (1, 2))),
        ("rotated270", lambda images: np.rot90(images, 3, (1, 2))),
        ("flipped_horizontal", lambda images: images[:, :, ::-1]),
        ("flipped_vertical", lambda images: images[:, ::-1]),
        ("antitransposed", lambda images: np.rot90(images.swapaxes(1, 2), 2, (1, 2))),
    ],
)
def test_turned_images_are_put_upright_and_the_user_is_told(orientation, turn):
    dataset = recognise_layout({"X": turn(IMAGES).reshape(150, 784), "y": Y}, "digits")
    np.testing.assert_array_equal(dataset.images, IMAGES)
    assert dataset.origin.orientation == orientation
    assert any("put upright" in warning for warning in dataset.origin.warnings)


def test_images_of_another_side_are_kept():
    small = IMAGES[:, 4:24, 4:24]
    dataset = recognise_layout({"X": turned(small).reshape(150, 400), "y": TEN_IS_ZERO}, "digits")
    assert dataset.side == 20
    np.testing.assert_array_equal(dataset.images, small)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.origin.orientation == "transposed"


def test_labels_that_only_matlab_can_read_are_named():
    values = {"X": ROWS, "labels": Opaque("a categorical array")}
    dataset = recognise_layout(values, "digits")
    assert not dataset.is_labelled
    (warning,) = dataset.origin.warnings
    assert warning.startswith("labels (a categorical array, left alone) is called as labels are")


def test_blank_images_and_copies_are_counted_also_between_the_parts():
    rows = ROWS.copy()
    rows[[3, 7]] = 0
    rows[120] = rows[5]
    values = {"trainX": rows[:100], "trainY": Y[:100], "testX": rows[100:], "testY": Y[100:]}
    assert recognise_layout(values, "digits").origin.warnings == (
        "2 images are blank or nearly so; the first is number 4.",
        "2 images are the same as an earlier one; the first is number 8, a copy of number 4.",
        "Of these copies 2 have another label than the image that they equal, of the classes 0 and 8 (1), "
        "2 and 9 (1): no network can learn to tell them apart.",
        "Of the file's own test images, 1 are also among its training images: measured on them, a network "
        "seems better than it is.",
    )


def test_copies_with_another_label_are_told_with_their_classes():
    rows = ROWS.copy()
    sixes, fives = np.flatnonzero(LABELS == 6), np.flatnonzero(LABELS == 5)
    rows[sixes[:4]] = rows[fives[0]]
    dataset = recognise_layout({"X": rows, "y": Y}, "digits")
    (sentence,) = [warning for warning in dataset.origin.warnings if "another label" in warning]
    assert sentence.startswith("Of these copies ")
    assert "have another label than the image that they equal, of the classes 5 and 6 (" in sentence


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("is_colour", [True, False])
def test_where_polarity_differs_from_image_to_image_each_is_settled_by_itself(share, is_colour):
    is_dark = np.random.default_rng(0).random(150) < share
    mixed = np.where(is_dark[:, None, None], 255 - BYTES, BYTES)
    pixels = mixed.reshape(150, 784)
    if is_colour:  # of little contrast, as photographs are
        pixels = (
            (mixed[..., None] * np.array([1, 0.8, 0.6]) * 0.6 + 40).astype(np.uint8).transpose(1, 2, 3, 0)
        )
    found = understand({"X": pixels, "y": TEN_IS_ZERO}, "digits")
    dataset = found.require_dataset()
    np.testing.assert_array_equal(dataset.labels, LABELS)
    likeness = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(dataset.images, IMAGES, strict=True)]
    assert min(likeness) > 0.99
    assert find_decision(found, "ink").value == "each"
    assert "look like digits, else" in find_decision(found, "ink").reason
    assert f"{is_dark.sum()} images were inverted." in " ".join(dataset.origin.warnings)


def test_writers_in_both_parts_are_counted():
    dataset = recognise_layout(make_emnist(), "digits")
    assert "1 writer has images both among the file's own test images and among the others." in (
        dataset.origin.warnings
    )


@pytest.mark.parametrize(("test", "n", "has_part"), [("together", 150, False), ("none", 100, False)])
def test_own_test_images_can_join_the_others_or_be_left_out(test, n, has_part):
    values = {"trainX": ROWS[:100], "trainY": Y[:100], "testX": ROWS[100:], "testY": Y[100:]}
    dataset = recognise_layout(values, "digits", Choices(test=test))
    assert (dataset.n_samples, dataset.test_part is not None) == (n, has_part)


def test_any_images_can_be_chosen_as_test_images():
    values = {"a": ROWS[:100], "la": Y[:100], "b": ROWS[100:], "lb": Y[100:]}
    choices = Choices(images="a", labels="la", test="b", test_labels="lb")
    dataset = recognise_layout(values, "digits", choices)
    np.testing.assert_array_equal(dataset.test_part, np.arange(100, 150))
    np.testing.assert_array_equal(dataset.labels, LABELS)


def test_test_images_without_labels_are_left_out():
    dataset = recognise_layout({"trainX": ROWS[:100], "trainY": Y[:100], "testX": ROWS[100:]}, "digits")
    assert (dataset.n_samples, dataset.test_part) == (100, None)
    assert "testX has no labels, so it was left out; a hold-out is drawn." in dataset.origin.warnings


def test_images_for_validation_count_as_training_images():
    names = ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")
    parts = [part[a:b] for a, b in ((0, 80), (80, 100), (100, 150)) for part in (ROWS, Y)]
    dataset = recognise_layout(dict(zip(names, parts, strict=True)), "digits")
    np.testing.assert_array_equal(dataset.labels, LABELS)
    np.testing.assert_array_equal(dataset.test_part, np.arange(100, 150))
    assert any("X_val, meant for validation" in warning for warning in dataset.origin.warnings)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        (Choices(images="Z"), "There is no variable Z: choose one of X"),
        (Choices(images="y"), "y needs square images"),
        (Choices(labels="Z"), "Z cannot be the labels: choose one of y and none"),
        (Choices(axes="pixels n"), "The axes of X cannot be pixels n: choose n pixels for 150 x 784"),
        (Choices(test="Z"), "There is no variable Z"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_what_can(choices, sentence):
    found = understand({"X": ROWS, "y": Y}, "digits", choices)
    assert found.dataset is None
    assert sentence in found.problem
    assert find_decision(found, next(iter(choices.given()))).is_ambiguous


SOME = (3, 5, 8)
NAMED_FAMILIES = {
    "number words": ("{part}_{word}s", ("train", "test")),
    "number words in capitals": ("{word}s{part}", ("Train", "Test")),
    "numbers": ("{part}{digit}", ("train", "test")),
    "numbers with a line": ("{part}_{digit}", ("train", "test")),
    "numbers with a word": ("X_{part}{digit}", ("train", "test")),
}


@pytest.mark.parametrize("family", NAMED_FAMILIES)
@pytest.mark.parametrize("is_cube", [True, False])
def test_a_variable_for_some_digits_is_told_by_its_word_or_number(family, is_cube):
    name, (train, test) = NAMED_FAMILIES[family]
    values, order = {}, []
    for part, chosen in ((train, slice(0, 9)), (test, slice(9, None))):
        for digit in SOME:
            places = np.flatnonzero(digit == LABELS)[chosen]
            order.append(places)
            images = BYTES[places].transpose(1, 2, 0) if is_cube else BYTES[places].reshape(-1, 784)
            values[name.format(part=part, word=WORDS[digit].lower(), digit=digit)] = images
    dataset = recognise_layout(values, "digits")
    places = np.concatenate(order)
    np.testing.assert_array_equal(dataset.labels, LABELS[places])
    np.testing.assert_allclose(dataset.images, IMAGES[places], atol=1e-6)
    np.testing.assert_array_equal(dataset.test_part, np.arange(27, len(places)))
    assert dataset.origin.layout == "classes"


def test_numbered_parts_of_a_set_that_has_labels_are_no_classes():
    values = {"train1": ROWS[:75], "train2": ROWS[75:], "labels1": Y[:75], "labels2": Y[75:]}
    found = understand(values, "digits")
    assert found.layout != "classes"
    assert found.is_ambiguous
