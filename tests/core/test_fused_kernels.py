"""The compiled loops by themselves: tiles of any height, groups of images and pixels, small numbers."""

import numba
import numpy as np
import pytest
from digits import make_digits

from mnist_core.engines.fused.alone import train_network
from mnist_core.engines.fused.fold_ink import collect_ink, prepare_ink
from mnist_core.engines.fused.kernels import (
    flush_denormals,
    gather,
    place,
    restore_float_mode,
    step_adam,
    transpose_block,
)
from mnist_core.engines.fused.passes import judge
from mnist_core.engines.fused.vectors import GROUP
from mnist_core.engines.skorch_classifier import train_network as train_by_skorch
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.recipe import Recipe


@numba.njit
def gather_one(out, weights, pixels, values):
    gather(
        1, 2, place(out, 0), 32, place(out, 0), place(weights, 0), 32, place(pixels, 0), place(values, 0), 50
    )


@numba.njit
def gather_two(out, weights, pixels, values):
    gather(
        2, 2, place(out, 0), 32, place(out, 0), place(weights, 0), 32, place(pixels, 0), place(values, 0), 50
    )


@numba.njit
def gather_four(out, weights, pixels, values):
    gather(
        4, 2, place(out, 0), 32, place(out, 0), place(weights, 0), 32, place(pixels, 0), place(values, 0), 50
    )


@numba.njit
def gather_eight(out, weights, pixels, values):
    gather(
        8, 2, place(out, 0), 32, place(out, 0), place(weights, 0), 32, place(pixels, 0), place(values, 0), 50
    )


@pytest.mark.parametrize(("gather_rows", "high"), [(gather_two, 2), (gather_four, 4), (gather_eight, 8)])
def test_groups_of_any_height_give_bit_by_bit_the_same_sums(gather_rows, high):
    rng = np.random.default_rng(0)
    weights = rng.normal(size=50 * 32).astype(np.float32)
    values = rng.normal(size=(50, high)).astype(np.float32) * (rng.random((50, high)) < 0.3)
    pixels = np.arange(50, dtype=np.uint16)
    together = np.zeros((high, 32), np.float32)

    gather_rows(together.reshape(-1), weights, pixels, values.reshape(-1))

    for row in range(high):
        inked = np.flatnonzero(values[:, row]).astype(np.uint16)  # an image alone lists its own ink only
        alone, factors = np.zeros(32, np.float32), np.zeros(50, np.float32)
        factors[: len(inked)] = values[inked, row]
        gather_one(alone, weights, np.resize(inked, 50), factors)
        assert np.array_equal(together[row], alone)


def read_back(ink, n, n_pixels):
    images = np.zeros((len(ink.starts[1:]) * GROUP, n_pixels), np.float32)
    for group in range(len(ink.starts) - 1):
        for at in range(ink.starts[group], ink.starts[group + 1]):
            images[group * GROUP : (group + 1) * GROUP, ink.pixels[at]] = ink.values[at * GROUP :][:GROUP]
    return images[:n]


def sort_rows(rows):
    return rows[np.lexsort(rows.T)]


@pytest.mark.parametrize("n", [1, 2, 3, 5, 30])
def test_every_image_is_in_the_ink_with_its_label(n):
    images, labels = make_digits(n)
    rows = images.reshape(n, -1)

    ink = collect_ink(images, labels)

    kept = np.column_stack([read_back(ink, n, 784), ink.labels])
    assert np.array_equal(sort_rows(kept), sort_rows(np.column_stack([rows, labels])))


@pytest.mark.parametrize("n", [4, 7, 21])
def test_the_turned_ink_holds_the_batches_of_the_ink(n):
    images, labels = make_digits(n)
    turned = prepare_ink(images, labels, np.arange(n), np.arange(1), Recipe(batch_size=6)).draw(1).turned

    for k in range(-(-n // 6)):
        batch = np.zeros((6, 784), np.float32)
        for group in range(len(turned.pixels) // GROUP):
            for at in range(turned.starts[k, group], turned.starts[k, group + 1]):
                for r, pixel in enumerate(turned.pixels[group * GROUP :][:GROUP]):
                    if pixel >= 0:
                        batch[turned.images[at], pixel] = turned.values[at * GROUP + r]
        expected = images.reshape(n, -1)[k * 6 : (k + 1) * 6]
        assert np.array_equal(sort_rows(batch[: len(expected)]), sort_rows(expected))


@pytest.mark.parametrize(("side", "batch_size"), [(20, 50), (28, 7), (9, 1), (28, 129)])
@pytest.mark.parametrize("has_zeros", [True, False])
def test_images_of_any_side_in_batches_of_any_size_agree_with_skorch(side, batch_size, has_zeros):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(160, side, side)).astype(np.float32)
    if has_zeros:
        images *= rng.random(images.shape) < 0.2
    labels = np.arange(160, dtype=np.int64) % 10
    candidate = Candidate(0.001, 24, 12, Activation.TANH)
    recipe = Recipe(max_epochs=1, batch_size=batch_size)

    network, history = train_network(images, labels, candidate, recipe)

    expected, records = train_by_skorch(images, labels, candidate, recipe)
    for mine, theirs in zip(network.state_dict().values(), expected.state_dict().values(), strict=True):
        assert float((mine - theirs).abs().max()) < 5e-5
    assert history[0].valid_loss == pytest.approx(records[0].valid_loss, abs=1e-5)


@numba.njit
def judge_one(logits, n_classes, label):
    return judge(logits, len(logits), n_classes, label, 0, 1)


@pytest.mark.parametrize("n_classes", [1, 10, 16, 17, 33, 47, 64])
def test_an_image_is_judged_as_by_softmax(n_classes):
    logits = np.full(-(-n_classes // 16) * 16, 99, np.float32)  # what lies past the classes does not count
    logits[:n_classes] = np.random.default_rng(n_classes).normal(size=n_classes)
    chances = np.exp(logits[:n_classes].astype(float)) / np.exp(logits[:n_classes].astype(float)).sum()
    best = int(chances.argmax())

    for label in {0, best, n_classes // 2, n_classes - 1}:
        given = logits.copy()
        loss, n_right = judge_one(given, n_classes, np.array([label]))

        assert loss == pytest.approx(-np.log(chances[label]), rel=1e-6, abs=1e-7)
        assert n_right == (best == label)
        assert given[:n_classes] == pytest.approx(chances - np.eye(n_classes)[label], abs=1e-6)
        assert not given[n_classes:].any()


@pytest.mark.parametrize("n_classes", [10, 40])
def test_of_equal_logits_the_first_is_the_guess(n_classes):
    logits = np.zeros(-(-n_classes // 16) * 16, np.float32)
    logits[[3, n_classes - 1]] = 1

    n_right = [judge_one(logits.copy(), n_classes, np.array([label]))[1] for label in range(n_classes)]

    assert np.flatnonzero(n_right).tolist() == [3]


@numba.njit
def turn_block(out, rows, n):
    transpose_block(place(out, 0), 16, place(rows, 0), 16, n)


def test_a_block_is_turned_and_rows_that_are_not_there_are_zeros():
    rows = np.arange(256, dtype=np.float32)
    out = np.ones(256, np.float32)

    turn_block(out, rows, 5)

    expected = rows.reshape(16, 16).copy()
    expected[5:] = 0
    assert np.array_equal(out.reshape(16, 16), expected.T)


@numba.njit
def step_once(gradient, weights, means, squares, rates):
    step_adam(
        place(gradient, 0),
        place(weights, 0),
        place(means, 0),
        place(squares, 0),
        place(rates, 0),
        np.float32(1),
    )


@pytest.mark.parametrize("size", [0.0, 1e-30, 1e-8, 1e-3, 1.0, 1e6, 1e18])
def test_adam_steps_as_its_formula_says_for_gradients_of_any_size(size):
    gradient = np.full(16, size, np.float32)
    weights, means, squares = (np.zeros(16, np.float32) for _ in range(3))

    step_once(gradient, weights, means, squares, np.ones(16, np.float32))

    expected = -0.1 * size / (np.sqrt(0.001 * size * size) + 1e-8)
    assert weights == pytest.approx(np.full(16, expected), rel=1e-6, abs=1e-25)


@numba.njit
def halve_small(value):
    mode = flush_denormals()
    small = value[0] * np.float32(0.5)
    restore_float_mode(mode)
    return small, value[0] * np.float32(0.25)


def test_numbers_that_are_too_small_are_flushed_in_the_passes_only():
    flushed, kept = halve_small(np.full(1, 1.2e-38, np.float32))

    assert kept > 0
    assert flushed in (0, np.float32(0.6e-38))  # where the processor has no such mode, nothing is flushed
