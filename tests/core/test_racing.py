"""Who falls behind in a race; races that were stopped, and their numbers beside the whole grid's."""

import math
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from digits import make_digits

from mnist_core.ground.errors import GridError, RunStoppedError
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.history import Course, EpochRecord
from mnist_core.network.plan import Engine, SearchPlan, Strategy
from mnist_core.network.racing import count_folds, judge, list_rungs, replay_race
from mnist_core.network.recipe import Recipe
from mnist_core.search.check import check_room
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.fast import make_fast_engine
from mnist_core.search.rounds import Source

N_FOLDS, EPOCHS = 5, 60
PLAN = SearchPlan(
    Grid((3.0, 0.03, 0.003), (24,), (12,), (Activation.TANH, Activation.RELU)),
    Recipe(max_epochs=12, patience=12),
    cv=3,
    workers=1,
    strategy=Strategy.RACE,
)


def draw_curve(chance, ceiling, pace):
    """Draw a fold's epochs: accuracy follows the training loss, which falls as fast as the pace says."""
    rows = []
    for epoch in range(1, EPOCHS + 1):
        loss = 2.3 * math.exp(-pace * (epoch - 0.5))
        at_end = 2.3 * math.exp(-pace * epoch)
        accuracy = ceiling * (1 - at_end / 2.3) + chance.normal(0, 0.002)
        rows.append(EpochRecord(epoch, loss, at_end + 0.3 + 2 * (1 - ceiling), accuracy, 0.1))
    return rows


def draw_race(kinds, seed=0):
    chance = np.random.default_rng(seed)
    return {
        (number, fold): Course(draw_curve(chance, *kind), has_ended=True)
        for number, kind in enumerate(kinds)
        for fold in range(N_FOLDS)
    }


def run_race(kinds, seed=0):
    return replay_race(draw_race(kinds, seed), len(kinds), N_FOLDS, EPOCHS, 10)


def test_a_race_drops_who_reads_less_where_all_have_learnt_as_much_and_says_why():
    drops = run_race([(0.95, 0.4), (0.9, 0.4), (0.95, 0.5)])

    assert list(drops) == [1]
    assert drops[1].behind in (0, 2)
    assert "points behind the other where both had a training loss of" in drops[1].say("the other")
    assert "on all 3 folds (p < 0.001)" in drops[1].say("the other")


def test_who_learns_slowly_is_not_dropped_for_that_alone():
    assert run_race([(0.95, 0.4), (0.95, 0.15)]) == {}


def test_who_hardly_learns_at_all_is_dropped_though_there_is_nothing_to_compare_it_by():
    drops = run_race([(0.95, 0.4), (0.95, 0.0005)])

    assert drops[1].is_pace
    assert "even if its validation loss fell" in drops[1].say("the other")


def test_the_order_of_the_grid_plays_no_part():
    kinds = [(0.95, 0.4), (0.9, 0.4), (0.949, 0.3), (0.93, 0.2), (0.95, 0.001)]
    courses = draw_race(kinds)
    order = [3, 1, 4, 0, 2]
    turned = {(place, fold): courses[number, fold] for place, number in enumerate(order) for fold in range(5)}

    dropped, others = (replay_race(each, 5, N_FOLDS, EPOCHS, 10) for each in (courses, turned))

    assert {order[place] for place in others} == set(dropped)
    assert {order[place]: drop.n_epochs for place, drop in others.items()} == {
        number: drop.n_epochs for number, drop in dropped.items()
    }


def test_equals_all_stay():
    [one] = {tuple(course.history) for fit, course in draw_race([(0.9, 0.3)]).items() if fit[1] == 0}
    courses = {(number, fold): Course(one, has_ended=True) for number in range(4) for fold in range(N_FOLDS)}

    assert replay_race(courses, 4, N_FOLDS, EPOCHS, 10) == {}


def test_a_network_whose_loss_is_no_number_is_dropped_and_harms_no_other():
    courses = draw_race([(0.95, 0.4), (0.95, 0.4)])
    broken = [EpochRecord(epoch, math.nan, math.nan, 0.1, 0.1) for epoch in range(1, 20)]
    courses |= {(2, fold): Course(broken, has_ended=True) for fold in range(N_FOLDS)}

    assert list(replay_race(courses, 3, N_FOLDS, EPOCHS, 10)) == [2]


def test_who_has_ended_is_not_dropped_and_keeps_its_figures():
    courses = draw_race([(0.95, 0.4), (0.9, 0.4)])
    for fold in range(N_FOLDS):
        courses[1, fold] = Course(courses[1, fold].history[:7], has_ended=True)

    assert judge(courses, [0, 1], N_FOLDS, 7, 10) == {}


def test_rungs_lie_ever_further_apart_and_below_the_most_epochs():
    rungs = list(list_rungs(100))

    assert rungs[:4] == [3, 4, 6, 8]
    assert rungs[-1] < 100


def test_a_race_begins_on_some_folds_and_goes_on_on_all():
    assert [count_folds(3, n_folds) for n_folds in (2, 3, 5, 10)] == [2, 2, 3, 6]
    assert [count_folds(18, n_folds) for n_folds in (2, 3, 5, 10)] == [2, 3, 5, 10]


def test_a_race_needs_the_fused_engine():
    with pytest.raises(GridError, match=r"A race needs the fused engine, .* but sklearn was chosen"):
        replace(PLAN, engine=Engine.SKLEARN)


def test_a_race_of_too_many_networks_is_refused_before_memory_is_taken():
    grid = Grid((0.1, 0.01), tuple(range(100, 200)), tuple(range(10, 40)), (Activation.TANH,))

    with pytest.raises(GridError, match=r"18,000 of them would take 25 GB, but 4 GB are allowed"):
        check_room(replace(PLAN, grid=grid), 784)


def search(plan, folder, data, gives_way=lambda: False, finish=()):
    told = []
    engine = make_fast_engine(
        Source(*data), plan, Checkpoints(folder), told.append, None, gives_way, finish=finish
    )
    with closing(engine):
        return engine.search().cv_results, told


@pytest.fixture(scope="module")
def raced(tmp_path_factory):
    data = make_digits(400)
    folder = tmp_path_factory.mktemp("raced")
    whole, _ = search(replace(PLAN, strategy=Strategy.GRID), folder / "grid", data)
    return data, whole, search(PLAN, folder / "race", data)[0]


def test_survivors_have_the_numbers_of_the_whole_grid_and_the_dropped_have_none(raced):
    _, whole, race = raced
    is_measured = ~np.isnan(race["mean_test_score"])

    assert 0 < is_measured.sum() < len(is_measured)
    np.testing.assert_array_equal(race["mean_test_score"][is_measured], whole["mean_test_score"][is_measured])
    assert list(race["rank_test_score"].mask) == list(~is_measured)
    assert all("dropped after" in reason for reason in race["reason"][~is_measured])
    assert race["dropped_after"].mask.tolist() == is_measured.tolist()


def test_a_race_that_gives_way_again_and_again_comes_to_the_same_end(raced, tmp_path):
    data, _, race = raced
    table, n_stops = None, 0
    while table is None:
        looks = iter([False] * 8)
        try:
            table, _ = search(replace(PLAN, checkpoint_s=0.0), tmp_path, data, partial(next, looks, True))
        except RunStoppedError:
            n_stops += 1

    assert n_stops > 2
    for name in ("split0_test_score", "split1_test_score", "split2_test_score"):
        np.testing.assert_array_equal(table[name], race[name])
    assert table["reason"].tolist() == race["reason"].tolist()


def test_a_dropped_candidate_that_is_to_be_finished_has_the_numbers_of_the_whole_grid(raced, tmp_path):
    data, whole, race = raced
    dropped = np.flatnonzero(np.isnan(race["mean_test_score"]))
    search(PLAN, tmp_path, data)

    table, told = search(PLAN, tmp_path, data, finish=[int(dropped[0])])

    assert table["mean_test_score"][dropped[0]] == whole["mean_test_score"][dropped[0]]
    assert np.isnan(table["mean_test_score"][dropped[1:]]).all()
    assert dropped[0] not in {number for records in told for number, _ in getattr(records, "dropped", ())}
