"""Classes beyond the digits, and other sides, all the way from a file to a model that is measured."""

import json

import numpy as np
import pytest
from digits import ROOT, take_digits
from scipy.io import savemat

from mnist_core.cli import main
from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.models import load_model
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search.messages import MessageListener
from mnist_core.search.order import SearchOrder
from mnist_core.search.searching import search

NAMES = "0123456789AB"
SAMPLE = ROOT / "mnist_core/data/builtin/mnist_sample.mat"


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """Write a file of EMNIST's form, of 20 x 20 pixels, in which mirrored sevens are As and threes are Bs."""
    images, labels = take_digits(1200)
    images = images[:, 4:24, 4:24].copy()
    for digit, letter in ((7, 10), (3, 11)):
        places = np.flatnonzero(labels == digit)[::2]
        images[places] = images[places, :, ::-1]
        labels[places] = letter
    rows = np.round(images * 255).astype(np.uint8).swapaxes(1, 2).reshape(1200, 400)
    train, test = ({"images": rows[a:b], "labels": labels[a:b, None]} for a, b in ((0, 1000), (1000, 1200)))
    mapping = np.array([[label, ord(name)] for label, name in enumerate(NAMES)])
    path = tmp_path_factory.mktemp("letters") / "letters.mat"
    savemat(path, {"dataset": {"train": train, "test": test, "mapping": mapping}})
    return path


@pytest.fixture(scope="module")
def model(letters, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "letters"
    words = ["train", letters, "--hidden", 24, 12, "--activation", "relu", "--lr", 0.01, "--max-epochs", 8]
    assert main([*map(str, words), "--out", str(out)]) == 0
    return load_model(out)


def evaluate(capsys, *words):
    code = main(["evaluate", *map(str, words), "--json"])
    said = capsys.readouterr()
    return json.loads(said.out) if code == 0 else said.err


def test_a_network_has_an_output_for_each_class_and_an_input_for_each_pixel(model):
    assert model.info.class_names == tuple(NAMES)
    assert (model.info.n_classes, model.info.side) == (12, 20)
    assert (model.network.output.out_features, model.network.hidden1.in_features) == (12, 400)
    assert (model.info.data.n_train, model.info.data.n_test) == (1000, 200)
    assert model.info.test.accuracy > 0.6


def test_it_is_measured_on_the_files_own_test_images(model, letters, capsys):
    found = evaluate(capsys, model.folder, letters)
    assert (found["n"], found["class_names"]) == (200, list(NAMES))
    assert found["accuracy"] == model.info.test.accuracy


def test_it_reads_digits_of_another_side_by_the_names_of_its_classes(model, capsys):
    found = evaluate(capsys, model.folder, SAMPLE)
    assert (found["brought_from_side"], found["class_names"]) == (28, list(NAMES))
    assert np.sum(found["confusion"], axis=1).tolist()[10:] == [0, 0]
    assert found["accuracy"] > 0.15


def test_a_model_of_digits_says_which_classes_it_does_not_know(letters, capsys):
    assert "but letters.mat has images of A, B: choose another data set or another model" in evaluate(
        capsys, "paper", letters
    )


def test_a_search_follows_the_classes_and_the_side_of_its_data(letters, tmp_path):
    dataset = keep_dataset(read_dataset(letters), tmp_path / "d")
    grid = Grid((0.01,), (12,), (8,), (Activation.RELU, Activation.TANH))
    plan = SearchPlan(grid, Recipe(max_epochs=2), cv=2, limit=400)
    with MessageListener(lambda _: None) as sender:
        folders = (tmp_path / name for name in "dmrct")
        search(SearchOrder(plan, dataset.fingerprint, *folders, sender=sender), None, lambda: False)
    winner = load_model(tmp_path / "m")
    assert (winner.info.class_names, winner.info.side, winner.info.recipe.n_classes) == (tuple(NAMES), 20, 12)
    assert (winner.info.data.n_train, winner.info.data.n_test) == (400, 200)
