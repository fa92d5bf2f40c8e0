"""Candidates that are drawn from a space: ranges, conditions, and spaces too large to be listed."""

import json
from dataclasses import replace

import pytest

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Candidate
from mnist_core.network.draws import count_candidates, draw_candidates
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.plan import Engine, SearchPlan, Strategy
from mnist_core.network.recipe import Optimizer

LISTED = {
    "lr": [0.1, 0.01],
    "hidden": [[4], [4, 3]],
    "activation": ["tanh"],
    "optimizer": ["adam", "sgd", "nesterov"],
    "momentum": [0.5, 0.9],
}
RANGED = LISTED | {
    "lr": {"low": 1e-4, "high": 0.1, "log": True},
    "hidden": [[96], [{"low": 16, "high": 128, "step": 16}, 24], [24, 12, {"low": 4, "high": 12}]],
    "batch_size": {"low": 16, "high": 64},
}


WRITTEN_DOWN = ["48-12 Tanh, lr 0.001", "48-12 Sigmoid, lr 0.001", "48-24 Sigmoid, lr 0.001"]
RANGED_WRITTEN_DOWN = [
    "24-12-8 Tanh, lr 0.001714, batch size 42, momentum 0.5, optimizer nesterov",
    "96 Tanh, lr 0.004474, batch size 16, momentum 0.9, optimizer sgd",
]


def test_a_space_of_ranges_survives_its_plain_values():
    grid = Grid.from_values(RANGED)
    assert grid.values() == RANGED | {"lr": {"low": 0.0001, "high": 0.1, "log": True}}
    assert Grid.from_values(json.loads(json.dumps(grid.values()))) == grid


def test_what_is_drawn_is_within_the_ranges_and_whole_where_it_has_to_be():
    drawn = draw_candidates(Grid.from_values(RANGED), 300, 0)
    assert len(set(drawn)) == 300
    assert all(1e-4 <= one.lr <= 0.1 for one in drawn)
    assert {one.hidden1 for one in drawn if len(one.hidden) == 2} == set(range(16, 129, 16))
    assert {one.hidden3 for one in drawn if len(one.hidden) == 3} == set(range(4, 13))
    assert {dict(one.settings)["batch_size"] for one in drawn} <= set(range(16, 65))


def test_each_factor_of_a_logarithmic_range_is_as_likely_as_another():
    drawn = draw_candidates(Grid.from_values(RANGED), 300, 0)
    n_below = sum(one.lr < 1e-3 for one in drawn)
    assert 80 <= n_below <= 120


def test_momentum_is_drawn_for_the_optimizers_that_have_any():
    for one in draw_candidates(Grid.from_values(RANGED), 100, 0):
        settings = dict(one.settings)
        assert ("momentum" in settings) == (settings["optimizer"] != Optimizer.ADAM)


def test_the_same_candidates_are_drawn_for_ever():
    # Written down once: no version of Python or of a library may draw others.
    drawn = SearchPlan(strategy=Strategy.RANDOM, n_trials=3).candidates()
    assert list(map(str, drawn)) == WRITTEN_DOWN
    ranged = draw_candidates(Grid.from_values(RANGED), 2, 7)
    assert list(map(str, ranged)) == RANGED_WRITTEN_DOWN


def test_more_trials_begin_with_the_same_candidates_and_another_seed_with_others():
    few, many = draw_candidates(PAPER_GRID, 5, 0), draw_candidates(PAPER_GRID, 20, 0)
    assert many[:5] == few
    assert draw_candidates(PAPER_GRID, 5, 1) != few


def test_all_candidates_of_a_listed_space_come_once():
    grid = Grid.from_values(LISTED)
    assert count_candidates(grid) == grid.n_candidates == 20
    assert sorted(map(str, draw_candidates(grid, 20, 3))) == sorted(map(str, grid.candidates()))


def test_a_space_of_milliards_is_drawn_from_without_being_listed():
    large = Grid.from_values(
        LISTED | {"seed": {"low": 0, "high": 9_999}, "patience": {"low": 1, "high": 10_000}}
    )
    assert count_candidates(large) == 20 * 10**8
    assert len(set(SearchPlan(large, strategy=Strategy.RANDOM, n_trials=100).candidates())) == 100


def test_a_grid_too_large_is_refused_with_the_strategy_that_takes_it():
    large = Grid.from_values(LISTED | {"seed": list(range(1_000))})
    with pytest.raises(GridError, match=r"10,000 candidates, but this one has 24,000: .* random"):
        SearchPlan(large)


def test_a_grid_with_a_range_is_refused_with_the_strategy_that_takes_it():
    with pytest.raises(GridError, match="lr has a range, from which the strategies random and bayes draw"):
        SearchPlan(Grid.from_values(RANGED))
    with pytest.raises(GridError, match="hidden has a range"):
        SearchPlan(Grid.from_values(LISTED | {"hidden": [[{"low": 4, "high": 8}, 3]]}))


def test_not_more_are_drawn_than_there_are():
    assert SearchPlan(Grid.from_values(LISTED), strategy=Strategy.RANDOM).n_candidates == 20
    with pytest.raises(GridError, match="draw fewer"):
        draw_candidates(Grid.from_values(LISTED), 21, 0)
    narrow = Grid.from_values(
        {"lr": [0.1], "hidden1": {"low": 4, "high": 6, "log": True}, "hidden2": [3], "activation": ["relu"]}
    )
    with pytest.raises(GridError, match="the grid has 3"):
        SearchPlan(narrow, strategy=Strategy.RANDOM)


def test_a_strategy_without_draws_takes_no_number_of_them():
    with pytest.raises(GridError, match="measures all candidates, but 5 are to be drawn"):
        SearchPlan(n_trials=5)


def test_a_plan_that_draws_survives_its_plain_values():
    plan = SearchPlan(Grid.from_values(RANGED), strategy=Strategy.RANDOM, n_trials=4)
    assert SearchPlan.from_values(json.loads(json.dumps(plan.values()))).candidates() == plan.candidates()
    known = replace(
        plan, strategy=Strategy.BAYES, drawn=(Candidate.from_params(plan.candidates()[0].params()),)
    )
    assert SearchPlan.from_values(json.loads(json.dumps(known.values()))) == known


def test_a_plan_of_an_old_store_measures_the_whole_grid():
    values = SearchPlan().values()
    for key in ("strategy", "n_trials", "drawn"):
        del values[key]
    assert SearchPlan.from_values(values) == SearchPlan()


@pytest.mark.parametrize(
    ("axis", "values", "sentence"),
    [
        ("lr", {"low": 0.1, "high": 0.01}, "from less to more"),
        ("lr", {"low": 0.1}, "is written"),
        ("lr", {"low": 0.0, "high": 0.1}, "lr must be above 0"),
        ("lr", {"low": 0.0, "high": 0.1, "log": True}, "log is true or false"),
        ("lr", {"low": 0.1, "high": 0.2, "step": 2}, "step is for whole numbers"),
        ("lr", {"low": 0.1, "high": 0.2, "base": 2}, "has base"),
        ("lr", {"low": "a", "high": 0.2}, "must be numbers"),
        ("lr", {"low": 0.1, "high": float("inf")}, "must be numbers"),
        ("batch_size", {"low": 16, "high": 64.5}, "whole numbers"),
        ("batch_size", {"low": 16, "high": 64, "step": 0}, "step of batch_size"),
        ("batch_size", {"low": 16, "high": 10**6}, "32768"),
        ("hidden", [[{"low": 0, "high": 8}]], "hidden1 must be a whole number"),
        ("hidden", [[{"low": 4, "high": 8}, 2, 2, 2]], "1 to 3 hidden layers"),
        ("activation", {"low": 4, "high": 8}, "activation must be a list"),
        ("momentum", {"low": 0.5, "high": 1.0}, "momentum must be below 1"),
    ],
)
def test_a_range_that_cannot_be_drawn_from_is_refused_in_a_sentence(axis, values, sentence):
    with pytest.raises(GridError, match=sentence):
        SearchPlan(Grid.from_values(RANGED | {axis: values}), strategy=Strategy.RANDOM)


def test_the_reference_engine_draws_at_random_only():
    assert SearchPlan(strategy=Strategy.RANDOM, engine=Engine.SKLEARN).n_candidates == 25
    with pytest.raises(GridError, match="fused engine only"):
        SearchPlan(strategy=Strategy.BAYES, engine=Engine.SKLEARN)
