"""What one person of many may have at once: said before it hurts, and refused in a sentence."""

import pytest
import sqlalchemy as sa
from stored_runs import add_run

from mnist_core.ground.errors import PersonError
from mnist_core.store import (
    WorkState,
    add_job,
    claim,
    end,
    list_work,
    request_pause,
    request_resume,
    wish,
)
from mnist_core.store.allowance import (
    Allowance,
    allow,
    check_datasets,
    check_upload,
    check_work,
    read_allowance,
    read_allowance_of,
    say_left,
)
from mnist_core.store.people.roll import add_person
from mnist_core.store.tables import RUNS


@pytest.fixture
def ada(store):
    return store.of(add_person(store, "Ada", "ada").id)


def add_training(store) -> str:
    return add_job(store, "live", {}, name="a training")


def test_what_everybody_may_have_is_told_where_nothing_else_was_allowed(store):
    (ada,) = [add_person(store, "Ada", "ada")]
    allow(store, None, {"searches": 7})
    allow(store, ada.id, {"runs": 300})

    assert read_allowance_of(store, None) == Allowance(searches=7)
    assert read_allowance_of(store, ada.id) == Allowance(searches=7, runs=300)


def test_the_one_person_of_a_lab_may_have_all(store):
    for one in (store, store.of("")):
        for _ in range(6):
            add_run(one)
            add_training(one)
        assert read_allowance(one) is None
        assert say_left(one, "search") == ""
        check_upload(one, 10**12)
        check_datasets(one, 1000)


def test_a_search_too_many_is_refused_and_nothing_is_written(store, ada):
    runs = [add_run(ada) for _ in range(4)]

    with pytest.raises(PersonError) as caught:
        add_run(ada)

    assert str(caught.value) == (
        "You have 4 searches at work or waiting, as many as this lab allows a person: wait for one, or "
        "cancel one on the Search page."
    )
    assert len(list_work(ada)) == 4
    add_run(store.of("another"))
    claim(store)
    end(store, runs[0], WorkState.DONE)
    add_run(ada)


def test_what_is_paused_does_not_count_until_it_is_to_go_on(ada):
    first = add_run(ada)
    request_pause(ada, first)
    for _ in range(4):
        add_run(ada)

    with pytest.raises(PersonError, match="4 searches at work or waiting"):
        request_resume(ada, first)

    assert {run.state for run in list_work(ada)} == {WorkState.QUEUED, WorkState.PAUSED}


def test_trainings_are_counted_apart_and_one_that_rests_is_none(ada):
    resting = add_training(ada)
    request_pause(ada, resting)
    add_run(ada)
    for _ in range(2):
        add_training(ada)

    with pytest.raises(PersonError, match=r"2 live trainings at work or waiting, .* let one rest"):
        add_training(ada)
    with pytest.raises(PersonError, match="2 live trainings"):
        wish(ada, resting, until=3)
    with pytest.raises(PersonError, match="2 live trainings"):
        check_work(ada, "live")


def test_what_is_kept_is_limited_too(store, ada):
    allow(store, ada.space, {"runs": 2})
    for _ in range(2):
        run_id = add_run(ada)
        store.write(sa.update(RUNS).where(RUNS.c.id == run_id).values(state="done", queue_position=None))

    with pytest.raises(PersonError, match=r"You keep 2 searches and trainings, .* delete one"):
        add_run(ada)
    with pytest.raises(PersonError, match=r"You keep 20 data sets, .* remove one"):
        check_datasets(ada, 20)
    with pytest.raises(PersonError, match="may have 200 MB in this lab, but this one has 300 MB"):
        check_upload(ada, 300_000_000)


def test_it_is_said_before_it_hurts(ada):
    for _ in range(3):
        assert say_left(ada, "search") == ""
        add_run(ada)
    assert say_left(ada, "search").startswith("This is the last of the 4 searches")
    add_run(ada)
    assert say_left(ada, "search").startswith("You have 4 searches")


def test_a_host_gives_all_or_one_more(store, ada):
    allow(store, None, {"searches": 1, "trainings": 1})
    assert read_allowance(ada).searches == 1
    allow(store, ada.space, {"searches": 9})

    assert (read_allowance(ada).searches, read_allowance(ada).trainings) == (9, 1)
    assert read_allowance(store.of("somebody")).searches == 1


@pytest.mark.parametrize("values", [{"wishes": 3}, {"searches": -1}])
def test_what_cannot_be_allowed_is_refused(store, ada, values):
    with pytest.raises(PersonError, match="may have a number of datasets, runs, searches"):
        allow(store, ada.space, values)
    with pytest.raises(PersonError, match="nobody of the id"):
        allow(store, "nobody", {"searches": 3})
