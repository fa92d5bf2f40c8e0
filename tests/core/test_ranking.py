"""Candidates in order, and which of them are tied with the best."""

import math

import numpy as np
import pytest

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import SearchPlan
from mnist_core.store import FitRow, FitState
from mnist_core.store.ranking import rank_candidates, standard_error, trace_leaders

PLAN = SearchPlan(
    grid=Grid(lr=(0.1, 0.01, 0.001), hidden1=(4,), hidden2=(3,), activation=(Activation.TANH,)), cv=3
)


def make_fits(scores: dict[int, list[float]]) -> list[FitRow]:
    return [
        FitRow(candidate, fold, FitState.DONE, score, n_epochs=5, seconds=1.0)
        for candidate, row in scores.items()
        for fold, score in enumerate(row)
    ]


def test_nothing_is_ranked_before_a_fold_is_scored():
    running = FitRow(0, 0, FitState.RUNNING, None, n_epochs=2, seconds=0.5)
    assert rank_candidates(PLAN, [running]) == []


def test_the_highest_mean_comes_first():
    ranked = rank_candidates(PLAN, make_fits({0: [0.1, 0.2, 0.3], 1: [0.9, 0.8, 0.7], 2: [0.5, 0.5, 0.5]}))
    assert [one.index for one in ranked] == [1, 2, 0]
    assert [one.rank for one in ranked] == [1, 2, 3]


def test_a_ranked_candidate_is_the_one_of_the_grid():
    (one,) = rank_candidates(PLAN, make_fits({2: [0.5]}))
    assert one.candidate == PLAN.grid.candidates()[2]


def test_mean_and_deviation_are_those_of_scikit_learn():
    scores = [0.91, 0.95, 0.94]
    (one,) = rank_candidates(PLAN, make_fits({0: scores}))
    assert one.mean == pytest.approx(np.mean(scores))
    assert one.std == pytest.approx(np.std(scores))


def test_the_standard_error_is_the_sample_deviation_over_the_root_of_the_count():
    scores = [0.91, 0.95, 0.94]
    assert standard_error(scores) == pytest.approx(np.std(scores, ddof=1) / np.sqrt(3))


def test_a_single_score_has_no_known_error():
    assert math.isinf(standard_error([0.9]))


def test_of_a_single_fold_only_equals_of_the_best_are_tied():
    ranked = rank_candidates(PLAN, make_fits({0: [0.9], 1: [0.8], 2: [0.9]}))

    assert [one.is_tied for one in ranked] == [True, True, False]


def test_who_is_within_one_standard_error_of_the_best_is_tied():
    best = [0.90, 0.92, 0.94]
    inside, outside = 0.92 - 0.9 * standard_error(best), 0.92 - 1.1 * standard_error(best)
    ranked = rank_candidates(PLAN, make_fits({0: best, 1: [inside] * 3, 2: [outside] * 3}))
    assert [one.is_tied for one in ranked] == [True, True, False]


def test_a_candidate_with_all_folds_comes_before_a_better_one_that_lacks_some():
    ranked = rank_candidates(PLAN, make_fits({0: [0.99, 0.99], 1: [0.5, 0.5, 0.5]}))
    assert [one.index for one in ranked] == [1, 0]
    assert [one.n_folds_done for one in ranked] == [3, 2]


def test_of_equals_the_first_of_the_grid_wins():
    ranked = rank_candidates(PLAN, make_fits({2: [0.5, 0.6, 0.7], 1: [0.5, 0.6, 0.7]}))
    assert [one.index for one in ranked] == [1, 2]


def test_the_retraining_of_the_winner_does_not_count():
    fits = make_fits({0: [0.5, 0.5, 0.5]})
    refit = FitRow(0, REFIT_FOLD, FitState.DONE, 1.0, n_epochs=5, seconds=1.0)
    assert rank_candidates(PLAN, [*fits, refit]) == rank_candidates(PLAN, fits)


def test_who_led_after_each_fit_is_who_was_ranked_first_then():
    draws = np.random.default_rng(0).normal(0.9, 0.05, (3, 3))
    ended = make_fits({candidate: list(row) for candidate, row in enumerate(draws)})
    np.random.default_rng(1).shuffle(ended)
    for number, leader in enumerate(trace_leaders(ended), 1):
        first = rank_candidates(PLAN, ended[:number])[0]
        assert (leader.index, leader.n_folds) == (first.index, first.n_folds_done)
        assert leader.mean == pytest.approx(first.mean)
    assert number == 9
