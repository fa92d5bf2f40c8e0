"""What training hides of its images and adds to them."""

import numpy as np
import pytest
from digits import make_digits

from mnist_core.engines.noise import disturb
from mnist_core.network.recipe import Recipe


@pytest.fixture(scope="module")
def rows():
    return make_digits(300)[0].reshape(300, -1)


def test_without_dropout_and_noise_images_stay_what_they_are(rows):
    assert disturb(rows, Recipe(), 1) is rows


def test_the_share_that_is_asked_for_is_dropped_and_the_rest_makes_good_for_it(rows):
    drawn = disturb(rows, Recipe(input_dropout=0.25), 1)

    kept = drawn[rows > 0] > 0
    assert drawn.dtype == np.float32
    assert 1 - kept.mean() == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(drawn[drawn > 0], rows[drawn > 0] / 0.75, rtol=1e-6)
    assert not drawn[rows == 0].any()
    assert drawn.mean() == pytest.approx(rows.mean(), rel=0.01)


def test_noise_is_as_strong_as_asked_for_everywhere_and_has_no_mean(rows):
    added = disturb(rows, Recipe(input_noise=0.3), 1) - rows

    assert added.dtype == np.float32
    for part in (added[rows > 0], added[rows == 0]):
        assert part.std() == pytest.approx(0.3, rel=0.02)
        assert part.mean() == pytest.approx(0, abs=0.005)


@pytest.mark.parametrize("recipe", [Recipe(input_dropout=0.5), Recipe(input_noise=0.1)])
def test_each_epoch_draws_others_and_the_same_ones_again_for_any_seed(rows, recipe):
    again = Recipe(input_dropout=recipe.input_dropout, input_noise=recipe.input_noise, seed=7)

    assert np.array_equal(disturb(rows, recipe, 3), disturb(rows, again, 3))
    assert not np.array_equal(disturb(rows, recipe, 3), disturb(rows, recipe, 4))


def test_noise_comes_on_top_of_what_dropout_leaves(rows):
    dropped, noisy, both = (
        disturb(rows, Recipe(input_dropout=dropout, input_noise=noise), 2)
        for dropout, noise in ((0.5, 0.0), (0.0, 0.1), (0.5, 0.1))
    )

    np.testing.assert_allclose(both - dropped, noisy - rows, atol=1e-6)
