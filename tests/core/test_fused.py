"""The fused engine against the skorch classifier, network by network."""

import numpy as np
import pytest
import torch
from digits import make_digits

from mnist_core.classifier import train_network as train_by_skorch
from mnist_core.fused import (
    Trainer,
    collect_ink,
    make_network,
    prepare_ink,
    score,
    start_training,
    train_network,
)
from mnist_core.fused.stack import choose_stacks
from mnist_core.grid import PAPER_GRID, Activation, Candidate, Recipe

# The largest difference of a weight after two epochs. Both engines add the same float32 terms in
# another order. Adam divides a gradient by its own size, so that rounding of a gradient near 0 becomes
# a step of up to lr: the tolerance grows with the rate, and lr 0.1 amplifies it from step to step.
TOLERANCE = {0.001: 5e-5, 0.01: 5e-3, 0.1: 2.0}
LOSS_TOLERANCE = {0.001: 1e-5, 0.01: 1e-3, 0.1: 0.2}


def train_fused(candidates, images, labels, recipe):
    ink = prepare_ink(images, labels, recipe)
    trainings = [start_training(candidate, recipe, 784, 10) for candidate in candidates]
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
    from mnist_core.network import MLP

    expected = MLP(20, 5, "relu")

    network = make_network(start_training(candidate, Recipe(seed=3), 784, 10), 10)

    assert largest_difference(network, expected) == 0


def test_each_of_81_networks_has_the_weights_that_skorch_gives_it():
    images, labels = make_digits(2000)
    recipe = Recipe(max_epochs=2)

    trainings = train_fused(PAPER_GRID.candidates(), images, labels, recipe)

    for training in trainings:
        candidate = training.candidate
        network, history = train_by_skorch(images, labels, candidate, recipe)
        assert largest_difference(make_network(training, 10), network) < TOLERANCE[candidate.lr], candidate
        for mine, theirs in zip(training.history, history, strict=True):
            assert mine.valid_loss == pytest.approx(theirs.valid_loss, abs=LOSS_TOLERANCE[candidate.lr])
            assert mine.train_loss == pytest.approx(theirs.train_loss, abs=LOSS_TOLERANCE[candidate.lr])


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


@pytest.mark.parametrize("activation", Activation)
def test_a_network_that_overflows_does_not_harm_its_neighbours(activation):
    images, labels = make_digits(300)
    calm, wild = (Candidate(lr, 24, 12, activation) for lr in (0.001, 10.0))
    recipe = Recipe(max_epochs=3)
    ink = prepare_ink(images, labels, recipe)
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
