"""Strokes JSON as a data set: drawn as the Draw page does, labels told, writers apart."""

import json

import numpy as np
import pytest
from commands import call, call_json

from mnist_core.data.dataset import split_dataset
from mnist_core.data.layouts import Choices, read_dataset
from mnist_core.ground.errors import DataFileError
from mnist_core.pens import draw_strokes
from mnist_core.pens.corrections import export_corrections, keep_correction, make_correction

SEVEN = [[[0, 0], [60, 0], [25, 100]]]
ONE = [[[3, 0], [3, 90]]]


def draw(label=None, writer=None, strokes=SEVEN):
    told = {"label": label, "writer": writer}
    return {"strokes": strokes, **{name: value for name, value in told.items() if value is not None}}


@pytest.fixture
def write(tmp_path):
    def write_one(document, name="drawings.json"):
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return path

    return write_one


def wave(place):
    """Draw something of its own, so that no two images are the same."""
    return [[[0, 0], [place + 1, 40], [50, 3 * place + 20]]]


def test_drawings_are_images_as_the_draw_page_makes_them(write):
    dataset = read_dataset(write([draw(7), draw(1, strokes=ONE)]))

    np.testing.assert_array_equal(dataset.images, [draw_strokes(SEVEN), draw_strokes(ONE)])
    assert dataset.labels.tolist() == [7, 1]
    assert dataset.writers is None
    assert dataset.origin.warnings == ()


def test_what_tells_no_digit_is_left_out_and_counted(write):
    dataset = read_dataset(write([draw(7), draw(strokes=ONE), draw(12), draw(1, strokes=ONE)]))

    assert dataset.labels.tolist() == [7, 1]
    assert "2 drawings tell no digit from 0 to 9, so are left out." in dataset.origin.warnings


def test_drawings_without_any_digit_are_images_without_labels(write):
    dataset = read_dataset(write([draw(), draw(strokes=ONE)]))

    assert not dataset.is_labelled
    assert dataset.n_samples == 2


@pytest.mark.parametrize("names", [["Ada", "Ben"] * 3, list("abcdef"), [1, 2, 3, 4, 5, 6]])
def test_from_six_writers_on_splits_keep_them_apart(write, names):
    drawings = [
        draw(digit, name, wave(place * 10 + digit)) for place, name in enumerate(names) for digit in range(10)
    ]
    dataset = read_dataset(write(drawings))

    assert dataset.keeps_writers_apart is (len(set(names)) == 6)
    if dataset.keeps_writers_apart:
        split = split_dataset(dataset)
        assert not {*dataset.writers[split.train]} & {*dataset.writers[split.test]}
        assert not read_dataset(write(drawings), choices=Choices(writers="mixed")).keeps_writers_apart


def test_who_is_not_named_is_one_more_writer(write):
    dataset = read_dataset(write([draw(7, "Ada"), draw(1, None, ONE), draw(2, "Ada", wave(3))]))

    assert len(set(dataset.writers.tolist())) == 2
    assert "1 drawing names no writer, and is taken as one more's." in dataset.origin.warnings


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"lr": [0.1]}, "must hold drawings: strokes must be a list of .*, but came as an object with 'lr'"),
        ([1, 2], "must hold drawings: .* drawing 1 is a number"),
        ([], "must hold drawings: .* the list is empty"),
        ([draw(1, strokes=[[]])], "must hold drawings: .* drawing 1 has no point"),
        ('[{"strokes": [[[0, 0], [6', "must be a whole JSON file of drawings, but is cut short"),
        ('[{"strokes": nope}]', "damaged .line 1, column 14 is no JSON."),
        ("[" * 100_000, "must be a whole JSON file of drawings, but is damaged"),
        ('[{"strokes": [[[NaN, 0]]]}]', "drawing 1 has NaN, infinity or more"),
        (" \n{", "cut short"),
    ],
)
def test_what_is_no_drawing_is_refused_in_one_sentence(write, document, words):
    with pytest.raises(DataFileError, match=rf"^drawings.json .*{words}") as refusal:
        read_dataset(write(document))
    assert "\n" not in str(refusal.value)


def test_commands_take_what_the_lab_exports(tmp_path, write):
    home = tmp_path / "home"
    made = [make_correction(wave(place), place % 10, None, None, writer="Ada") for place in range(60)]
    for one in made:
        keep_correction(one, home / "corrections")
    path = tmp_path / "mine.json"
    call(home, "corrections", "export", path)

    found = call_json(home, "inspect", path)
    learning = ["--hidden", 8, 8, "--activation", "relu", "--lr", 0.01, "--max-epochs", 1]
    trained = call_json(home, "train", path, *learning, "--out", tmp_path / "model")

    assert found["n_samples"] == 60
    assert found["class_counts"] == {str(digit): 6 for digit in range(10)}
    assert trained["epochs"] == 1
    exported = write(export_corrections(made), "same.json")
    assert sorted(read_dataset(exported).labels) == sorted(read_dataset(path).labels)
