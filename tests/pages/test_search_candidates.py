"""The candidates of a run on the Search page: filtered by words, flagged, and with notes."""

import pytest
from screen import read_documents, read_words
from searches import begin_run, end_well, fill, say_all, train_fit
from streamlit.testing.v1 import AppTest

from mnist_core.store.marks import Mark, mark_candidate, read_marks


@pytest.fixture
def done(store):
    run_id = begin_run(store)
    end_well(store, run_id)
    return run_id


def read_rates(page: AppTest) -> list[float]:
    return list(page.dataframe[0].value["lr"])


def test_words_choose_the_candidates_of_the_ranking(open_page, done):
    page = open_page(done, "Ranking")
    assert read_rates(page) == [0.01, 0.001]
    page = fill(page, "Filter", "lr<0.005 accuracy>80%")
    assert not page.exception
    assert read_rates(page) == [0.001]
    assert "1 of 2 networks fit" in read_words(page)


def test_a_word_that_means_nothing_is_told_and_the_table_stays(open_page, done):
    page = fill(open_page(done, "Ranking"), "Filter", "lrr<0.005")
    assert "There is no column lrr: the names are network, activation" in say_all(page)
    assert len(read_rates(page)) == 2


def test_a_link_restores_the_words(open_page, done):
    assert read_rates(open_page(done, "Ranking", filter="lr=0.001")) == [0.001]


def test_networks_that_are_not_looked_for_are_faint(open_page, done):
    page = fill(open_page(done, "Networks"), "Filter", "lr=0.001")
    (faint,) = [document["faint"] for document in read_documents(page) if "faint" in document]
    assert faint == [0]


def test_cells_that_are_not_looked_for_are_faint(open_page, done):
    page = fill(open_page(done, "Grid"), "Filter", "lr=0.001")
    assert not page.exception
    assert "1 of 2 networks fit" in read_words(page)


def test_columns_in_which_all_are_alike_can_be_left_out(open_page, done):
    page = open_page(done, "Ranking")
    assert "hidden1" in page.dataframe[0].proto.column_order
    page = page.toggle(key="search-differs-only").set_value(True).run()
    shown = list(page.dataframe[0].proto.column_order)
    assert "lr" in shown
    assert not {"hidden1", "hidden2", "activation", "note"} & set(shown)


def test_a_chosen_row_is_flagged_and_has_a_note(open_page, store, done):
    page = open_page(done, "Ranking")
    page.session_state[f"ranking-{done}-{hash((0, 1))}"] = {
        "selection": {"rows": [1], "columns": [], "cells": []}
    }
    page = page.run()
    page.toggle(key=f"search-flag-{done}-1").set_value(True).run()
    page = fill(page, "Note", "=slow, but steady")

    assert not page.exception
    assert read_marks(store, done) == {1: Mark(True, "=slow, but steady")}
    assert list(page.dataframe[0].value["flag"]) == ["", "⚑"]
    assert list(page.dataframe[0].value["note"]) == ["", "=slow, but steady"]


def test_a_network_of_a_run_that_goes_on_is_marked_beside_its_curves(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 1, 0, 0.8)
    page = fill(open_page(run_id, "Networks"), "Note", "watch this")
    assert read_marks(store, run_id) == {1: Mark(False, "watch this")}

    mark_candidate(store, run_id, 1, note="as another tab says")
    (note,) = [field for field in page.run().text_input if field.label == "Note"]
    assert note.value == "as another tab says"
