"""The fused engine against the skorch classifier, network by network."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from digits import make_digits

from mnist_core.data.dataset import split_inner
from mnist_core.engines.fused import Trainer, collect_ink, prepare_ink, score
from mnist_core.engines.fused.alone import train_network, train_networks, train_seeds
from mnist_core.engines.fused.conversion import make_network, start_training
from mnist_core.engines.fused.stack import choose_stacks
from mnist_core.engines.skorch_classifier import train_network as train_by_skorch
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_GRID
from mnist_core.network.history import find_kept_epoch
from mnist_core.network.recipe import MOST_CLASSES, Recipe
from mnist_core.search.states import TaskState, read_state, write_state

# The largest difference of a weight after two epochs. Both engines add the same float32 terms in
# another order. Adam divides a gradient by its own size, so that rounding of a gradient near 0 becomes
# a step of up to lr: the tolerance grows with the rate, and lr 0.1 amplifies it from step to step.
TOLERANCE = {0.001: 5e-5, 0.01: 5e-3, 0.1: 2.0}
LOSS_TOLERANCE = {0.001: 1e-5, 0.01: 1e-3, 0.1: 0.2}
# Of a network whose ReLU got a sum within rounding of 0: one engine took its gradient, the other did not. On
# some processors that is one of the 81, as on an Intel Xeon with one thread of torch.
AT_A_KINK = 1e-3


def split_and_prepare(images, labels, recipe):
    train, valid = split_inner(labels, recipe.inner_folds)
    return prepare_ink(images, labels, train, valid, recipe)


def train_fused(candidates, images, labels, recipe):
    ink = split_and_prepare(images, labels, recipe)
    trainings = [start_training(candidate, recipe, ink.n_pixels, 10) for candidate in candidates]
    trainer = Trainer(trainings, ink)
    while not trainer.is_over:
        trainer.train_round()
    return trainings


def largest_difference(a, b):
    return max(
        float((x - y).abs().max())
        for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    )


def test_initial_weights_are_those_that_skorch_draws():
    candidate = Candidate(0.01, 20, 5, Activation.RELU)
    torch.manual_seed(3)
    from mnist_core.network.architecture import MLP

    expected = MLP(20, 5, "relu")

    network = make_network(start_training(candidate, Recipe(seed=3), 784, 10), 10)

    assert largest_difference(network, expected) == 0


@pytest.mark.slow
def test_each_of_81_networks_has_the_weights_that_skorch_gives_it():
    images, labels = make_digits(2000)
    recipe = Recipe(max_epochs=2)

    trainings = train_fused(PAPER_GRID.candidates(), images, labels, recipe)

    at_a_kink = []
    for training in trainings:
        candidate = training.candidate
        network, history = train_by_skorch(images, labels, candidate, recipe)
        if largest_difference(make_network(training, 10), network) >= TOLERANCE[candidate.lr]:
            at_a_kink.append(candidate)
        tolerance = AT_A_KINK if candidate in at_a_kink else LOSS_TOLERANCE[candidate.lr]
        for mine, theirs in zip(training.history, history, strict=True):
            assert mine.valid_loss == pytest.approx(theirs.valid_loss, abs=tolerance), candidate
            assert mine.train_loss == pytest.approx(theirs.train_loss, abs=tolerance), candidate
    assert len(at_a_kink) <= 1, at_a_kink
    assert {candidate.activation for candidate in at_a_kink} <= {Activation.RELU}


def test_networks_that_stop_leave_the_stack_and_the_others_go_on_as_alone():
    images, labels = make_digits(400)
    labels = np.random.default_rng(0).permutation(labels)  # nothing to learn: they stop at different epochs
    candidates = [Candidate(lr, 24, 12, Activation.TANH) for lr in (0.01, 0.005, 0.001)]
    recipe = Recipe(max_epochs=40)

    together = train_fused(candidates, images, labels, recipe)

    assert len({len(training.history) for training in together}) > 1
    for training in together:
        network, history = train_by_skorch(images, labels, training.candidate, recipe)
        assert len(training.history) == len(history)
        assert largest_difference(make_network(training, 10), network) < 0.05


def test_networks_that_keep_the_best_end_with_the_weights_that_skorch_returns_to():
    images, labels = make_digits(400)
    labels = np.random.default_rng(0).permutation(labels)  # nothing to learn: the last epochs are the worst
    candidates = [Candidate(lr, 24, 12, Activation.TANH) for lr in (0.01, 0.005, 0.001)]
    recipe = Recipe(max_epochs=40, keep="best")

    together = train_fused(candidates, images, labels, recipe)

    lasts = train_fused(candidates, images, labels, replace(recipe, keep="last"))
    for training, last in zip(together, lasts, strict=True):
        network, history = train_by_skorch(images, labels, training.candidate, recipe)
        assert [one.valid_loss for one in training.history] == [one.valid_loss for one in last.history]
        assert find_kept_epoch(history, recipe) == find_kept_epoch(training.history, recipe) < len(history)
        difference = largest_difference(make_network(training, 10), network)
        assert difference < largest_difference(make_network(last, 10), network) / 10


def test_the_best_weights_are_those_of_a_training_that_ends_there():
    images, labels = make_digits(400)
    labels = np.random.default_rng(0).permutation(labels)
    candidate, recipe = Candidate(0.01, 24, 12, Activation.RELU), Recipe(keep="best", patience=5)

    network, history = train_network(images, labels, candidate, recipe)

    best = find_kept_epoch(history, recipe)
    ends_there, _ = train_network(images, labels, candidate, Recipe(max_epochs=best))
    assert best < len(history)
    assert largest_difference(network, ends_there) == 0


@pytest.mark.parametrize("activation", Activation)
def test_a_network_that_overflows_does_not_harm_its_neighbours(activation):
    images, labels = make_digits(300)
    calm, wild = (Candidate(lr, 24, 12, activation) for lr in (0.001, 10.0))
    recipe = Recipe(max_epochs=3)
    ink = split_and_prepare(images, labels, recipe)
    trainings = [start_training(candidate, recipe, 784, 10) for candidate in (calm, wild)]
    trainings[1].first[0] = np.nan

    assert len(choose_stacks(trainings)) == 1
    trainer = Trainer(trainings, ink)
    while not trainer.is_over:
        trainer.train_round()

    alone = train_network(images, labels, calm, recipe)[0]
    assert largest_difference(make_network(trainings[0], 10), alone) == 0
    assert np.isnan(trainings[1].history[-1].valid_loss)


def test_a_stacked_network_is_bit_by_bit_the_one_trained_alone():
    images, labels = make_digits(500)
    candidates = [Candidate(0.001, h1, h2, Activation.TANH) for h1, h2 in ((96, 24), (24, 48), (7, 3))]
    recipe = Recipe(max_epochs=2)

    together = train_fused(candidates, images, labels, recipe)

    for training in together:
        alone = train_network(images, labels, training.candidate, recipe)[0]
        assert largest_difference(make_network(training, 10), alone) == 0


@pytest.mark.parametrize(("hidden1", "hidden2"), [(1, 1), (17, 33), (300, 200)])
def test_layers_of_any_width_agree_with_skorch(hidden1, hidden2):
    images, labels = make_digits(300)
    candidate = Candidate(0.001, hidden1, hidden2, Activation.SIGMOID)
    recipe = Recipe(max_epochs=2, batch_size=50)

    network, _ = train_network(images, labels, candidate, recipe)

    assert largest_difference(network, train_by_skorch(images, labels, candidate, recipe)[0]) < 5e-5


def test_images_without_zeros_agree_with_skorch():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(300, 28, 28)).astype(np.float32)
    labels = np.arange(300, dtype=np.int64) % 10
    candidate = Candidate(0.001, 24, 12, Activation.TANH)
    recipe = Recipe(max_epochs=2)

    network, _ = train_network(images, labels, candidate, recipe)

    assert largest_difference(network, train_by_skorch(images, labels, candidate, recipe)[0]) < 5e-5


def test_scores_are_the_share_of_images_read_right():
    images, labels = make_digits(400)
    recipe = Recipe(max_epochs=3)
    trainings = train_fused([Candidate(0.01, 24, 12, Activation.TANH)], images, labels, recipe)

    (accuracy,) = score(trainings, collect_ink(images, labels))

    _, guesses = make_network(trainings[0], 10)(torch.from_numpy(images), guess=True)
    assert accuracy == (guesses.numpy() == labels).mean()


@pytest.mark.parametrize(
    "candidate", [Candidate(0.01, 24, 12, Activation.TANH), Candidate(0.01, 96, 24, Activation.RELU)], ids=str
)
def test_each_of_many_seeds_gives_bit_by_bit_the_network_that_it_gives_alone(candidate):
    images, labels = make_digits(400)
    recipe = Recipe(max_epochs=12, patience=1)
    seeds = [7, 0, 123, 4, 5]

    together = train_seeds(images, labels, candidate, recipe, seeds)

    assert len(together) == len(seeds)
    for seed, (network, history) in zip(seeds, together, strict=True):
        alone, its_history = train_network(images, labels, candidate, replace(recipe, seed=seed))
        assert largest_difference(network, alone) == 0
        assert [epoch.valid_loss for epoch in history] == [epoch.valid_loss for epoch in its_history]


def test_every_epoch_of_every_seed_is_reported():
    images, labels = make_digits(300)
    told = []

    trained = train_seeds(
        images,
        labels,
        Candidate(0.001, 12, 6, Activation.RELU),
        Recipe(max_epochs=3),
        [2, 1],
        lambda seed, epoch: told.append((seed, epoch)),
    )

    for seed, (_, history) in zip([2, 1], trained, strict=True):
        assert tuple(epoch for one, epoch in told if one == seed) == history


def test_no_seeds_give_no_networks():
    images, labels = make_digits(300)

    assert train_seeds(images, labels, Candidate(0.001, 12, 6, Activation.RELU), Recipe(), []) == []


@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("decay", [1e-4, 0.1])
def test_weights_decay_as_skorch_lets_them(activation, decay):
    images, labels = make_digits(400)
    candidate = Candidate(0.001, 24, 12, activation)
    recipe = Recipe(max_epochs=4, weight_decay=decay, batch_size=50)

    network, history = train_network(images, labels, candidate, recipe)

    expected, their_history = train_by_skorch(images, labels, candidate, recipe)
    assert largest_difference(network, expected) < 5e-5
    assert history[-1].valid_loss == pytest.approx(their_history[-1].valid_loss, abs=1e-5)
    blank = torch.from_numpy(images.reshape(400, -1).max(axis=0) == 0)
    at_first = make_network(start_training(candidate, recipe, 784, 10), 10).hidden1.weight[:, blank]
    assert blank.sum() > 100
    assert (network.hidden1.weight[:, blank].abs() < at_first.abs()).float().mean() > 0.9


def test_networks_of_any_kinds_train_side_by_side_as_each_alone():
    images, labels = make_digits(400)
    narrow, wide = Candidate(0.001, 24, 12, Activation.TANH), Candidate(0.01, 48, 12, Activation.RELU)
    recipe = Recipe(max_epochs=6, patience=2)
    kinds = [
        (narrow, recipe),
        (narrow, replace(recipe, weight_decay=0.01, seed=3)),
        (wide, replace(recipe, weight_decay=0.001, patience=1)),
        (narrow, replace(recipe, input_dropout=0.3)),
        (wide, replace(recipe, input_dropout=0.3, input_noise=0.1, weight_decay=1e-4)),
        (narrow, replace(recipe, batch_size=50, max_epochs=2)),
    ]
    told = []

    together = train_networks(images, labels, kinds, lambda number, epoch: told.append((number, epoch)))

    for number, (kind, (network, history)) in enumerate(zip(kinds, together, strict=True)):
        alone, its_history = train_network(images, labels, *kind)
        assert largest_difference(network, alone) == 0, kind
        assert [epoch.valid_loss for epoch in history] == [epoch.valid_loss for epoch in its_history]
        assert tuple(epoch for one, epoch in told if one == number) == history


@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("changes", [{"input_dropout": 0.4}, {"input_noise": 0.2}], ids=str)
def test_dropout_and_noise_of_the_inputs_agree_with_skorch(activation, changes):
    images, labels = make_digits(400)
    candidate = Candidate(0.001, 24, 12, activation)
    recipe = Recipe(max_epochs=3, batch_size=50, **changes)

    network, history = train_network(images, labels, candidate, recipe)

    expected, their_history = train_by_skorch(images, labels, candidate, recipe)
    assert largest_difference(network, expected) < 5e-5
    for mine, theirs in zip(history, their_history, strict=True):
        assert mine.train_loss == pytest.approx(theirs.train_loss, abs=1e-5)
        assert mine.valid_loss == pytest.approx(theirs.valid_loss, abs=1e-5)
    undisturbed, _ = train_network(images, labels, candidate, Recipe(max_epochs=3, batch_size=50))
    assert largest_difference(network, undisturbed) > 1e-3


def test_images_to_validate_on_are_never_disturbed():
    images, labels = make_digits(400)
    recipe = Recipe(max_epochs=2, input_dropout=0.5, input_noise=0.5)

    network, history = train_network(images, labels, Candidate(0.01, 24, 12, Activation.TANH), recipe)

    _, valid = split_inner(labels, recipe.inner_folds)
    _, guesses = network(torch.from_numpy(images[valid]), guess=True)
    assert history[-1].valid_accuracy == (guesses.numpy() == labels[valid]).mean()


@pytest.mark.parametrize("changes", [{"weight_decay": 0.01}, {"input_dropout": 0.3}, {"input_noise": 0.1}])
def test_a_training_that_goes_on_from_its_state_ends_bit_by_bit_as_one_that_was_never_interrupted(changes):
    images, labels = make_digits(300)
    recipe = Recipe(max_epochs=5, batch_size=50, **changes)
    candidates = [Candidate(0.01, 24, 12, Activation.TANH)]
    ink = split_and_prepare(images, labels, recipe)
    trainings = [start_training(candidate, recipe, 784, 10) for candidate in candidates]
    trainer = Trainer(trainings, ink)
    for _ in range(2):
        trainer.train_round()
    trainer.write_back()

    state = read_state(write_state(TaskState(0, dict(enumerate(trainings)))), recipe)
    trainer = Trainer(list(state.live.values()), split_and_prepare(images, labels, recipe))
    while not trainer.is_over:
        trainer.train_round()

    [whole] = train_fused(candidates, images, labels, recipe)
    assert largest_difference(make_network(state.live[0], 10), make_network(whole, 10)) == 0


def test_the_best_weights_survive_an_interruption_after_their_epoch():
    images, labels = make_digits(400)
    labels = np.random.default_rng(0).permutation(labels)
    recipe = Recipe(keep="best", patience=5)
    candidates = [Candidate(0.01, 24, 12, Activation.RELU)]
    [whole] = train_fused(candidates, images, labels, recipe)
    best = find_kept_epoch(whole.history, recipe)
    ink = split_and_prepare(images, labels, recipe)
    trainings = [start_training(candidates[0], recipe, 784, 10)]
    trainer = Trainer(trainings, ink)
    for _ in range(best + 2):
        trainer.train_round()
    trainer.write_back()

    state = read_state(write_state(TaskState(0, dict(enumerate(trainings)))), recipe)
    trainer = Trainer(list(state.live.values()), ink)
    while not trainer.is_over:
        trainer.train_round()

    assert len(state.live[0].history) == len(whole.history)
    assert largest_difference(make_network(state.live[0], 10), make_network(whole, 10)) == 0


@pytest.mark.parametrize("n_classes", [2, 3, 16, 17, 47, MOST_CLASSES])
def test_networks_of_any_number_of_classes_agree_with_skorch(n_classes):
    rng = np.random.default_rng(0)
    columns = rng.uniform(size=(320, 50)).astype(np.float32)
    labels = np.arange(320, dtype=np.int64) % n_classes
    candidate = Candidate(0.001, 24, 12, Activation.TANH)
    recipe = Recipe(max_epochs=3, n_classes=n_classes)

    network, history = train_network(columns, labels, candidate, recipe)

    expected, their_history = train_by_skorch(columns, labels, candidate, recipe)
    assert network.output.out_features == n_classes
    assert largest_difference(network, expected) < 5e-5
    for mine, theirs in zip(history, their_history, strict=True):
        assert mine.valid_loss == pytest.approx(theirs.valid_loss, abs=1e-5)
        assert mine.valid_accuracy == pytest.approx(theirs.valid_accuracy)
