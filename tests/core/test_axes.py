"""What a network may be and how it may be trained: every axis, in both engines, and side by side."""

import json

import numpy as np
import pytest
import torch
from digits import make_digits

from mnist_core.engines.fused.alone import train_networks
from mnist_core.engines.skorch_classifier import train_network as train_by_skorch
from mnist_core.ground.errors import GridError
from mnist_core.insight.fields.jacobians import digit_jacobians, image_gradients, mean_jacobian
from mnist_core.insight.fields.products import carried_biases, receptive_fields
from mnist_core.insight.fields.unit_facts import to_activations
from mnist_core.insight.operate.plain_weights import take_weights
from mnist_core.insight.projection.trace import trace_image
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search.estimators.classifier import NetworkClassifier
from mnist_core.search.estimators.grid_search import GridSearch

KINDS = {
    "one layer": ((40,), Activation.TANH, 0.001, {}),
    "three layers": ((40, 20, 17), Activation.RELU, 0.001, {}),
    "linear": ((40, 20), Activation.LINEAR, 0.001, {}),
    "sgd": ((40, 20), Activation.TANH, 0.1, {"optimizer": "sgd"}),
    "momentum": ((40, 20, 12), Activation.SIGMOID, 0.05, {"optimizer": "sgd", "momentum": 0.9}),
    "nesterov": ((33,), Activation.TANH, 0.05, {"optimizer": "nesterov", "momentum": 0.9}),
    "sgd, decay": ((33, 20), Activation.TANH, 0.05, {"optimizer": "sgd", "weight_decay": 0.01}),
    "batch": ((33, 20), Activation.RELU, 0.05, {"optimizer": "sgd", "batch_size": 32}),
    "seed": ((24, 12), Activation.TANH, 0.001, {"seed": 3}),
    "dropout": ((24, 12, 12), Activation.TANH, 0.001, {"input_dropout": 0.2}),
    "square": ((40, 20), Activation.SQUARE, 0.001, {"weight_decay": 0.001}),
    "noise": ((24,), Activation.LINEAR, 0.01, {"input_noise": 0.1, "optimizer": "sgd"}),
}
MIXED = {
    "lr": [0.01],
    "hidden": [[16], [16, 12], [16, 12, 10]],
    "activation": ["tanh", "linear"],
    "batch_size": [16, 50],
    "optimizer": ["adam", "sgd"],
    "momentum": [0.5],
}


def make_kind(hidden, activation, lr, settings):
    return Candidate.make(lr, hidden, activation), Recipe(max_epochs=3, **settings)


@pytest.mark.parametrize("device", ["compiled", "cpu"])
def test_networks_of_every_kind_side_by_side_are_those_of_skorch(monkeypatch, device):
    monkeypatch.setenv("MNIST_LAB_DEVICE", device)
    images, labels = make_digits(300)
    kinds = [make_kind(*kind) for kind in KINDS.values()]

    trained = train_networks(images, labels, kinds)

    for name, kind, (network, history) in zip(KINDS, kinds, trained, strict=True):
        expected, its_history = train_by_skorch(images, labels, *kind)
        weights = zip(network.state_dict().values(), expected.state_dict().values(), strict=True)
        assert max(float((a - b).abs().max()) for a, b in weights) < 2e-4, name
        losses = [[record.valid_loss for record in one] for one in (history, its_history)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-4), name


@pytest.mark.parametrize("engine", ["fused", "sklearn"])
def test_a_search_over_layers_batches_and_optimizers_has_the_results_of_each_network_alone(engine):
    images, labels = make_digits(150)
    search = GridSearch(MIXED, engine=engine, cv=2, max_epochs=2).fit(images, labels)

    found = search.cv_results_
    assert len(found["params"]) == 3 * 2 * 2 * 2
    for place in range(0, 24, 5):
        params = found["params"][place]
        alone = NetworkClassifier(**params, max_epochs=2).fit(images[75:], labels[75:])
        if engine == "fused":
            again = GridSearch(
                {key: [value] for key, value in params.items()}, cv=2, max_epochs=2, refit=False
            ).fit(images, labels)
            assert again.cv_results_["mean_test_score"][0] == found["mean_test_score"][place]
        assert alone.network_.hidden1.out_features == 16
    is_adam = [params["optimizer"] == "adam" for params in found["params"]]
    np.testing.assert_array_equal(found["param_momentum"].mask, is_adam)
    assert search.best_estimator_.predict(images[:3]).shape == (3,)


def test_both_engines_score_a_mixed_search_alike():
    images, labels = make_digits(150)
    fused, reference = (
        GridSearch(MIXED, engine=engine, cv=2, max_epochs=2, refit=False).fit(images, labels).cv_results_
        for engine in ("fused", "sklearn")
    )
    assert fused["params"] == reference["params"]
    np.testing.assert_allclose(fused["mean_test_score"], reference["mean_test_score"], atol=0.03)


def test_a_mixed_search_goes_on_from_its_checkpoints_bit_by_bit(tmp_path):
    images, labels = make_digits(150)
    settings = {"cv": 2, "max_epochs": 4, "refit": False}
    whole = GridSearch(MIXED, **settings).fit(images, labels).cv_results_

    class StoppedError(Exception):
        pass

    def stop(word, items):
        if word == "fits":
            raise StoppedError

    with pytest.raises(StoppedError):
        GridSearch(MIXED, **settings, checkpoint_folder=tmp_path, report=stop).fit(images, labels)
    resumed = GridSearch(MIXED, **settings, checkpoint_folder=tmp_path).fit(images, labels).cv_results_

    np.testing.assert_array_equal(whole["split0_test_score"], resumed["split0_test_score"])
    np.testing.assert_array_equal(whole["split1_test_score"], resumed["split1_test_score"])


def test_the_paper_s_grid_keeps_its_form_and_its_order():
    assert list(PAPER_GRID.values()) == ["lr", "hidden1", "hidden2", "activation"]
    assert PAPER_GRID.candidates()[1].params() == {
        "lr": 0.01,
        "hidden1": 24,
        "hidden2": 12,
        "activation": "sigmoid",
    }


def test_a_grid_of_any_axes_comes_back_from_its_json():
    plan = SearchPlan(grid=Grid.from_values(MIXED))
    assert SearchPlan.from_values(json.loads(json.dumps(plan.values()))) == plan


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"momentum": [0.5]}, "momentum is for the optimizers sgd and nesterov"),
        ({"optimizer": ["nesterov"]}, "nesterov needs a momentum"),
        ({"optimizer": ["rmsprop"]}, "must be one of adam, sgd, nesterov"),
        ({"hidden": [[1, 2, 3, 4]]}, "1 to 3 hidden layers"),
        ({"hidden": [[]]}, "1 to 3 hidden layers"),
        ({"hidden": [96]}, "1 to 3 hidden layers"),
        ({"batch_size": [[1]]}, "must be a list of numbers"),
        ({"batch_size": [0]}, "batch_size must be a whole number"),
        ({"seed": ["a"]}, "seed must be a list of numbers"),
        ({"seed": list(range(10_001))}, "may have 10,000 candidates, but this one has 10,001"),
        ({"depth": [2]}, "but this one has depth"),
    ],
)
def test_axes_that_cannot_be_used_are_refused_in_a_sentence(values, sentence):
    usual = {"lr": [0.01], "hidden": [[16]], "activation": ["tanh"]}
    with pytest.raises(GridError, match=sentence):
        SearchPlan(grid=Grid.from_values(usual | values))


@pytest.fixture(params=[(9,), (9, 8, 7)], ids=["one layer", "three layers"])
def network(request):
    torch.manual_seed(0)
    return MLP.of(Candidate.make(0.1, request.param, Activation.TANH), 36, 4).eval()


@pytest.fixture
def images():
    return np.random.default_rng(0).random((20, 6, 6), dtype=np.float32)


def test_fields_are_the_products_of_all_weights_below(network):
    product = np.eye(36, dtype=np.float32)
    bias = np.zeros(36, np.float32)
    for name, layer in network.layers.items():
        weights = layer.weight.detach().numpy()
        product, bias = weights @ product, weights @ bias + layer.bias.detach().numpy()
        np.testing.assert_allclose(receptive_fields(network, name).reshape(product.shape), product, atol=1e-5)
        np.testing.assert_allclose(carried_biases(network, name), bias, atol=1e-5)


def find_jacobian(network, layer, image):
    found = torch.autograd.functional.jacobian(
        lambda one: network.pre_activations(one[None])[layer][0], torch.tensor(image)
    )
    return found.numpy()


def test_jacobians_are_those_that_torch_finds(network, images):
    for name, layer in network.layers.items():
        exact = np.stack([find_jacobian(network, name, image) for image in images])
        np.testing.assert_allclose(mean_jacobian(network, name, images), exact.mean(axis=0), atol=1e-5)
        units = np.arange(20) % layer.out_features
        gradients = image_gradients(network, name, images, units.astype(np.int64))
        np.testing.assert_allclose(gradients, exact[np.arange(20), units], atol=1e-5)
        assert digit_jacobians(network, name, images).shape == (4, layer.out_features, 6, 6)


def test_a_trace_goes_down_to_the_first_layer(network, images):
    trace = trace_image(network, images[0])
    assert list(trace.links) == list(network.hidden_names)
    assert {link.target for link in trace.links[network.hidden_names[-1]]} == {trace.guess}


def test_plain_weights_are_the_network(network, images):
    weights = take_weights(network)
    first = to_activations(network, "hidden1", weights.first_sums(images.reshape(20, -1)))
    expected = network(torch.tensor(images)).detach().numpy()
    np.testing.assert_allclose(weights.finish(first), expected, atol=1e-5)
    again = weights.to_network()(torch.tensor(images)).detach().numpy()
    np.testing.assert_allclose(again, expected, atol=1e-6)
