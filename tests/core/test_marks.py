"""Flags and notes of the candidates of a run: said, kept, and gone with it."""

import pytest
from stored_runs import OUTCOME, add_run, begin_run, set_columns

from mnist_core.ground.errors import RunError
from mnist_core.store import WorkState, end
from mnist_core.store.archive import delete_work
from mnist_core.store.marks import MOST_LETTERS, Mark, mark_candidate, read_marks


def test_a_flag_and_a_note_stay_at_their_candidate(store):
    run_id = add_run(store)
    assert read_marks(store, run_id) == {}

    mark_candidate(store, run_id, 1, is_flagged=True)
    mark_candidate(store, run_id, 1, note="  learns\n slowly ")
    mark_candidate(store, run_id, 0, note="again?")

    assert read_marks(store, run_id) == {0: Mark(False, "again?"), 1: Mark(True, "learns slowly")}


def test_what_is_taken_away_is_said_no_more(store):
    run_id = add_run(store)
    mark_candidate(store, run_id, 1, is_flagged=True, note="good")
    assert mark_candidate(store, run_id, 1, is_flagged=False, note="") == Mark()
    assert read_marks(store, run_id) == {}


@pytest.mark.parametrize(
    ("number", "note", "words"),
    [
        (2, "", "A candidate's number is from 0 to 1 in this run, but is 2"),
        (-1, "", "but is -1"),
        (0, "x" * (MOST_LETTERS + 1), "at most 500 letters, but this one has 501: cut it"),
    ],
)
def test_what_cannot_be_said_is_refused(store, number, note, words):
    run_id = add_run(store)
    with pytest.raises(RunError, match=words):
        mark_candidate(store, run_id, number, note=note)
    assert read_marks(store, run_id) == {}


def test_letters_that_no_table_shows_are_left_out(store):
    assert mark_candidate(store, add_run(store), 0, note="a\0b\x1b[31m").note == "ab[31m"


def test_marks_go_with_their_run_alone(store):
    run_id, other = begin_run(store), add_run(store)
    for one in (run_id, other):
        mark_candidate(store, one, 0, note="good")
    end(store, run_id, WorkState.DONE, "done", vars(OUTCOME))

    delete_work(store, run_id)

    assert read_marks(store, run_id) == {}
    assert read_marks(store, other) == {0: Mark(False, "good")}


def test_another_person_reads_marks_of_a_published_run_and_writes_none(store):
    ada, ben = store.of("ada"), store.of("ben")
    run_id = add_run(ada)
    mark_candidate(ada, run_id, 0, note="mine")
    assert read_marks(ben, run_id) == {}
    with pytest.raises(RunError, match="There is no run"):
        mark_candidate(ben, run_id, 0, note="not yours")

    set_columns(store, run_id, is_published=True)

    assert read_marks(ben, run_id) == {0: Mark(False, "mine")}
    with pytest.raises(RunError, match="what another person has published"):
        mark_candidate(ben, run_id, 0, note="not yours")
    assert read_marks(ada, run_id) == {0: Mark(False, "mine")}
