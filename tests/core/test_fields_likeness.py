"""Digit-likeness against plain correlations, and against what chance gives."""

import numpy as np
import pytest
from digits import make_digits

from mnist_core.ground.errors import DataError
from mnist_core.insight.fields.likeness import average_digits, digit_likeness


@pytest.fixture(scope="module")
def digits():
    return average_digits(*make_digits(400), shuffles=100)


def centre(means):
    return means - means.mean(axis=0)


def test_means_are_plain_means_of_each_digit(digits):
    images, labels = make_digits(400)

    for digit in range(10):
        np.testing.assert_allclose(digits.means[digit], images[labels == digit].mean(axis=0), atol=1e-6)


def test_shuffled_means_are_of_as_many_images_and_come_again_with_the_seed(digits):
    images, labels = make_digits(400)
    again = average_digits(images, labels, shuffles=2, seed=5)

    np.testing.assert_allclose(digits.shuffled[3].mean(axis=0), images.mean(axis=0), atol=1e-5)
    np.testing.assert_array_equal(again.shuffled, average_digits(images, labels, shuffles=2, seed=5).shuffled)
    assert not np.allclose(again.shuffled[0], again.shuffled[1])


def test_a_shuffle_is_the_same_however_many_there_are():
    images, labels = make_digits(400)
    few, many = (average_digits(images, labels, shuffles=shuffles).shuffled for shuffles in (2, 120))

    assert len(many) == 120
    np.testing.assert_allclose(many[:2], few, atol=1e-6)


def test_correlations_are_those_of_the_pixels_with_centred_means(digits):
    fields = np.random.default_rng(0).normal(size=(7, 28, 28)).astype(np.float32)

    found = digit_likeness(fields, digits, is_output=False).correlations

    for unit in range(7):
        for digit, mean in enumerate(centre(digits.means)):
            expected = np.corrcoef(fields[unit].ravel(), mean.ravel())[0, 1]
            assert found[unit, digit] == pytest.approx(expected, abs=1e-6)


def test_fields_that_are_the_centred_means_are_their_own_digits_beyond_chance(digits):
    found = digit_likeness(3 * centre(digits.means) + 1, digits, is_output=True)

    np.testing.assert_allclose(found.own, 1.0, atol=1e-6)
    np.testing.assert_array_equal(found.best, np.arange(10))
    assert found.reads_own.all()
    np.testing.assert_allclose(found.own_p, 1 / 101)


def test_fields_of_another_digit_are_not_read_as_their_own(digits):
    found = digit_likeness(np.roll(digits.means, 1, axis=0), digits, is_output=True)

    np.testing.assert_array_equal(found.read_as, (np.arange(10) - 1) % 10)
    assert not found.reads_own.any()
    assert found.own.max() < found.best_correlations.min()


def test_fields_of_noise_do_no_better_than_chance(digits):
    noise = np.random.default_rng(1).normal(size=(200, 28, 28)).astype(np.float32)

    found = digit_likeness(noise, digits, is_output=False)

    assert found.own is None
    assert found.best_correlations.max() < 0.3
    assert 0.3 < found.best_p.mean() < 0.7


def test_a_field_that_is_the_same_everywhere_is_like_nothing(digits):
    found = digit_likeness(np.full((10, 28, 28), 0.3, dtype=np.float32), digits, is_output=True)

    np.testing.assert_array_equal(found.correlations, 0)


def test_a_digit_without_images_is_refused():
    images, labels = make_digits(40)

    with pytest.raises(DataError, match="are of 0, 1, 2, 4, 5, 6, 7, 8, 9: choose another"):
        average_digits(images[labels != 3], labels[labels != 3])
