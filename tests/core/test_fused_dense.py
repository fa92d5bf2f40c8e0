"""The stack of batched products, on torch's own processor device, against skorch and the compiled passes."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from digits import make_digits
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

from mnist_core.data.dataset import split_inner
from mnist_core.engines.fused import Trainer, collect_ink, prepare_ink, score
from mnist_core.engines.fused.compiled_stack import CompiledDevice
from mnist_core.engines.fused.conversion import make_network, start_training
from mnist_core.engines.fused.dense import TorchDevice
from mnist_core.engines.fused.device import choose_device
from mnist_core.engines.fused.fold_ink import Fit
from mnist_core.engines.skorch_classifier import train_network as train_by_skorch
from mnist_core.ground.errors import DeviceError
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.history import find_kept_epoch
from mnist_core.network.recipe import Recipe

SHAPES = ((24, 12), (48, 48), (96, 24), (7, 3), (30, 50))
_HOSTS = ("aten._local_scalar_dense.default", "aten._to_copy.default", "aten.lift_fresh.default")  # waits
TOLERANCE = {0.001: 5e-5, 0.01: 5e-3}  # as in test_fused, for the same reasons


@pytest.fixture(scope="module")
def digits():
    return make_digits(300)


def start_all(candidates, recipe, *, recipes=None, n_pixels=784):
    recipes = recipes or [recipe] * len(candidates)
    pairs = zip(candidates, recipes, strict=True)
    return [start_training(candidate, one, n_pixels, one.n_classes) for candidate, one in pairs]


def prepare(images, labels, recipe):
    return prepare_ink(images, labels, *split_inner(labels, recipe.inner_folds), recipe)


class _Calls(TorchDispatchMode):
    """Notes what torch is told to do, and with which numbers of the host."""

    def __init__(self):
        super().__init__()
        self.made = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        numbers = tree_map(lambda value: None if isinstance(value, torch.Tensor) else value, (args, kwargs))
        self.made.append((str(function), str(numbers)))
        return function(*args, **(kwargs or {}))


def train(trainings, images, labels, device, n_rounds=None):
    trainer = Trainer(trainings, prepare(images, labels, trainings[0].recipe), device)
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
    device, ink = TorchDevice("cpu"), prepare(*digits, recipe)

    trainings = train(start_all(candidates, recipe), *digits, device)

    stacks = device.choose_stacks([Fit(training, ink) for training in start_all(candidates, recipe)])
    assert max(map(len, stacks)) == 4 * len(Activation)
    for training in trainings:
        assert_as_skorch(training, *digits, TOLERANCE[lr])


def test_networks_of_several_folds_are_one_stack_and_have_the_weights_of_skorch():
    recipe = Recipe(max_epochs=2, batch_size=50)
    folds = [make_digits(n, seed=seed) for seed, n in enumerate((300, 290, 260))]  # last batches of 40, 32, 8
    noisy = replace(recipe, input_noise=0.1)
    recipes, candidates = [recipe, noisy, recipe], [Candidate(0.001, 24, 12, one) for one in Activation]
    device = TorchDevice("cpu")
    inks = [prepare(*fold, one) for fold, one in zip(folds, recipes, strict=True)]
    trainings = [start_all(candidates[place:], one) for place, one in enumerate(recipes)]
    fits = [Fit(one, ink) for ink, those in zip(inks, trainings, strict=True) for one in those]

    trainer = Trainer(*zip(*fits, strict=True), device)
    while not trainer.is_over:
        trainer.train_round()

    assert len(device.choose_stacks(fits)) == 1
    for fold, those in zip(folds, trainings, strict=True):
        for training in those:
            assert_as_skorch(training, *fold, 5e-5)


@pytest.mark.parametrize(("optimizer", "momentum"), [("adam", 0.0), ("nesterov", 0.9)])
def test_all_steps_are_the_same_calls_so_that_a_graph_of_one_can_be_repeated(digits, optimizer, momentum):
    recipe = Recipe(max_epochs=1, batch_size=50, optimizer=optimizer, momentum=momentum, input_dropout=0.2)
    fit = Fit(start_all([Candidate(0.001, 24, 12, Activation.TANH)], recipe)[0], prepare(*digits, recipe))
    stack, batches = TorchDevice("cpu").pack([fit.training]), fit.ink.draw(1)
    stack.train_epoch([batches])  # brings the images to the device

    with _Calls() as calls:
        stack.train_epoch([batches])

    # What leads to the first step, then steps that begin with the five of taking images, then the sums.
    begins = [at for at, (name, _) in enumerate(calls.made) if name == "aten.index_select.default"][::5]
    steps = [calls.made[a:b] for a, b in pairwise(begins)]
    assert len(begins) == 5
    assert all(step == steps[0] for step in steps)
    assert not any(name in _HOSTS for name, _ in steps[0])


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
