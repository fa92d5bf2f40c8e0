"""What the axes of a search explain: planted effects are found, and axes without effect are not."""

from itertools import product

import numpy as np
import pytest

from mnist_core.insight.importance import measure_importance, measure_run
from mnist_core.network.grid import PAPER_GRID
from mnist_core.network.plan import SearchPlan
from mnist_core.store import FitRow, FitState

PARAMS = [PAPER_GRID.params(candidate) for candidate in PAPER_GRID.candidates()]
NO_MIDDLE = {0.1: -0.02, 0.01: 0.02, 0.001: -0.02}
CHANCE = 0.01


def draw(seed, n=81):
    return 0.9 + CHANCE * np.random.default_rng(seed).normal(size=n)


def find(found, *axes):
    [effect] = [one for one in found.effects if set(one.axes) == set(axes)]
    return effect


def make_fits(scores):
    return [FitRow(*place, FitState.DONE, score, 5, 1.0) for place, score in scores.items()]


def test_an_axis_without_effect_has_an_interval_that_holds_0():
    planted = np.array([NO_MIDDLE[one["lr"]] for one in PARAMS])

    searches = [measure_importance(PARAMS, draw(seed) + planted) for seed in range(25)]

    idle = [one for found in searches for one in found.effects if "lr" not in one.axes]
    assert len(idle) == 25 * 6
    assert np.mean([one.low == 0 for one in idle]) >= 0.95
    assert all(one.low <= one.share <= one.high for one in idle)


def test_nothing_is_found_in_failures_at_one_rate_that_strike_by_chance():
    is_at_risk = np.array([one["lr"] == 0.1 for one in PARAMS])

    searches = []
    for seed in range(25):
        has_failed = is_at_risk & (np.random.default_rng(seed).random(81) < 0.3)
        searches.append(measure_importance(PARAMS, draw(seed) - 0.8 * has_failed))

    idle = [find(found, name) for found in searches for name in ("hidden1", "hidden2", "activation")]
    assert np.mean([one.is_found for one in idle]) <= 0.08
    assert np.mean([find(found, "lr").is_found for found in searches]) >= 0.95


def test_a_planted_effect_is_found_with_its_share_also_where_the_best_value_lies_in_the_middle():
    planted = np.array([NO_MIDDLE[one["lr"]] for one in PARAMS])
    own = 81 * planted.var()
    share = own / (own + 78 * CHANCE**2)

    effects = [find(measure_importance(PARAMS, draw(seed) + planted), "lr") for seed in range(25)]

    assert all(one.is_found for one in effects)
    assert np.mean([one.low <= share <= one.high for one in effects]) >= 0.9
    assert np.mean([one.share for one in effects]) == pytest.approx(share, abs=0.02)


def test_what_two_axes_do_together_is_not_said_of_either_alone():
    signs = {"lr": {0.1: -1, 0.01: 0, 0.001: 1}, "activation": {"sigmoid": -1, "relu": 0, "tanh": 1}}
    planted = [0.03 * signs["lr"][one["lr"]] * signs["activation"][one["activation"]] for one in PARAMS]

    found = measure_importance(PARAMS, draw(0) + planted)

    assert found.effects[0].axes == ("lr", "activation")
    assert found.effects[0].is_found
    assert not any(one.is_found for one in found.effects[1:])


def test_candidates_that_were_drawn_from_ranges_are_told_by_groups_of_neighbours():
    rng = np.random.default_rng(3)
    params = [
        {"lr": 10 ** rng.uniform(-4, -1), "hidden": [int(rng.integers(8, 99)), int(rng.integers(8, 99))]}
        for _ in range(60)
    ]
    planted = [-0.05 * (np.log10(one["lr"]) + 2.5) ** 2 for one in params]

    found = measure_importance(params, draw(0, 60) + planted)

    assert found.grouped == ("lr", "hidden1", "hidden2")
    assert len([one for one in found.slices if one.axis == "lr"]) == 4
    assert found.effects[0].axes == ("lr",)
    assert found.effects[0].is_found
    assert not find(found, "hidden1").is_found


def test_a_setting_that_one_optimizer_lacks_takes_nothing_from_the_optimizer():
    params = [
        {"lr": lr, "optimizer": optimizer, **({} if momentum is None else {"momentum": momentum})}
        for lr, (optimizer, momentum), _ in product(
            [0.1, 0.01, 0.001], [("adam", None), ("sgd", 0.5), ("sgd", 0.9)], range(4)
        )
    ]
    planted = np.array([0.05 * (one["optimizer"] == "adam") for one in params])

    found = measure_importance(params, draw(0, len(params)) + planted)

    assert found.effects[0].axes == ("optimizer",)
    assert found.effects[0].share > 0.6
    assert not find(found, "momentum").is_found
    assert ("optimizer", "momentum") not in [one.axes for one in found.effects]


@pytest.mark.parametrize(
    ("params", "scores", "words"),
    [
        ([], [], "Not enough candidates to tell: 0 of them"),
        (PARAMS[:1], [0.9], "Not enough candidates to tell: 1 of them"),
        (PARAMS[:6], draw(0, 6), "Not enough candidates to tell: 6 of them"),
        ([PARAMS[0]] * 9, draw(0, 9), "no axis has more than one value"),
        (PARAMS, [0.9] * 81, "all candidates are equally accurate"),
    ],
    ids=["none", "one", "few", "one value", "equal"],
)
def test_where_nothing_can_be_told_it_is_said_why(params, scores, words):
    found = measure_importance(params, scores)

    assert words in found.reason
    assert all(one.share is None for one in found.effects)


def test_few_candidates_tell_of_axes_but_not_of_two_together():
    params = [{"lr": lr, "hidden1": width} for lr, width in product([0.1, 0.01, 0.001], [1, 2, 3])]
    planted = [NO_MIDDLE[one["lr"]] for one in params]

    found = measure_importance(params, draw(0, 9) * 0.1 + planted)

    assert find(found, "lr").is_found
    assert find(found, "lr", "hidden1").share is None
    assert found.effects[-1].axes == ("lr", "hidden1")
    assert found.reason == ""


def test_axes_that_explain_all_to_the_last_digit_explain_all():
    found = measure_importance(PARAMS, [NO_MIDDLE[one["lr"]] for one in PARAMS])

    assert find(found, "lr").share == pytest.approx(1)
    assert find(found, "hidden1").share == pytest.approx(0, abs=1e-6)


def test_candidates_of_a_run_are_compared_on_the_folds_that_they_share():
    plan = SearchPlan()
    scores = {(index, fold): score for fold in range(3) for index, score in enumerate(draw(fold))}
    dropped = {place: score for place, score in scores.items() if place[1] < 2 or place[0] < 40}
    expected = np.array([[scores[index, fold] for fold in range(2)] for index in range(81)]).mean(axis=1)

    found = measure_run(plan, make_fits({**dropped, (3, -1): 0.99}))

    assert (found.n_candidates, found.n_folds, found.n_left_out) == (81, 2, 0)
    assert found.effects == measure_importance(PARAMS, expected).effects


def test_candidates_that_lack_a_fold_are_left_out_where_they_are_few_and_others_where_it_is_wished():
    scores = {(index, fold): score for fold in range(5) for index, score in enumerate(draw(fold))}
    unfinished = make_fits({place: score for place, score in scores.items() if place[0] > 4 or place[1] < 1})
    slow = {index for index, one in enumerate(PARAMS) if one["lr"] < 0.1}

    assert measure_run(SearchPlan(), unfinished).n_left_out == 5
    among = measure_run(SearchPlan(), make_fits(scores), slow)
    assert (among.n_candidates, among.n_left_out) == (54, 0)
    assert {one.value for one in among.slices if one.axis == "lr"} == {"0.001", "0.01"}


def test_a_slice_is_the_candidates_with_one_value():
    scores = draw(0)

    slices = measure_importance(PARAMS, scores).slices

    [slow] = [one for one in slices if (one.axis, one.value) == ("lr", "0.001")]
    its = [score for one, score in zip(PARAMS, scores, strict=True) if one["lr"] == 0.001]
    assert (slow.n, slow.mean, slow.worst, slow.best) == (27, pytest.approx(np.mean(its)), min(its), max(its))
    assert [one.value for one in slices if one.axis == "hidden1"] == ["24", "48", "96"]
