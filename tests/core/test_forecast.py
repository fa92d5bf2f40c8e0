"""How long a search will take, before it starts and in its midst."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import Engine, SearchPlan, Strategy
from mnist_core.network.recipe import Recipe
from mnist_core.store import SEARCH, FitRow, FitState, WorkRow, WorkState, now
from mnist_core.store.forecast import forecast_epochs, forecast_rest, forecast_search

GRID = Grid(lr=(0.1, 0.01), hidden1=(4,), hidden2=(3,), activation=(Activation.TANH,))
PLAN = SearchPlan(grid=GRID, cv=2)


def make_run(seconds: float) -> WorkRow:
    """Make a run that began so long ago and stopped just now."""
    ended = now()
    return WorkRow(
        id="r",
        kind=SEARCH,
        name="a run",
        state=WorkState.CANCELLED,
        settings=PLAN.values(),
        wishes={},
        n_wishes=0,
        progress=None,
        dataset_name="digits",
        fingerprint="f" * 16,
        n_fits=4,
        n_fits_done=0,
        n_epochs=0,
        created=ended,
        started=ended - timedelta(seconds=seconds),
        ended=ended,
        heartbeat=ended,
        message="",
        outcome=None,
        owner=None,
        worked_seconds=0.0,
        queue_position=None,
        tags=(),
    )


def make_fit(candidate: int, fold: int, n_epochs: int, *, is_done: bool) -> FitRow:
    state, score = (FitState.DONE, 0.9) if is_done else (FitState.RUNNING, None)
    return FitRow(candidate, fold, state, score, n_epochs, seconds=float(n_epochs))


def test_a_search_takes_its_epochs_times_its_images_over_its_processes_and_retrains_the_winner():
    plan = SearchPlan(engine=Engine.SKLEARN)
    seconds = forecast_search(plan, n_train=50_000, seconds_per_image=1e-5, cores=2, start_s=3.0)
    assert seconds == pytest.approx(3 + 5_806 / 405 * (405 * 40_000 / 2 + 50_000) * 1e-5, rel=0.005)


def test_wide_networks_take_longer_by_the_fused_engine_alone():
    wide, narrow = (SearchPlan(grid=replace(PAPER_GRID, hidden1=(n,))) for n in (96, 24))
    slow, fast = (forecast_search(plan, 50_000, 1e-5, cores=2) for plan in (wide, narrow))
    assert slow / fast == pytest.approx(104 / 32)
    assert forecast_search(replace(wide, engine=Engine.SKLEARN), 50_000, 1e-5, 2) == pytest.approx(
        forecast_search(replace(narrow, engine=Engine.SKLEARN), 50_000, 1e-5, 2)
    )


def test_a_race_takes_a_quarter_of_the_epochs_at_most():
    plan = SearchPlan(cv=5)
    race = replace(plan, strategy=Strategy.RACE)
    whole, raced = (forecast_search(one, 50_000, 1e-5, cores=2) for one in (plan, race))
    assert 0.2 < raced / whole <= 0.25


def test_low_rates_and_more_patience_take_more_epochs():
    low, high = (SearchPlan(grid=replace(PAPER_GRID, lr=(lr,))) for lr in (1e-3, 1e-2))
    assert forecast_epochs(low, 50_000) > 2 * forecast_epochs(high, 50_000)
    patient = replace(low, recipe=Recipe(patience=10))
    assert forecast_epochs(patient, 50_000) == pytest.approx(forecast_epochs(low, 50_000) + 7)


def test_no_more_epochs_are_expected_than_are_allowed():
    assert forecast_epochs(SearchPlan(recipe=Recipe(max_epochs=2)), n_train=50_000) == 2


@pytest.mark.parametrize(
    ("plan", "n_train", "measured"),
    [(SearchPlan(), 50_000, 5_806 / 405), (SearchPlan(cv=2), 4_166, 6_157 / 162)],
)
def test_the_epochs_of_a_fit_are_those_that_were_measured(plan, n_train, measured):
    assert forecast_epochs(plan, n_train) == pytest.approx(measured, rel=0.05)


@pytest.mark.parametrize(("workers", "n_used"), [(None, 4), (1, 1), (3, 3), (16, 4)])
def test_no_more_processes_help_than_there_are_cores(workers, n_used):
    alone = forecast_search(SearchPlan(workers=1), 50_000, 1e-5, cores=4)
    together = forecast_search(SearchPlan(workers=workers), 50_000, 1e-5, 4)
    assert alone / together == pytest.approx(n_used, rel=0.02)  # the winner is retrained by one


def test_no_more_processes_help_than_there_are_fits():
    few, many = (forecast_search(PLAN, 1_000, 1e-5, cores) for cores in (4, 64))
    assert few == many


def test_nothing_is_foretold_before_a_fit_has_ended():
    assert forecast_rest(make_run(10), [make_fit(0, 0, 3, is_done=False)]) is None


def test_the_rest_goes_on_at_the_pace_so_far():
    fits = [make_fit(0, 0, 10, is_done=True), make_fit(0, 1, 4, is_done=False)]
    # 14 epochs in 28 s; 6 + 2 x 10 are to come; the retraining takes 10 s x 2 / (2 - 1).
    assert forecast_rest(make_run(28), fits) == pytest.approx(26 * 2 + 20)


def test_a_fit_that_outlasts_the_usual_one_is_about_to_end():
    fits = [make_fit(0, 0, 10, is_done=True), make_fit(0, 1, 30, is_done=False)]
    assert forecast_rest(make_run(40), fits) == pytest.approx(20 * 1 + 20)


def test_only_the_retraining_remains_when_all_folds_are_done():
    fits = [make_fit(candidate, fold, 10, is_done=True) for candidate in (0, 1) for fold in (0, 1)]
    refit = make_fit(0, REFIT_FOLD, 5, is_done=False)
    assert forecast_rest(make_run(40), fits) == pytest.approx(20)
    assert forecast_rest(make_run(45), [*fits, refit]) == pytest.approx(15)
