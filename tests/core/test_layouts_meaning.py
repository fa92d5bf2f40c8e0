"""What labels mean: told by the images where they can, asked where they cannot, named by who knows."""

import numpy as np
import pytest
from commands import call, call_json
from digits import make_digits, take_digits
from matfiles import find_decision
from scipy.io import savemat

from mnist_core.data.dataset import DIGITS, Choices
from mnist_core.data.layouts import recognise_layout, understand
from mnist_core.ground.variables import Cells, Opaque

IMAGES, LABELS = take_digits(200)
ROWS = IMAGES.reshape(200, 784).astype(np.float64)
STANDARD = (ROWS - ROWS.mean(1, keepdims=True)) / ROWS.std(1, keepdims=True)  # ink no longer tells
SHUFFLED = np.random.default_rng(0).permutation(LABELS)


@pytest.mark.parametrize(
    ("labels", "coding"), [(LABELS + 1, "one-is-zero"), (np.where(LABELS == 0, 10, LABELS), "ten-is-zero")]
)
def test_where_ink_does_not_tell_what_ten_means_the_reader_does_and_says_both_figures(labels, coding):
    found = understand({"X": STANDARD, "labels": labels[:, None]}, "digits")
    np.testing.assert_array_equal(found.require_dataset().labels, LABELS)
    decision = find_decision(found, "coding")
    assert decision.value == coding
    assert "are read as their labels say, else " in decision.reason


def test_labels_one_more_than_the_digit_are_known_without_a_ten():
    keep = LABELS < 9
    found = understand({"X": ROWS[keep], "y": LABELS[keep, None] + 1}, "digits")
    np.testing.assert_array_equal(found.require_dataset().labels, LABELS[keep])
    assert find_decision(found, "coding").value == "one-is-zero"


ASKED = {
    "labels of other images": {"X": ROWS, "y": SHUFFLED[:, None]},
    "labels of other images in the paper's file": {"input_images": ROWS, "output_labels": SHUFFLED[:, None]},
    "no digits": {"X": make_digits(200)[0].reshape(200, 784), "y": make_digits(200)[1][:, None]},
    "no digits, from 1 to 10": {"X": make_digits(200)[0].reshape(200, 784), "y": LABELS[:, None] + 1},
}


@pytest.mark.parametrize("case", ASKED)
def test_labels_that_do_not_fit_are_never_called_digits_but_asked_about(case):
    found = understand(ASKED[case], "digits")
    assert found.dataset is None
    assert find_decision(found, "coding").is_ambiguous
    assert "% where a label is" in found.problem
    assert "--coding" in found.problem
    assert len(found.examples) == 10
    assert found.examples[next(iter(found.examples))].shape == (28, 28)


def test_the_papers_layout_says_that_its_labels_are_digits_whatever_they_look_like():
    images, labels = make_digits(200)
    arrays = {"input_images": images.reshape(200, 784), "output_labels": labels[:, None]}
    dataset = recognise_layout(arrays, "digits")
    np.testing.assert_array_equal(dataset.labels, labels)
    assert "the labels do not fit" in dataset.origin.warnings[0]


def test_who_knows_better_can_insist_on_digits():
    values = {"X": ROWS, "y": SHUFFLED[:, None]}
    dataset = recognise_layout(values, "digits", Choices(coding="digits"))
    np.testing.assert_array_equal(dataset.labels, SHUFFLED)
    assert dataset.class_names == DIGITS


def test_classes_can_be_named():
    names = "top,trousers,jumper,dress,coat,sandal,shirt,trainer,bag,boot"
    values = {"X": ROWS, "y": SHUFFLED[:, None]}
    dataset = recognise_layout(values, "clothes", Choices(class_names=names))
    assert dataset.class_names == tuple(names.split(","))
    np.testing.assert_array_equal(dataset.labels, SHUFFLED)


@pytest.mark.parametrize("names", ["a,b,c", "a,b,c,d,e,f,g,h,i,i", "a,b,c,d,e,f,g,h,i,"])
def test_names_that_are_not_one_for_each_label_are_refused_with_what_is_needed(names):
    found = understand({"X": ROWS, "y": SHUFFLED[:, None]}, "clothes", Choices(class_names=names))
    assert found.dataset is None
    assert "Each of the 10 different labels of y (0, 1, 2" in found.problem


def test_classes_that_somebody_said_are_no_digits_do_not_pass_for_digits():
    dataset = recognise_layout({"X": ROWS, "y": SHUFFLED[:, None]}, "clothes", Choices(coding="names"))
    assert dataset.class_names == tuple(f"class {digit}" for digit in range(10))


@pytest.mark.parametrize("codes", [(10, 20, 30), (-1, 1), (0, 90, 180, 270), (100, 200, 1, 300)])
def test_whole_numbers_that_are_no_digits_are_names_of_classes(codes):
    keep = len(codes) > LABELS
    labels = np.array(codes)[LABELS[keep]]
    found = understand({"X": ROWS[keep], "y": labels[:, None]}, "digits")
    dataset = found.require_dataset()
    assert dataset.class_names == tuple(str(code) for code in sorted(codes))
    np.testing.assert_array_equal(np.array(dataset.class_names)[dataset.labels], labels.astype(str))
    assert f"there are {len(codes)} of them" in find_decision(found, "coding").reason


@pytest.mark.parametrize("first", [0, 1])
def test_as_many_labels_as_letters_are_letters(first):
    labels = first + np.arange(208) % 26
    images = np.concatenate([ROWS, ROWS[:8]])
    found = understand({"X": images, "y": labels[:, None]}, "letters")
    assert find_decision(found, "coding").value == "letters"
    assert found.require_dataset().class_names == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    np.testing.assert_array_equal(found.require_dataset().labels, labels - first)


def test_the_command_names_classes(tmp_path):
    savemat(tmp_path / "two.mat", {"X": ROWS, "y": (SHUFFLED % 2)[:, None]})
    asked = call(tmp_path, "inspect", tmp_path / "two.mat", code=2)
    assert "need a meaning" in asked.stderr
    named = call(tmp_path, "inspect", tmp_path / "two.mat", "--class-names", "even, odd")
    assert "even: 100, odd: 100" in named.stdout


LISTS = {
    "cells": (Cells((10, 1), tuple("0123456789")), tuple("0123456789")),
    "numbers": (np.arange(10.0)[:, None], tuple("0123456789")),
    "rows of text": (np.array([f"{word} " for word in "abcdefghij"]), tuple("abcdefghij")),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_data_set_of_prtools_names_its_classes_by_its_list(kind):
    lablist, names = LISTS[kind]
    values = {"a": {"data": ROWS, "lablist": lablist, "nlab": LABELS[:, None] + 1, "labtype": "crisp"}}
    found = understand(values, "digits")
    dataset = found.require_dataset()
    assert dataset.class_names == names
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert find_decision(found, "labels").value == "a.nlab"


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("a table", "t = table2array(t); save("),
        ("an object of class containers.Map", "t = cell2struct(values(t), keys(t), 2); save("),
        ("an object of class imageSet", "t = struct(t); save("),
    ],
)
def test_what_only_matlab_can_read_is_named_with_the_line_that_converts_it(kind, line):
    found = understand({"t": Opaque(kind)}, "digits")
    assert f"t needs plain numbers, but holds {kind}: in MATLAB, {line}" in found.problem


@pytest.mark.parametrize("kind", ["a string object", "a categorical array"])
def test_labels_that_only_matlab_can_read_come_with_the_line_that_converts_them(kind):
    dataset = recognise_layout({"X": ROWS, "y": Opaque(kind)}, "digits")
    (warning,) = dataset.origin.warnings
    assert "in MATLAB, y = cellstr(y); save('digits.mat', 'y', '-v7', '-append')." in warning


def test_digits_that_do_not_occur_are_no_classes(tmp_path):
    keep = LABELS > 0
    savemat(tmp_path / "nine.mat", {"X": ROWS[keep], "y": LABELS[keep, None]})
    found = call_json(tmp_path, "inspect", tmp_path / "nine.mat")
    assert found["n_classes"] == 9
    assert found["class_names"] == list(found["class_counts"]) == list("123456789")
    assert "0: 0" not in call(tmp_path, "inspect", tmp_path / "nine.mat").stdout


def test_a_class_with_fewer_images_than_folds_is_told_by_name_before_any_search(tmp_path):
    keep = (LABELS != 7) | (np.cumsum(LABELS == 7) <= 4)
    savemat(tmp_path / "few.mat", {"X": ROWS[keep], "y": LABELS[keep, None]})
    sentence = "but the rarest, 7, has 3: use more images of it, or fewer folds."
    assert sentence in call_json(tmp_path, "inspect", tmp_path / "few.mat")["warnings"][-1]
    refused = call(tmp_path, "search", tmp_path / "few.mat", code=2)
    assert sentence in refused.stderr
