"""The history of runs, and two of them side by side."""

import pytest
from screen import read_words
from searches import SMALL, add_run, begin_run, end_well, find_button, say_all
from streamlit.testing.v1 import AppTest

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.store import WorkState, end, get_search, list_work, set_tags


@pytest.fixture
def open_tab(open_page):
    """Open a tab of the page."""

    def open_one(tab: str) -> AppTest:
        page = open_page()
        page.session_state["search-tab"] = tab
        return page.run()

    return open_one


@pytest.fixture
def runs(store):
    """Give a run that is done, one that failed and one that goes on."""
    done = begin_run(store, name="wide layers")
    end_well(store, done)
    set_tags(store, done, ["thesis"])
    failed = begin_run(store, name="narrow layers")
    end(store, failed, WorkState.FAILED, "its data set is gone")
    return done, failed, begin_run(store, name="a quick look")


def choose_row(page: AppTest, row: int) -> AppTest:
    """Click the box before a row, as the browser reports it."""
    return choose_rows(page, [row])


def choose_rows(page: AppTest, rows: list[int]) -> AppTest:
    key = f"history-{hash(tuple(page.dataframe[0].value['id']))}"
    page.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return page.run()


def list_names(page: AppTest) -> list[str]:
    return list(page.dataframe[0].value["name"])


def find_text(page: AppTest, label: str):
    return next(field for field in page.text_input if field.label == label)


def find_choice(page: AppTest, label: str):
    return next(field for field in page.multiselect if field.label == label)


def test_all_runs_are_listed_the_latest_first(open_tab, runs):
    page = open_tab("History")
    assert not page.exception
    assert list_names(page) == ["a quick look", "narrow layers", "wide layers"]
    assert list(page.dataframe[0].value["state"]) == ["● running", "✕ failed", "✓ done"]


def test_runs_are_found_by_words_tags_and_states(open_tab, runs):
    page = open_tab("History")
    assert list_names(find_text(page, "Find runs").set_value("LAYERS").run()) == [
        "narrow layers",
        "wide layers",
    ]
    page = find_choice(page, "In state").set_value([WorkState.FAILED]).run()
    assert list_names(page) == ["narrow layers"]
    page = find_choice(page, "With tags").set_value(["thesis"]).run()
    assert "No run fits" in read_words(page)


def test_a_run_gets_another_name_and_tags(open_tab, store, runs):
    page = choose_row(open_tab("History"), 2)
    find_text(page, "Name").set_value("widest layers")
    find_choice(page, "Tags").set_value(["thesis"])
    page = find_button(page, "Save").click().run()
    assert not page.exception
    run = get_search(store, runs[0])
    assert (run.name, run.tags) == ("widest layers", ("thesis",))
    assert list_names(page)[2] == "widest layers"


def test_a_name_that_cannot_be_is_refused_with_a_sentence(open_tab, store, runs):
    page = choose_row(open_tab("History"), 1)
    find_text(page, "Name").set_value(" ")
    page = find_button(page, "Save").click().run()
    assert "A name needs 1 to 200 letters" in page.error[0].value
    assert get_search(store, runs[1]).name == "narrow layers"


def test_deleting_asks_before_anything_is_gone(open_tab, store, runs):
    page = choose_row(open_tab("History"), 2)
    page = find_button(page, "Delete …").click().run()
    assert "The model that it saved, search-1, stays." in say_all(page)
    assert find_button(page, "Keep it")
    assert len(list_work(store)) == 3


def test_the_question_stays_until_it_is_answered(open_tab, store, runs):
    page = choose_row(open_tab("History"), 2)
    page = find_button(page, "Delete …").click().run()
    page = choose_row(page, 2)  # the page runs again for another reason
    assert find_button(page, "Keep it")
    page = find_button(page, "Keep it").click().run()
    page = page.run()
    assert "Keep it" not in [button.label for button in page.button]
    assert len(list_work(store)) == 3


def test_a_run_that_goes_on_cannot_be_deleted(open_tab, runs):
    page = choose_row(open_tab("History"), 0)
    assert find_button(page, "Delete").disabled


def test_a_run_is_opened_from_the_history(open_tab, runs):
    page = choose_row(open_tab("History"), 2)
    page = find_button(page, "Open this run").click().run()
    assert page.session_state["search-tab"] == "Runs"
    assert "Winner: 8-4 Tanh, lr 0.01" in page.header[0].value


def test_two_runs_are_compared_from_the_history(open_tab, runs):
    page = choose_row(open_tab("History"), 2)
    page = find_button(page, "Compare").click().run()
    assert page.session_state["search-tab"] == "Compare"
    assert find_choice(page, "Runs to compare").value == [runs[0], runs[2]]


def test_runs_that_found_something_are_compared_first(open_tab, runs, store):
    end_well(store, begin_run(store, name="deeper layers"))
    page = open_tab("Compare")
    chosen = find_choice(page, "Runs to compare").value
    assert [get_search(store, run_id).name for run_id in chosen] == ["deeper layers", "wide layers"]


def test_a_run_without_a_score_is_compared_in_words(open_tab, runs):
    assert "No fold is scored." in read_words(open_tab("Compare"))


def test_one_run_alone_cannot_be_compared(open_tab, store):
    add_run(store)
    assert "Two runs are needed" in read_words(open_tab("Compare"))


def test_runs_of_one_plan_are_said_to_be_alike(open_tab, store):
    for name in ("one", "other"):
        end_well(store, begin_run(store, name=name))
    page = open_tab("Compare")
    assert not page.exception
    assert "Planned alike: the same data set, grid and recipe." in say_all(page)


def test_what_two_runs_planned_and_found_stands_side_by_side(open_tab, store):
    grid = Grid(lr=(0.01,), hidden1=(16,), hidden2=(4,), activation=(Activation.TANH,))
    other = SearchPlan(grid=grid, cv=2, limit=600, recipe=Recipe(patience=5))
    begin_run(store, other, name="the other")
    end_well(store, begin_run(store, SMALL, name="the done"))
    differences, results = (table.value for table in open_tab("Compare").table)
    assert list(differences.index) == ["Learning rates", "Hidden 1", "Patience"]
    assert list(differences["the done"]) == ["0.01, 0.001", "8", "3"]
    assert list(differences["the other"]) == ["0.01", "16", "5"]
    assert results.loc["Its mean accuracy", "the done"] == "85.00% ± 5.00"
    assert results.loc["On held-out images", "the other"] == "—"


def test_any_number_of_runs_is_compared_from_the_history(open_tab, runs, store):
    other = SearchPlan(grid=SMALL.grid, cv=3, limit=600)
    begin_run(store, other, name="more folds")
    page = choose_rows(open_tab("History"), [0, 2, 3])
    page = find_button(page, "Compare these 3 runs").click().run()

    assert not page.exception
    assert page.session_state["search-tab"] == "Compare"
    table = page.dataframe[0].value
    assert list(table["run"]) == ["more folds", "narrow layers", "wide layers"]
    assert list(table["Folds"]) == ["3", "2", "2"]
    assert list(table["mean accuracy"])[2] == pytest.approx(85.0)
    assert "How their best candidates learned" in say_all(page)


def test_a_link_names_the_runs_that_are_compared(open_page, runs):
    page = open_page(compare=[runs[1], runs[0]])
    assert page.session_state["search-tab"] == "Compare"
    assert find_choice(page, "Runs to compare").value == [runs[1], runs[0]]
    page.session_state["search-tab"] = "Runs"
    assert "compare" not in page.run().query_params


def test_with_one_run_chosen_another_is_asked_for(open_tab, runs):
    page = find_choice(open_tab("Compare"), "Runs to compare").set_value([runs[0]]).run()
    assert "Choose another run to compare with." in read_words(page)
