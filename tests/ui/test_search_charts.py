"""Charts whose numbers change: what stays the same, and where a candidate is drawn."""

import json
import math

import pandas as pd
import pytest

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.history import EpochRecord
from mnist_core.network.plan import SearchPlan
from mnist_core.store import EpochRow, FitRow, FitState
from mnist_core.store.ranking import rank_candidates
from mnist_ui.charts.live import LEAST_ERROR, MOST_ERROR, to_error
from mnist_ui.search.parallel_axes import draw_parallel
from mnist_ui.search.search_charts import Curves, draw_curves, draw_heat_map
from mnist_ui.times import say_duration, say_roughly

PLAN = SearchPlan()
SMALL = Grid(lr=(0.1, 0.01), hidden1=(4,), hidden2=(3, 2), activation=(Activation.RELU,))


def rank(scores: dict[int, float], plan: SearchPlan = PLAN):
    fits = [FitRow(index, 0, FitState.DONE, score, 5, 1.0) for index, score in scores.items()]
    return rank_candidates(plan, fits)


def read_types(frame: pd.DataFrame) -> list[str]:
    return [str(kind) for kind in frame.dtypes]


@pytest.mark.parametrize("draw", [draw_heat_map, lambda grid, ranked: draw_parallel(grid, ranked, False)])
def test_a_chart_keeps_its_form_from_the_first_score_to_the_last(draw):
    empty, full = draw(PAPER_GRID, rank({})), draw(PAPER_GRID, rank(dict.fromkeys(range(81), 0.9)))
    assert empty.spec is full.spec
    assert empty.words == full.words
    assert read_types(empty.frame) == read_types(full.frame)


def test_curves_keep_their_form_when_other_fits_train():
    row = EpochRow(1, 0, 0, EpochRecord(1, 0.5, 0.6, 0.8, 0.1))
    empty = draw_curves(Curves({}, 1, 2), [], "valid_loss")
    full = draw_curves(Curves({(0, 0): "fold 1"}, 1, 2), [row], "valid_loss")
    assert empty.spec is full.spec
    assert read_types(empty.frame) == read_types(full.frame)
    assert full.frame.to_dict("records") == [{"training": "fold 1", "epoch": 1, "value": 0.6}]


def test_charts_hold_no_data_of_their_own():
    for chart in (draw_heat_map(SMALL, []), draw_parallel(SMALL, [], True)):
        assert '"data"' not in json.dumps(chart.spec)


def test_every_candidate_has_its_cell_and_only_the_scored_ones_a_colour():
    plan = SearchPlan(grid=SMALL)
    frame = draw_heat_map(SMALL, rank({2: 0.75}, plan)).frame
    assert len(frame) == SMALL.n_candidates
    assert list(frame["accuracy"].notna()) == [False, False, True, False]
    scored = frame.iloc[2]
    assert (scored["candidate"], scored["folds"]) == (str(SMALL.candidates()[2]), 1)


def test_the_colours_are_for_the_range_that_is_there_or_for_that_of_several_maps():
    plan = SearchPlan(grid=SMALL)
    own, other = rank({2: 0.95, 1: 0.94}, plan), rank({0: 0.5}, plan)
    assert find_domains(draw_heat_map(SMALL, own).spec) == []
    assert find_domains(draw_heat_map(SMALL, own, [*own, *other]).spec) == [pytest.approx([0.05, 0.5])]


def find_domains(spec) -> list[list[float]]:
    """Find the ends of colours that a chart names, instead of leaving them to its numbers."""
    values = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else []
    inner = [one for value in values for one in find_domains(value)]
    is_colours = isinstance(spec, dict) and spec.get("scheme") == "viridis" and "domain" in spec
    return [spec["domain"], *inner] if is_colours else inner


def test_a_line_passes_through_the_values_of_its_candidate():
    plan = SearchPlan(grid=SMALL)
    frame = draw_parallel(SMALL, rank({3: 0.9}, plan), False).frame
    line = frame[frame["kind"] == "line"]
    places = dict(zip(line["axis"], line["place"], strict=True))
    # The second lr, the second hidden 2; an axis of one value is drawn in its middle.
    assert places.pop("accuracy") == pytest.approx(math.log(0.9 / 0.1) / math.log(0.9 / 0.01))
    assert places == {"activation": 0.5, "lr": 1.0, "hidden 1": 0.5, "hidden 2": 1.0}


def test_the_best_line_is_drawn_last_above_the_others():
    frame = draw_parallel(PAPER_GRID, rank({0: 0.95, 1: 0.5}), False).frame
    names = list(frame[frame["kind"] == "line"]["candidate"].unique())
    assert names[-1] == str(PAPER_GRID.candidates()[0])


def test_an_accuracy_beyond_the_ends_of_the_colours_gets_the_colour_of_the_end():
    assert to_error(1.0) == LEAST_ERROR
    assert to_error(0.0) == MOST_ERROR


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (4800, "1 h 20 min")],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds, words):
    assert say_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "a few seconds"),
        (18, "about 20 s"),
        (59, "about 1 min"),
        (95, "about 1.5 min"),
        (240, "about 4 min"),
        (9000, "about 2.5 hours"),
    ],
)
def test_an_estimate_is_said_no_finer_than_it_is_known(seconds, words):
    assert say_roughly(seconds) == words
