"""The history of runs: searched, named, tagged, deleted."""

import pytest
from stored_runs import PLAN, add_run, begin_run, make_record

from mnist_core.ground.errors import RunError
from mnist_core.store import (
    WorkState,
    add_search,
    claim,
    end,
    find_searches,
    get_search,
    list_tags,
    list_work,
    read_epochs,
    read_fits,
    record,
    rename_work,
    set_tags,
)
from mnist_core.store.archive import delete_work


@pytest.fixture
def runs(store):
    """Give three runs: of another name, data set and tags each."""
    ids = [
        add_search(store, PLAN, "MNIST.mat", "a" * 16, "Wide layers"),
        add_search(store, PLAN, "Ärzte.mat", "b" * 16, "narrow layers"),
        add_search(store, PLAN, "small.mat", "c" * 16, "a quick look"),
    ]
    set_tags(store, ids[0], ["Thesis", "chapter 2"])
    set_tags(store, ids[1], ["thesis"])
    return ids


def found(store, *arguments, **options) -> list[str]:
    return [run.id for run in find_searches(store, *arguments, **options)]


def test_an_empty_search_finds_all_runs_the_latest_first(store, runs):
    assert found(store) == runs[::-1]


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("LAYERS", [1, 0]),
        ("ärzte", [1]),
        ("mnist.mat", [0]),
        ("chapter", [0]),
        ("wide thesis", [0]),
        ("layers small", []),
        ("50%", []),
    ],
)
def test_every_word_is_looked_for_in_names_data_sets_and_tags(store, runs, text, which):
    assert found(store, text) == [runs[index] for index in which]


def test_a_run_is_found_by_its_id(store, runs):
    assert found(store, runs[1]) == [runs[1]]


def test_a_run_is_found_by_all_of_its_tags_together(store, runs):
    assert found(store, tags=["THESIS"]) == [runs[1], runs[0]]
    assert found(store, tags=["thesis", "chapter 2"]) == [runs[0]]
    assert found(store, tags=["chapter"]) == []


def test_runs_are_found_by_their_states(store, runs):
    claim(store)
    assert found(store, states=[WorkState.RUNNING]) == [runs[0]]
    assert found(store, "layers", states={WorkState.QUEUED}) == [runs[1]]


def test_tags_are_kept_once_without_spare_blanks(store, runs):
    set_tags(store, runs[2], ["  to   show ", "", "To show", "b"])
    assert get_search(store, runs[2]).tags == ("To show", "b")
    assert list_tags(store) == ["b", "chapter 2", "Thesis", "thesis", "To show"]
    set_tags(store, runs[2], [])
    assert get_search(store, runs[2]).tags == ()


def test_too_long_or_too_many_tags_are_refused(store, runs):
    with pytest.raises(RunError, match="at most 40 letters"):
        set_tags(store, runs[0], ["x" * 41])
    with pytest.raises(RunError, match="at most 20 tags, but got 21"):
        set_tags(store, runs[0], [str(number) for number in range(21)])


def test_a_run_gets_another_name(store, runs):
    rename_work(store, runs[0], "  the best   one ")
    assert get_search(store, runs[0]).name == "the best one"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_that_cannot_be_shown_is_refused(store, runs, name):
    with pytest.raises(RunError, match="A name needs 1 to 200 letters"):
        rename_work(store, runs[0], name)


@pytest.mark.parametrize("change", [rename_work, set_tags])
def test_an_unknown_run_cannot_be_changed(store, change):
    with pytest.raises(RunError, match="no run 'nobody'"):
        change(store, "nobody", "abc")


def test_a_deleted_run_is_gone_with_its_fits_and_epochs_and_no_other_is(store):
    kept, gone = begin_run(store), begin_run(store)
    for run_id in (kept, gone):
        record(store, run_id, [(0, 0, make_record(1))])
    end(store, gone, WorkState.CANCELLED, "cancelled")

    delete_work(store, gone)

    assert [run.id for run in list_work(store)] == [kept]
    assert (read_fits(store, gone), read_epochs(store, gone)) == ([], [])
    assert len(read_epochs(store, kept)) == 1


def test_a_run_that_goes_on_or_waits_cannot_be_deleted(store):
    running, waiting = begin_run(store), add_run(store)
    for run_id, state in ((running, "running"), (waiting, "queued")):
        with pytest.raises(RunError, match=f"A run that is {state} cannot be deleted: cancel {run_id} first"):
            delete_work(store, run_id)


def test_a_run_that_is_not_there_cannot_be_deleted(store):
    with pytest.raises(RunError, match="no run 'nobody'"):
        delete_work(store, "nobody")
