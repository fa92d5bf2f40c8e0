"""Networks of squares: trained with units of each class's own, and taken apart into pictures."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from commands import call, call_json
from digits import make_digits, take_digits, write_mat

from mnist_core.engines.fused.alone import train_network
from mnist_core.engines.skorch_classifier import train_network as train_by_skorch
from mnist_core.ground.errors import GridError, ModelError
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import read_logits
from mnist_core.insight.fields.eigenpictures import find_eigenpictures, measure_pictures
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.models import load_model
from mnist_core.network.recipe import EXACT
from mnist_core.training.exact import count_pictures, train_exact

CANDIDATE = Candidate(0.001, 30, None, Activation.SQUARE)
SHORT = replace(EXACT, max_epochs=2)
SEVEN = {"strokes": [[[40, 40], [160, 40], [90, 180]]], "label": 7}


@pytest.fixture(scope="module")
def exact():
    return load_model(SHIPPED_MODELS / "exact")


def make_squares(n_units=24, n_inputs=784, n_classes=10):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return MLP(n_units, None, Activation.SQUARE, n_inputs, n_classes).eval()


def join(whole):
    """Join the pictures of each class with their shifts, as vectors."""
    return np.concatenate([whole.pictures.reshape(*whole.shifts.shape, -1), whole.shifts[..., None]], axis=2)


@pytest.mark.parametrize("shape", [(24, 784, 10), (40, 25, 3)])
def test_the_parts_of_all_pictures_add_up_to_the_logits(shape):
    network, side = make_squares(*shape), int(shape[1] ** 0.5)
    images = np.random.default_rng(0).random((50, side, side), dtype=np.float32)

    whole = find_eigenpictures(network)

    np.testing.assert_allclose(whole.add_up(images), read_logits(network, images), atol=1e-4)
    assert whole.strengths.shape == (shape[2], min(shape[0], shape[1] + 1))


def test_pictures_of_a_class_are_eigenvectors_of_the_form_that_its_logit_is():
    network = make_squares(6, 25, 3)
    rows = np.column_stack([network.hidden1.weight.detach(), network.hidden1.bias.detach()]).astype(float)

    whole = find_eigenpictures(network)

    for weights, strengths, vectors in zip(
        network.output.weight.detach().numpy(), whole.strengths, join(whole), strict=True
    ):
        np.testing.assert_allclose(vectors @ vectors.T, np.eye(len(vectors)), atol=1e-9)
        np.testing.assert_allclose((rows.T * weights) @ rows @ vectors.T, strengths * vectors.T, atol=1e-7)
        assert (np.diff(np.abs(strengths)) <= 0).all()


def test_only_one_layer_of_squares_is_a_sum_of_pictures():
    for network in (MLP(8, None, "relu"), MLP(8, 6, "square")):
        assert measure_pictures(network, *make_digits(20)) is None
        with pytest.raises(ModelError, match="one hidden layer of squares"):
            find_eigenpictures(network)


@pytest.mark.parametrize("device", ["compiled", "cpu"])
def test_units_of_a_classs_own_speak_to_no_other_class(monkeypatch, device):
    monkeypatch.setenv("MNIST_LAB_DEVICE", device)

    network, _ = train_network(*make_digits(300), CANDIDATE, SHORT)

    owners = (network.output.weight != 0).int().argmax(dim=0)
    assert owners.tolist() == [unit // 3 for unit in range(30)]
    assert (network.output.weight != 0).sum() == 30
    assert find_eigenpictures(network).counts == (3,) * 10


def test_both_devices_train_the_same_and_one_trains_the_same_bits_again(monkeypatch):
    digits = make_digits(300)
    trained = [train_network(*digits, CANDIDATE, SHORT)[0].state_dict() for _ in range(2)]
    monkeypatch.setenv("MNIST_LAB_DEVICE", "cpu")
    other = train_network(*digits, CANDIDATE, SHORT)[0].state_dict()

    assert all(torch.equal(one, trained[1][name]) for name, one in trained[0].items())
    assert max(float((one - other[name]).abs().max()) for name, one in trained[0].items()) < 2e-4


def test_skorch_does_not_pretend_to_train_units_of_a_classs_own():
    with pytest.raises(GridError, match="engine fused"):
        train_by_skorch(*make_digits(100), CANDIDATE, SHORT)


def test_the_shipped_model_is_at_most_five_pictures_a_digit(exact):
    images, labels = take_digits(2000)

    whole, facts = find_eigenpictures(exact.network), exact.info.pictures
    logits = read_logits(exact.network, images)

    assert exact.network.n_parameters <= 77_938
    assert exact.info.test.accuracy >= 0.971
    assert max(whole.counts) <= 5
    assert min(facts.r2) >= 0.95
    assert facts.accuracy >= 0.96
    assert np.abs(whole.add_up(images) - logits).max() < 1e-4
    assert (whole.add_up(images).argmax(axis=1) == labels).mean() >= 0.96


def test_the_command_says_what_each_picture_said_of_a_drawing(tmp_path):
    strokes = tmp_path / "seven.json"
    strokes.write_text(json.dumps([SEVEN]))

    document = call_json(tmp_path, "pictures", "exact", strokes, "--out", tmp_path / "out")

    (item,) = document["inputs"]
    assert item["digit"] == 7
    sums = np.sum(item["parts"], axis=1) + item["biases"]
    np.testing.assert_allclose(sums, item["logits"], atol=1e-9)
    with np.load(tmp_path / "out" / "pictures.npz") as arrays:
        assert arrays["pictures"].shape == (10, max(document["n_pictures"]), 28, 28)
    assert "only a network" in call(tmp_path, "pictures", "paper", code=2).stderr.lower()


def test_the_recipe_makes_a_model_whose_card_tells_of_its_pictures(tmp_path):
    data = write_mat(tmp_path / "digits.mat", *make_digits(600))
    words = ["train", data, "--lr", "0.001", "--recipe", "exact", "--max-epochs", "2"]

    refused = call(
        tmp_path, *words, "--hidden", "8", "6", "--activation", "tanh", "--out", tmp_path / "m", code=2
    )
    call(tmp_path, *words, "--hidden", "20", "--activation", "square", "--out", tmp_path / "m")

    assert "--hidden 50 --activation square" in refused.stderr
    model = load_model(tmp_path / "m")
    assert model.info.pictures == measure_again(model, data)
    assert "Its pictures are the network" in (tmp_path / "m" / "README.md").read_text()
    assert "--recipe exact" in model.info.command


def measure_again(model, path):
    from mnist_core.data.dataset import split_dataset
    from mnist_core.data.layouts import read_dataset

    dataset = read_dataset(path)
    test = split_dataset(dataset).test
    return measure_pictures(model.network, dataset.images[test], dataset.labels[test])


@pytest.mark.parametrize(
    ("n_units", "side", "sentence"),
    [(180, 4, "at most 170 units .* 16 pixels, but got 180"), (2060, 28, "at most 2050 units .* got 2060")],
)
def test_more_pictures_than_can_be_trained_are_refused(n_units, side, sentence):
    images, labels = make_digits(100)

    with pytest.raises(GridError, match=sentence):
        train_exact(images[:, :side, :side], labels, replace(CANDIDATE, hidden1=n_units), SHORT)

    fewer = replace(CANDIDATE, hidden1=n_units - 10)
    assert count_pictures(fewer, 10, side**2) == n_units // 10 - 1
