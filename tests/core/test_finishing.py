"""Candidates that a race has dropped and that are finished nevertheless."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from digits import make_digits

from mnist_core.ground.errors import RunError
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.recipe import Recipe
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.fast import make_fast_engine
from mnist_core.search.following import write_message
from mnist_core.search.rounds import Source
from mnist_core.search.takeover import take_over
from mnist_core.store import FitState, WorkState, add_search, claim, end, get_search, read_epochs, read_fits
from mnist_core.store.drops import estimate_saved, find_drops, list_unmeasured
from mnist_core.store.finishing import find_source, list_to_finish, request_finish
from mnist_core.store.job import Job, Turn
from mnist_core.store.ranking import rank_candidates

PLAN = SearchPlan(
    Grid((3.0, 0.03), (24,), (12,), (Activation.TANH, Activation.RELU)),
    Recipe(max_epochs=8, patience=8),
    cv=3,
    workers=1,
    strategy=Strategy.RACE,
)
DATA = make_digits(400)


def search(store, run_id, folder, finish=()):
    """Search as a worker would, and write what is told to the store."""
    job = Job(store, claim(store, run_id), Settings(folder, ""), Turn())
    tell = lambda message: write_message(job, message)  # noqa: E731
    engine = make_fast_engine(Source(*DATA), PLAN, Checkpoints(folder), tell, None, finish=finish)
    with closing(engine):
        return engine.search().cv_results


@pytest.fixture
def raced(store, tmp_path):
    run_id = add_search(store, PLAN, "digits.mat", "f" * 16, "a race")
    return run_id, search(store, run_id, tmp_path / "race")


def test_the_store_tells_who_was_dropped_and_why_as_the_table_does(store, raced):
    run_id, table = raced
    run, fits = get_search(store, run_id), read_fits(store, run_id)

    drops = find_drops(PLAN, fits, read_epochs(store, run_id))
    candidates = PLAN.candidates()

    unmeasured = np.flatnonzero(np.isnan(table["mean_test_score"])).tolist()
    assert list_unmeasured(PLAN, fits) == sorted(drops) == unmeasured != []
    of_dropped = [fit for fit in fits if fit.candidate in drops]
    assert {fit.fold for fit in of_dropped if fit.n_epochs} == {0, 1}
    assert [fit.state for fit in of_dropped] == [FitState.DROPPED] * 3 * len(drops)
    assert [drops[n].say(candidates[drops[n].behind]) for n in unmeasured] == [
        table["reason"][n] for n in unmeasured
    ]
    assert not {one.index for one in rank_candidates(PLAN, fits)} & set(unmeasured)
    assert run.share_settled == 1.0
    assert run.say_fits() == f"{run.n_fits_done} fits, {12 - run.n_fits_done} dropped"
    assert 0 < estimate_saved(PLAN, fits) < 1


def test_a_race_that_is_not_done_is_to_finish_a_dropped_one_itself(store, raced):
    run_id, _ = raced

    assert request_finish(store, run_id, [1]) == request_finish(store, run_id, [3]) == run_id
    assert list_to_finish(get_search(store, run_id)) == (1, 3)


def test_a_race_that_is_done_stays_and_a_new_one_takes_over_what_it_measured(store, raced, tmp_path):
    run_id, table = raced
    number = list_unmeasured(PLAN, read_fits(store, run_id))[0]
    end(store, run_id, WorkState.DONE)
    before = get_search(store, run_id), read_fits(store, run_id)

    new_id = request_finish(store, run_id, [number])
    take_over(store, find_source(get_search(store, new_id)), tmp_path / "new")
    finished = search(store, new_id, tmp_path / "new", list_to_finish(get_search(store, new_id)))

    whole = make_fast_engine(
        Source(*DATA), replace(PLAN, strategy=Strategy.GRID), Checkpoints(None), lambda _: None, None
    ).search()
    is_measured = ~np.isnan(table["mean_test_score"])
    is_measured[number] = True
    assert (get_search(store, run_id), read_fits(store, run_id)) == before
    np.testing.assert_array_equal(
        finished["mean_test_score"][is_measured], whole.cv_results["mean_test_score"][is_measured]
    )
    assert number not in list_unmeasured(PLAN, read_fits(store, new_id))
    assert number in find_drops(PLAN, read_fits(store, new_id), read_epochs(store, new_id))


def test_nobody_finishes_what_is_not_there(store):
    with pytest.raises(RunError, match="There is no run 'x' that is yours"):
        request_finish(store, "x", [0])
