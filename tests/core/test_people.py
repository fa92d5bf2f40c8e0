"""An interval over digits that people wrote is one over people."""

import numpy as np
import pytest
from digits import ROOT

from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.network.models import load_model


def test_the_interval_of_the_shipped_pens_is_that_of_thirty_people_and_not_of_7494_digits():
    pens = load_model(ROOT / "models" / "robust").info.pens

    low, high = people_interval([one.n_right for one in pens.writers], [one.n for one in pens.writers])
    assert (low, high) == pytest.approx((0.9814, 0.9932), abs=0.001)
    assert pens.interval == (low, high)


def test_of_people_who_differ_it_holds_the_true_share_in_nineteen_of_twenty_cases():
    rng = np.random.default_rng(0)
    n = [100] * 30
    n_held = 0
    for _ in range(200):
        low, high = people_interval(rng.binomial(n, rng.beta(9, 1, 30)).tolist(), n)
        n_held += low <= 0.9 <= high
    assert n_held >= 180


def test_of_digits_that_do_not_hang_together_it_is_that_of_the_digits():
    n_right = np.random.default_rng(1).binomial(250, 0.95, 400).tolist()

    found = people_interval(n_right, [250] * 400)
    assert found == pytest.approx(wilson_interval(sum(n_right), 100_000), abs=0.0004)


@pytest.mark.parametrize("n_right", [[19], [20, 20, 20]])
def test_of_one_alone_or_of_people_who_are_alike_it_is_wilsons(n_right):
    assert people_interval(n_right, [20] * len(n_right)) == wilson_interval(sum(n_right), 20 * len(n_right))
