"""The Search page where candidates are drawn: the form, and runs that fill no rows and columns."""

from dataclasses import asdict, replace

import pytest
from screen import read_words
from searches import begin_run, count, fill, find_button, read_small_curves, say_all, train_fit

from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.store import Outcome, WorkState, end, list_work, note_drawn

RANGED = Grid.from_values(
    {
        "lr": {"low": 0.0001, "high": 0.1, "log": True},
        "hidden": [[16], [{"low": 16, "high": 64, "step": 16}, 8]],
        "activation": ["tanh", "relu"],
        "batch_size": {"low": 16, "high": 64},
        "optimizer": ["adam", "sgd"],
        "momentum": [0.5, 0.9],
    }
)
RANDOM = SearchPlan(RANGED, cv=2, limit=600, strategy=Strategy.RANDOM, n_trials=12)
BAYES = replace(RANDOM, strategy=Strategy.BAYES)


def choose_strategy(page, strategy):
    (field,) = [field for field in page.selectbox if field.label == "Strategy"]
    return field.set_value(strategy).run()


def test_a_range_that_was_typed_is_drawn_from_and_comes_back_into_the_form(open_page, store, sample):
    page = fill(open_page(), "Learning rates", "0.0001 to 0.1")
    assert "lr has a range, from which the strategies random and bayes draw" in say_all(page)
    page = fill(choose_strategy(page, Strategy.RANDOM), "Hidden layers", "16..64:16-8, 16")
    page = count(page, "Candidates", 6)
    assert "30 fits: 6 candidates drawn × 5 folds" in say_all(page)

    find_button(page, "Start the search").click().run()

    assert not page.exception
    (run,) = list_work(store)
    assert run.plan.grid.lr == RANGED.lr
    assert run.plan.grid.hidden == RANGED.hidden[::-1]
    assert run.n_fits == 30


@pytest.mark.parametrize("view", ["Networks", "Ranking", "Grid", "Importance"])
@pytest.mark.parametrize("plan", [RANDOM, BAYES], ids=["random", "bayes"])
def test_a_run_whose_candidates_are_drawn_is_shown_in_every_view(open_page, store, sample, plan, view):
    run = begin_run(store, plan)
    if plan is BAYES:
        note_drawn(store, run, [one.params() for one in RANDOM.candidates()[:11]])
    train_fit(store, run, 0, 0, 0.9)
    train_fit(store, run, 10, 0, 0.8)
    train_fit(store, run, 11, 0, 0.7)  # of a batch that the page may not know of yet

    page = open_page(run, view)

    assert not page.exception
    assert len(page.get("vega_lite_chart")) == {"Networks": 2, "Ranking": 0, "Grid": 2, "Importance": 1}[view]
    if view == "Networks":
        assert [cell["index"] for cell in read_small_curves(page)] == list(
            range(len(page_plan(store).candidates()))
        )


def page_plan(store) -> SearchPlan:
    return list_work(store)[0].plan


def test_a_run_that_drew_its_candidates_is_replayed_compared_and_planned_again(open_page, store, sample):
    run = begin_run(store, BAYES)
    drawn = RANDOM.candidates()
    note_drawn(store, run, [one.params() for one in drawn])
    for number in range(12):
        train_fit(store, run, number, 0, 0.5 + number / 100)
        train_fit(store, run, number, 1, 0.5 + number / 100)
    outcome = Outcome(RANGED.params(drawn[11]), 0.61, 0.62, "/home/of/models/none", "/none.csv", True)
    end(store, run, WorkState.DONE, "done", asdict(outcome))
    begin_run(store, SearchPlan(cv=2))

    page = open_page(run, "Replay")
    assert not page.exception
    assert "As it stood after 72 epochs" in read_words(page)
    find_button(page, "Change its plan").click().run()
    assert not page.exception
    assert {field.label: field.value for field in page.text_input}["Learning rates"] == "0.0001 to 0.1 log"
    assert {field.label: field.value for field in page.text_input}["Batch size"] == "16 to 64"
    page.session_state["search-next-tab"] = "Compare"
    page.run()
    assert not page.exception
    assert "bayes, 12 candidates" in page.table[0].value.to_string()
