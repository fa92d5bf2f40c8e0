"""The stack of batched products, on torch's own processor device, against skorch and the compiled passes."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from digits import make_digits

from mnist_core.data.dataset import split_inner
from mnist_core.engines.fused import Trainer, collect_ink, prepare_ink, score
from mnist_core.engines.fused.compiled_stack import CompiledDevice
from mnist_core.engines.fused.conversion import make_network, start_training
from mnist_core.engines.fused.dense import TorchDevice
from mnist_core.engines.fused.device import choose_device
from mnist_core.engines.skorch_classifier import train_network as train_by_skorch
from mnist_core.ground.errors import DeviceError
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.history import find_kept_epoch
from mnist_core.network.recipe import Recipe

SHAPES = ((24, 12), (48, 48), (96, 24), (7, 3), (30, 50))
TOLERANCE = {0.001: 5e-5, 0.01: 5e-3}  # as in test_fused, for the same reasons


@pytest.fixture(scope="module")
def digits():
    return make_digits(300)


def start_all(candidates, recipe, *, recipes=None, n_pixels=784):
    recipes = recipes or [recipe] * len(candidates)
    pairs = zip(candidates, recipes, strict=True)
    return [start_training(candidate, one, n_pixels, one.n_classes) for candidate, one in pairs]


def train(trainings, images, labels, device, n_rounds=None):
    recipe = trainings[0].recipe
    ink = prepare_ink(images, labels, *split_inner(labels, recipe.inner_folds), recipe)
    trainer = Trainer(trainings, ink, device)
    while not trainer.is_over and n_rounds != 0:
        trainer.train_round()
        n_rounds = None if n_rounds is None else n_rounds - 1
    trainer.write_back()
    return trainings


def largest_difference(a, b):
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return max(float((x - y).abs().max()) for x, y in pairs)


def assert_as_skorch(training, images, labels, tolerance):
    network, history = train_by_skorch(images, labels, training.candidate, training.recipe)
    assert largest_difference(make_network(training, training.recipe.n_classes), network) < tolerance
    for mine, theirs in zip(training.history, history, strict=True):
        assert mine.train_loss == pytest.approx(theirs.train_loss, abs=20 * tolerance)
        assert mine.valid_loss == pytest.approx(theirs.valid_loss, abs=20 * tolerance)
        assert mine.valid_accuracy == pytest.approx(theirs.valid_accuracy, abs=0.02)


def test_the_device_is_chosen_by_what_is_there():
    expected = TorchDevice if torch.cuda.is_available() else CompiledDevice

    assert isinstance(choose_device({}), expected)


def test_a_setting_names_another_device():
    assert isinstance(choose_device({"MNIST_LAB_DEVICE": "compiled"}), CompiledDevice)
    assert choose_device({"MNIST_LAB_DEVICE": "cpu"}).device == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda:99", "abacus"])
def test_a_device_that_is_not_there_is_refused_with_its_name(name):
    with pytest.raises(DeviceError, match=f"but is {name} "):
        choose_device({"MNIST_LAB_DEVICE": name})


@pytest.mark.parametrize("lr", TOLERANCE)
def test_networks_of_all_shapes_and_activations_in_one_stack_have_the_weights_of_skorch(digits, lr):
    candidates = [Candidate(lr, *shape, activation) for shape in SHAPES for activation in Activation]
    recipe = Recipe(max_epochs=2, batch_size=50)
    device = TorchDevice("cpu")

    trainings = train(start_all(candidates, recipe), *digits, device)

    assert max(len(stack) for stack in device.choose_stacks(start_all(candidates, recipe))) == 4 * len(
        Activation
    )
    for training in trainings:
        assert_as_skorch(training, *digits, TOLERANCE[lr])


@pytest.mark.parametrize(
    "changes",
    [{"weight_decay": 0.01}, {"input_dropout": 0.3}, {"input_noise": 0.1}, {"batch_size": 7}],
    ids=str,
)
def test_every_recipe_gives_the_weights_of_skorch(digits, changes):
    recipe = Recipe(**{"max_epochs": 2, "batch_size": 50, **changes})
    candidates = [Candidate(0.001, 24, 12, activation) for activation in Activation]

    for training in train(start_all(candidates, recipe), *digits, TorchDevice("cpu")):
        assert_as_skorch(training, *digits, 5e-5)


def test_each_network_has_its_own_weight_decay_and_patience(digits):
    candidate, recipe = Candidate(0.001, 24, 12, Activation.TANH), Recipe(max_epochs=3)
    recipes = [recipe, replace(recipe, weight_decay=0.01), replace(recipe, max_epochs=1, seed=4)]

    trainings = train(start_all([candidate] * 3, recipe, recipes=recipes), *digits, TorchDevice("cpu"))

    assert [len(training.history) for training in trainings] == [3, 3, 1]
    for training in trainings:
        assert_as_skorch(training, *digits, 5e-5)


def test_networks_of_many_classes_have_the_weights_of_skorch():
    columns = np.random.default_rng(0).uniform(size=(320, 50)).astype(np.float32)
    labels = np.arange(320, dtype=np.int64) % 47
    recipe = Recipe(max_epochs=2, n_classes=47)
    candidate = Candidate(0.001, 24, 12, Activation.RELU)

    [training] = train(start_all([candidate], recipe, n_pixels=50), columns, labels, TorchDevice("cpu"))

    assert_as_skorch(training, columns, labels, 5e-5)


def test_networks_that_stop_leave_the_stack_at_the_epoch_of_skorch():
    images, labels = make_digits(400)
    labels = np.random.default_rng(0).permutation(labels)  # nothing to learn: they stop at different epochs
    candidates = [Candidate(lr, 24, 12, Activation.TANH) for lr in (0.01, 0.005, 0.001)]
    recipe = Recipe(max_epochs=40)

    trainings = train(start_all(candidates, recipe), images, labels, TorchDevice("cpu"))

    assert len({len(training.history) for training in trainings}) > 1
    for training in trainings:
        _, history = train_by_skorch(images, labels, training.candidate, recipe)
        assert len(training.history) == len(history)


def test_networks_that_keep_the_best_return_to_it():
    images, labels = make_digits(400)
    labels = np.random.default_rng(0).permutation(labels)
    candidates = [Candidate(lr, 24, 12, Activation.TANH) for lr in (0.01, 0.005)]
    recipe = Recipe(keep="best")

    for training in train(start_all(candidates, recipe), images, labels, TorchDevice("cpu")):
        best = find_kept_epoch(training.history, recipe)
        ends_there = start_all([training.candidate], Recipe(max_epochs=best))
        [expected] = train(ends_there, images, labels, TorchDevice("cpu"))
        assert best < len(training.history)
        assert largest_difference(make_network(training, 10), make_network(expected, 10)) < 1e-4


@pytest.mark.parametrize("activation", Activation)
def test_a_network_that_overflows_does_not_harm_its_neighbours(digits, activation):
    recipe = Recipe(max_epochs=2)
    candidates = [Candidate(0.001, 24, 12, activation), Candidate(0.001, 20, 12, activation)]
    trainings = start_all(candidates, recipe)
    trainings[1].first[0] = np.nan

    train(trainings, *digits, TorchDevice("cpu"))

    assert_as_skorch(trainings[0], *digits, 5e-5)
    assert np.isnan(trainings[1].history[-1].valid_loss)


@pytest.mark.parametrize("is_dense_first", [True, False])
def test_a_training_goes_on_on_another_device(digits, is_dense_first):
    candidates = [Candidate(0.001, 24, 12, activation) for activation in Activation]
    recipe = Recipe(max_epochs=4, weight_decay=1e-3)
    devices = [TorchDevice("cpu"), CompiledDevice()]
    first, second = devices if is_dense_first else devices[::-1]

    trainings = start_all(candidates, recipe)
    train(trainings, *digits, first, n_rounds=2)
    train(trainings, *digits, second)

    for training in trainings:
        assert_as_skorch(training, *digits, 5e-5)


def test_scores_are_those_of_the_compiled_passes(digits):
    images, labels = digits
    candidates = [Candidate(0.01, 24, 12, activation) for activation in Activation]
    trainings = train(start_all(candidates, Recipe(max_epochs=3)), images, labels, CompiledDevice())
    ink = collect_ink(images, labels)

    scores = [score(trainings, ink, device) for device in (TorchDevice("cpu"), CompiledDevice())]

    np.testing.assert_allclose(*scores, atol=0.005)
