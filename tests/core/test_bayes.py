"""What a Bayesian search tries: by scores alone, each candidate once, and the same after a kill."""

import math
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from digits import make_digits
from scipy.stats import loguniform, norm, randint, uniform

from mnist_core.ground.errors import RunStoppedError
from mnist_core.network.candidate import Candidate
from mnist_core.network.draws import draw_candidates
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.recipe import Recipe
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.estimators.grid_search import GridSearch
from mnist_core.search.fast import open_fast_engine
from mnist_core.search.messages import Drawn, Records
from mnist_core.search.proposing import BATCH, FIRST_BATCH, propose
from mnist_core.search.rounds import Source

RANGED = {
    "lr": {"low": 1e-4, "high": 0.1, "log": True},
    "hidden": [
        [16],
        [{"low": 16, "high": 128, "step": 20}, 24],
        [24, 12, {"low": 4, "high": 12, "log": True}],
    ],
    "activation": ["relu", "tanh"],
    "batch_size": {"low": 16, "high": 64},
    "optimizer": ["adam", "sgd"],
    "momentum": [0.5, 0.7, 0.9],
}
LISTED = {
    "lr": [0.1, 0.01],
    "hidden": [[4], [4, 3]],
    "activation": ["tanh", "relu", "sigmoid"],
    "seed": [0, 1],
}


def judge(candidate: Candidate) -> float:
    """Stand in for a search: best at lr 0.01 and with many units."""
    return 0.9 - 0.1 * abs(math.log10(candidate.lr) + 2) + candidate.hidden1 / 2000


def draw_all(plan: SearchPlan) -> tuple[Candidate, ...]:
    while batch := propose(plan, list(map(judge, plan.drawn))):
        plan = replace(plan, drawn=plan.drawn + batch)
    return plan.drawn


def make_plan(axes=RANGED, n_trials=25, **settings) -> SearchPlan:
    return SearchPlan(Grid.from_values(axes), strategy=Strategy.BAYES, n_trials=n_trials, **settings)


def test_the_first_batch_is_that_of_a_search_at_random():
    plan = make_plan()
    assert propose(plan, []) == draw_candidates(plan.grid, FIRST_BATCH, 0)


def test_a_batch_depends_on_the_scores_before_it_alone():
    plan = replace(make_plan(), drawn=draw_candidates(make_plan().grid, 15, 0))
    scores = list(map(judge, plan.drawn))
    batch = propose(plan, scores)
    assert len(batch) == BATCH
    assert propose(plan, scores) == batch
    assert propose(plan, [1 - score for score in scores]) != batch


@pytest.mark.parametrize("axes", [RANGED, LISTED])
def test_no_candidate_comes_twice_and_all_that_were_planned_come(axes):
    plan = make_plan(axes)
    drawn = draw_all(plan)
    assert len(set(drawn)) == len(drawn) == plan.n_trials == plan.n_candidates
    assert all(len(one.hidden) == 2 or one.hidden != (16, 24) for one in drawn)


def test_what_is_proposed_is_better_than_what_is_drawn_at_random():
    # Of a plain hill; benchmarks/draws.py asks real scores.
    drawn = draw_all(make_plan(n_trials=30))
    assert max(map(judge, drawn[FIRST_BATCH:])) > max(map(judge, drawn[:FIRST_BATCH]))
    worst_of_last = sorted(map(judge, drawn[-10:]))[5]
    assert worst_of_last > sorted(map(judge, drawn[:FIRST_BATCH]))[5]


def search(images, labels, plan, folder, stops_at=None):
    """Search, and return what was found and what was told to have been drawn; stop once a score is told."""
    drawn = []

    def tell(message):
        if isinstance(message, Drawn):
            drawn[:] = map(Candidate.from_params, message.candidates)
        elif isinstance(message, Records) and stops_at in {number for number, _, _ in message.scores}:
            raise RunStoppedError("killed")

    opened = open_fast_engine(Source(images, labels), plan, Checkpoints(folder), tell, folder)
    with opened as engine, suppress(RunStoppedError):
        return engine.search().cv_results, tuple(drawn)
    return None, tuple(drawn)


@pytest.fixture(scope="module")
def digits():
    return make_digits(200)


@pytest.fixture(scope="module")
def undisturbed(digits, tmp_path_factory):
    return search(*digits, SMALL, tmp_path_factory.mktemp("undisturbed"))


AXES = {
    "lr": {"low": 1e-3, "high": 0.1, "log": True},
    "hidden": [[8], [8, 4]],
    "activation": ["tanh"],
    "optimizer": ["adam", "sgd"],
    "momentum": [0.9],
}
SMALL = make_plan(AXES, 17, recipe=Recipe(max_epochs=2), cv=2, workers=1, checkpoint_s=0.0)


def test_a_search_tries_batch_after_batch_to_its_end(undisturbed):
    found, drawn = undisturbed
    assert [SMALL.grid.params(one) for one in drawn] == found["params"]
    assert len(set(drawn)) == 17


@pytest.mark.parametrize("is_noted", [True, False], ids=["noted", "lost"])
def test_a_search_that_is_killed_in_a_batch_comes_to_the_same_end(digits, undisturbed, tmp_path, is_noted):
    _, drawn = search(*digits, SMALL, tmp_path, stops_at=FIRST_BATCH + 1)
    assert len(drawn) == FIRST_BATCH + BATCH

    resumed = replace(SMALL, drawn=drawn if is_noted else drawn[:FIRST_BATCH])
    found, _ = search(*digits, resumed, tmp_path)

    assert found["params"] == undisturbed[0]["params"]
    np.testing.assert_array_equal(found["split1_test_score"], undisturbed[0]["split1_test_score"])


def test_an_estimator_searches_by_what_it_measured_and_says_so(digits, undisturbed, capsys):
    images, labels = digits
    axes = AXES | {"lr": loguniform(1e-3, 0.1)}
    search = GridSearch(axes, strategy="bayes", n_trials=17, cv=2, max_epochs=2, verbose=2, refit=False)
    search.fit(images, labels)
    assert search.cv_results_["params"] == undisturbed[0]["params"]
    assert capsys.readouterr().out.count("score=") == 34


def test_an_estimator_takes_ranges_of_scipy_and_refuses_what_is_none(digits):
    images, labels = digits
    axes = AXES | {"seed": randint(0, 100), "momentum": uniform(0.5, 0.4)}
    search = GridSearch(axes, strategy="random", n_trials=2, cv=2, max_epochs=1, refit=False)
    assert len(search.fit(images, labels).cv_results_["params"]) == 2
    for axes, sentence in ((AXES | {"lr": norm(0, 1)}, "but is norm"), (AXES, "lr has a range")):
        with pytest.raises(ValueError, match=sentence):
            GridSearch(axes, cv=2).fit(images, labels)
