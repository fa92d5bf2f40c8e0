"""Turns between spaces in the store: who comes next, what each is told, and clocks that differ."""

import pytest
from stored_runs import add_run, finish, set_columns, start_python

from mnist_core.ground.errors import RunLostError
from mnist_core.store import (
    Database,
    WorkState,
    add_job,
    claim,
    describe_wait,
    end,
    get_work,
    give_way,
    list_waiting,
    move_to_front,
    move_up,
    read_queue,
    release_silent,
    request_cancel,
    request_pause,
)


def ids(rows) -> list[str]:
    return [row.id for row in rows]


def test_spaces_take_turns_and_each_keeps_its_own_order(store):
    a1, a2, a3 = (add_run(store.of("a")) for _ in range(3))
    b1, c1 = add_run(store.of("b")), add_run(store.of("c"))

    assert [claim(store).id for _ in range(5)] == [a1, b1, c1, a2, a3]


def test_who_comes_late_is_served_before_those_who_were(store):
    a1, _ = add_run(store.of("a")), add_run(store.of("a"))
    claim(store)
    b1 = add_run(store.of("b"))

    assert claim(store).id == b1
    assert get_work(store, b1).turn > get_work(store, a1).turn > 0


def test_work_that_gives_way_is_the_first_of_its_space_and_behind_the_other_spaces(store):
    a1, a2 = add_run(store.of("a")), add_run(store.of("a"))
    b1 = add_run(store.of("b"))
    assert claim(store).id == a1

    give_way(store, a1)

    row = get_work(store, a1)
    assert (row.state, row.message) == (
        WorkState.QUEUED,
        "waits for its turn; it goes on from where it was",
    )
    assert [claim(store).id for _ in range(3)] == [b1, a1, a2]


@pytest.mark.parametrize(
    ("ask", "state"), [(request_pause, WorkState.PAUSED), (request_cancel, WorkState.CANCELLED)]
)
def test_work_that_gives_way_while_it_is_to_stop_stops(store, ask, state):
    run_id = add_run(store)
    claim(store)
    ask(store, run_id)

    give_way(store, run_id)

    assert get_work(store, run_id).state is state


def test_in_a_space_what_one_looks_on_at_comes_first(store):
    run_id = add_run(store.of("a"))
    job_id = add_job(store.of("a"), "live", {}, name="looked on at")
    other = add_run(store.of("b"))

    waiting = ids(list_waiting(store))

    assert waiting.index(job_id) < waiting.index(run_id)
    assert set(waiting) == {run_id, job_id, other}


def test_in_a_space_a_search_has_its_turn_after_what_one_looks_on_at(store):
    mine = store.of("a")
    search = add_run(mine)
    first, second = (add_job(mine, "live", {}, name="one") for _ in range(2))
    assert ids(list_waiting(store)) == [first, second, search]

    claim(store, first)
    assert ids(list_waiting(store)) == [search, second]
    claim(store, search)
    give_way(store, search)

    assert ids(list_waiting(store)) == [second, search]


def test_a_person_is_told_how_many_others_are_before_and_never_what(store):
    mine = store.of("me")
    first = add_run(mine, "my first")
    claim(store)
    names = [add_run(store.of(space), f"secret of {space}") for space in "abc"]
    second, third = add_run(mine, "my second"), add_run(mine, "my third")

    assert describe_wait(mine, get_work(mine, second)) == "waits for its turn; 3 runs of others are before it"
    assert describe_wait(mine, get_work(mine, third)) == "1 run is before it"
    assert claim(store).id == names[0]
    assert claim(store).id == names[1]
    assert describe_wait(mine, get_work(mine, second)) == "waits for its turn; 1 run of others is before it"
    assert claim(store).id == names[2]
    end(store, first, WorkState.DONE)
    assert describe_wait(mine, get_work(mine, second)) == "waits for its turn; it is the next one"


def test_to_move_a_run_up_changes_nothing_for_others(store):
    theirs = add_run(store.of("a"))
    mine = store.of("me")
    first, second, third = (add_run(mine) for _ in range(3))

    move_to_front(mine, third)
    move_up(mine, second)

    assert ids(read_queue(mine)) == [third, second, first]
    assert [claim(store).id, claim(store).id] == [theirs, third]


SHIFTED = """
    import sys
    from datetime import timedelta
    from mnist_core.store import rows

    true_now = rows.now
    rows.now = lambda: true_now() + timedelta(seconds=float(sys.argv[2]))  # before who uses it loads

    from mnist_core.store import Database, beat, claim

    store = Database(sys.argv[1], silent_after_s=0.4)
    run = claim(store)
    print(run.id, flush=True)
    for line in sys.stdin:
        beat(store, run.id, "still here")
        print("beaten", flush=True)
"""


@pytest.mark.parametrize("off_s", [-60, 60])
def test_a_worker_whose_clock_is_a_minute_off_keeps_its_work_and_takes_nobodys(store, url, off_s):
    first, second = add_run(store.of("a")), add_run(store.of("b"))
    other = Database(url, silent_after_s=0.4)
    process = start_python(SHIFTED, url, str(off_s))
    assert process.stdout.readline().strip() == first

    assert claim(other).id == second
    for _ in range(4):
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline().strip() == "beaten"
        release_silent(other)

    assert get_work(store, first).state is WorkState.RUNNING
    assert get_work(store, second).state is WorkState.RUNNING
    assert claim(other) is None
    finish(process)
    other.close()


def test_turns_do_not_depend_on_when_work_began_by_anybodys_clock(store):
    a1, b1 = add_run(store.of("a")), add_run(store.of("b"))
    assert [claim(store).id, claim(store).id] == [a1, b1]
    set_columns(store, a1, started=9e9)  # a machine whose clock is far ahead began it
    a2, b2 = add_run(store.of("a")), add_run(store.of("b"))

    assert [claim(store).id, claim(store).id] == [a2, b2]


def test_work_that_was_given_away_is_not_written_to_by_who_gave_way(store):
    run_id = add_run(store)
    claim(store)
    give_way(store, run_id)

    with pytest.raises(RunLostError):
        give_way(store, run_id)
