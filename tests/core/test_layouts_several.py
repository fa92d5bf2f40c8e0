"""Images and labels, or training and test images, in files of their own."""

import numpy as np
import pytest
from commands import call, call_json
from digits import take_digits
from scipy.io import savemat

from mnist_core.data.layouts import read_dataset
from mnist_core.ground.errors import DataFileError, LayoutError

IMAGES, LABELS = take_digits(200)
ROWS = IMAGES.reshape(200, 784)
Y = LABELS[:, None]


@pytest.fixture
def write(tmp_path):
    def save(name, **variables):
        savemat(tmp_path / name, variables)
        return tmp_path / name

    return save


@pytest.mark.parametrize("is_turned", [False, True])
def test_images_and_labels_of_two_files_come_together_in_either_order(write, is_turned):
    files = [write("images.mat", digits=ROWS), write("labels.mat", labels=np.eye(10, dtype=np.uint8)[LABELS])]
    dataset = read_dataset(files[::-1] if is_turned else files)
    np.testing.assert_array_equal(dataset.images, IMAGES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.name == " + ".join(path.name for path in (files[::-1] if is_turned else files))


@pytest.mark.parametrize("names", [("X", "y", "X", "y"), ("X", "y", "pixels", "classes")])
def test_training_and_test_images_are_told_by_the_names_of_their_files(write, names):
    train = write("mnist-train.mat", **{names[0]: ROWS[:150], names[1]: Y[:150]})
    test = write("mnist-test.mat", **{names[2]: ROWS[150:], names[3]: Y[150:]})
    dataset = read_dataset([train, test])
    np.testing.assert_array_equal(dataset.labels, LABELS)
    np.testing.assert_array_equal(dataset.test_part, np.arange(150, 200))


def test_counts_that_disagree_are_refused_with_both(write):
    files = [write("images.mat", digits=ROWS), write("labels.mat", labels=Y[:150])]
    with pytest.raises(LayoutError, match=r"has 200 images and labels 150 labels"):
        read_dataset(files)


def test_a_file_that_cannot_be_read_is_named(write, tmp_path):
    (tmp_path / "odd.mat").write_bytes(b"7,0,0")
    with pytest.raises(DataFileError, match=r"^odd\.mat must be a \.mat,"):
        read_dataset([write("images.mat", digits=ROWS), tmp_path / "odd.mat"])


def test_commands_take_several_files(write, tmp_path):
    files = [write("images.mat", digits=ROWS), write("labels.mat", labels=Y)]
    assert call_json(tmp_path, "inspect", *files)["n_classes"] == 10
    assert call_json(tmp_path, "evaluate", "paper", *files, "--part", "all")["n"] == 200
    words = [
        "--hidden",
        16,
        8,
        "--activation",
        "tanh",
        "--lr",
        0.01,
        "--max-epochs",
        1,
        "--out",
        tmp_path / "model",
    ]
    assert call(tmp_path, "train", *files, *words, "--json").stdout
