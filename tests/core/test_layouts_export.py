"""What was understood, written as a clean file, opens again as the same data set."""

import json

import numpy as np
import pytest
from digits import take_digits

from mnist_core.cli import main
from mnist_core.data.dataset import Choices
from mnist_core.data.layouts import read_dataset, recognise_layout, save_dataset
from mnist_core.ground.errors import LabError

IMAGES, LABELS = take_digits(150)
ROWS = np.round(IMAGES * 255).astype(np.uint8).reshape(150, 784)
Y = LABELS[:, None]
NAMES = np.array([[label, ord("0123456789AB"[label])] for label in range(12)])
PARTS = {
    "train": {"images": ROWS[:100], "labels": Y[:100] + 2, "writers": Y[:100]},
    "test": {"images": ROWS[100:], "labels": Y[100:] + 2, "writers": Y[100:]},
}
SETS = {
    "bytes": ({"X": ROWS, "y": Y}, Choices()),
    "no labels": ({"X": ROWS}, Choices()),
    "own test images": (
        {"trainX": ROWS[:100], "trainY": Y[:100], "testX": ROWS[100:], "testY": Y[100:]},
        Choices(),
    ),
    "named classes and writers": ({"dataset": {**PARTS, "mapping": NAMES}}, Choices()),
    "writers apart": ({"set": PARTS["train"] | {"labels": Y[:100]}}, Choices(writers="apart")),
    "another orientation": ({"X": ROWS, "y": Y}, Choices(orientation="rotated90")),
    "dark ink that stays": ({"X": 255 - ROWS, "y": Y}, Choices(ink="bright", orientation="unsure")),
    "faint ink": ({"X": ROWS / 2550, "y": Y}, Choices(values="unit")),
}


@pytest.mark.parametrize("kind", SETS)
def test_a_saved_mat_file_opens_again_with_the_same_fingerprint(tmp_path, kind):
    dataset = recognise_layout(SETS[kind][0], "digits", SETS[kind][1])
    save_dataset(dataset, tmp_path / "clean.mat")
    again = read_dataset(tmp_path / "clean.mat")
    assert again.fingerprint == dataset.fingerprint
    assert (again.origin.layout, again.class_names) == ("paper", dataset.class_names)
    assert [path.name for path in tmp_path.iterdir()] == ["clean.mat"]


@pytest.mark.parametrize("kind", ["bytes", "own test images", "named classes and writers"])
@pytest.mark.parametrize(("test", "n_test", "n"), [(None, 50, 150), ("together", 0, 150), ("none", 0, 100)])
def test_a_saved_npz_file_opens_again_with_its_test_part(tmp_path, kind, test, n_test, n):
    dataset = recognise_layout(SETS[kind][0], "digits")
    save_dataset(dataset, tmp_path / "clean.npz")
    has_test = dataset.test_part is not None
    again = read_dataset(tmp_path / "clean.npz", choices=Choices(test=test if has_test else None))
    assert again.n_samples == (n if has_test else 150)
    assert again.class_names == dataset.class_names
    if has_test and n_test:
        np.testing.assert_array_equal(again.images, dataset.images)
        np.testing.assert_array_equal(again.labels, dataset.labels)
        np.testing.assert_array_equal(again.test_part, dataset.test_part)
    else:
        assert again.test_part is None


def test_a_saved_npz_file_holds_all_arrays_and_no_pickle(tmp_path):
    dataset = recognise_layout(SETS["named classes and writers"][0], "digits")
    save_dataset(dataset, tmp_path / "clean.npz")
    with np.load(tmp_path / "clean.npz", allow_pickle=False) as saved:
        np.testing.assert_array_equal(saved["images"], dataset.images)
        np.testing.assert_array_equal(
            saved["class_names"][saved["labels"]], np.array(list("23456789AB"))[LABELS]
        )
        np.testing.assert_array_equal(saved["test_part"], np.arange(100, 150))
        assert saved["writers"].shape == (150,)


def test_a_file_of_another_kind_is_not_written(tmp_path):
    dataset = recognise_layout({"X": ROWS, "y": Y}, "digits")
    with pytest.raises(LabError, match=r"saved as a \.mat or \.npz file, but clean\.csv is neither"):
        save_dataset(dataset, tmp_path / "clean.csv")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(LabError, match="cannot be written"):
        save_dataset(dataset, tmp_path / "file" / "clean.mat")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def write(tmp_path, **values):
    from scipy.io import savemat

    savemat(tmp_path / "digits.mat", values)
    return str(tmp_path / "digits.mat")


def test_the_command_asks_which_variable_and_takes_the_answer(tmp_path, capsys):
    path = write(tmp_path, X=ROWS, y=Y, labels=9 - Y[::-1])
    assert main(["inspect", path]) == 2
    said = capsys.readouterr().err
    assert said == "digits.mat: y and labels may each hold the labels: choose one, with --labels NAME.\n"
    assert main(["inspect", path, "--labels", "y", "--json", "--save", str(tmp_path / "clean.mat")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["choices"] == {"labels": "y"}
    assert found["class_names"] == list("0123456789")
    assert any(reason.startswith("You chose y as the labels") for reason in found["reasons"])
    assert read_dataset(tmp_path / "clean.mat").fingerprint == found["fingerprint"]


def test_a_word_that_is_no_choice_is_refused_in_one_line(tmp_path, capsys):
    path = write(tmp_path, X=ROWS, y=Y)
    with pytest.raises(SystemExit):
        main(["inspect", path, "--ink", "green"])
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["inspect", path, "--images", "Z"]) == 2
    assert "There is no variable Z: choose one of X." in capsys.readouterr().err


def test_a_command_that_trains_on_a_file_without_labels_says_what_it_is_good_for(tmp_path, capsys):
    path = write(tmp_path, X=ROWS)
    assert main(["evaluate", "models/paper", path]) == 2
    assert "digits.mat has no labels: its images can be viewed and read" in capsys.readouterr().err
