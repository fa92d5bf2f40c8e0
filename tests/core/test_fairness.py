"""Whose turn it is: what is begun, and what gives way, told by plain pieces of work."""

import pytest

from mnist_core.store import SEARCH
from mnist_core.work.fairness import Piece, Places

SHARED, ALONE = Places(2, is_shared=True), Places(2, is_shared=False)


def search(name: str, **values) -> Piece:
    """Make a search, whose first letter names its space."""
    return Piece(name, name[0], SEARCH, **{"most_places": 2, **values})


def training(name: str, **values) -> Piece:
    return Piece(name, name[0], "live", **values)


def begin(places: Places, waiting: list[Piece], at_work: list[Piece]) -> dict[str, int]:
    """Begin what can begin; return the places of each."""
    waiting, at_work = list(waiting), list(at_work)
    begun = {}
    while (one := places.choose_next(waiting, at_work)) is not None:
        waiting = [other for other in waiting if other.id != one.id]
        at_work.append(one)
        begun[one.id] = one.n_places
    return begun


def ask(places: Places, waiting: list[Piece], at_work: list[Piece], clock_s: float) -> list[str]:
    return [one.id for one in places.choose_yielding(waiting, at_work, clock_s)]


def test_a_search_alone_takes_the_whole_machine_and_the_next_waits():
    for places in (SHARED, ALONE):
        assert begin(places, [search("a1"), search("a2")], []) == {"a1": 2}


def test_a_search_takes_no_more_places_than_it_has_trainings():
    assert begin(SHARED, [search("a1", most_places=1)], []) == {"a1": 1}


def test_searches_of_several_people_get_a_place_each_side_by_side():
    assert begin(SHARED, [search("a1"), search("b1"), search("c1")], []) == {"a1": 1, "b1": 1}


def test_a_training_at_home_begins_at_once_beside_a_search_that_has_all():
    assert begin(ALONE, [training("a2"), search("a3")], [search("a1", n_places=2)]) == {"a2": 0}


def test_trainings_of_many_never_take_more_than_the_places():
    waiting = [training("a1"), training("b1"), training("c1"), search("d1")]
    assert sum(begin(SHARED, waiting, []).values()) == 2
    assert begin(SHARED, waiting, [search("e1", n_places=2)]) == {}


def test_work_that_cannot_give_way_leaves_a_place_to_others():
    waiting = [search(name, can_give_way=False) for name in ("a1", "b1", "c1")]
    assert begin(SHARED, [*waiting, search("d1")], []) == {"a1": 1, "d1": 1}
    assert begin(Places(1, is_shared=True), waiting, []) == {"a1": 1}


def test_work_gives_way_after_its_slice_where_another_person_waits():
    at_work = [search("a1", n_places=1), search("b1", n_places=1, since_s=5.0)]
    assert ask(SHARED, [search("c1")], at_work, 9.9) == []
    assert ask(SHARED, [search("c1")], at_work, 10.0) == ["a1"]
    assert ask(SHARED, [search("c1"), search("d1")], at_work, 15.0) == ["a1", "b1"]
    assert ask(SHARED, [search("c1")], [search("a1", n_places=1, is_asked=True), at_work[1]], 15.0) == []


def test_work_does_not_give_way_to_what_its_own_person_has_queued():
    assert ask(SHARED, [search("a2")], [search("a1", n_places=2)], 100.0) == []
    assert ask(SHARED, [training("a2")], [search("a1", n_places=2)], 100.0) == ["a1"]
    assert ask(SHARED, [search("a2")], [training("a1", n_places=1)], 100.0) == []


def test_work_that_would_lose_something_never_gives_way():
    assert ask(SHARED, [search("b1")], [search("a1", n_places=1, can_give_way=False)], 100.0) == []


def test_nothing_gives_way_to_what_could_not_begin_then():
    at_work = [search("a1", n_places=1, can_give_way=False), search("b1", n_places=1)]
    assert ask(SHARED, [search("c1", can_give_way=False)], at_work, 100.0) == []


def test_a_search_that_has_the_whole_machine_gives_way_soon():
    assert ask(SHARED, [search("b1")], [search("a1", n_places=2)], 2.0) == ["a1"]


def test_slices_are_shorter_where_many_wait_so_that_all_have_a_turn_within_a_minute():
    assert SHARED.choose_slice([search("a1"), search("b1")]) == 10.0
    assert SHARED.choose_slice([search(f"{chr(97 + n)}1") for n in range(24)]) == pytest.approx(5.0)
    assert SHARED.choose_slice([search(f"{chr(97 + n)}1") for n in range(100)]) == 2.0


def test_a_search_that_the_others_have_left_alone_takes_the_whole_machine_after_a_while():
    narrow = search("a1", n_places=1)
    assert ask(SHARED, [], [narrow], 29.0) == []
    assert ask(SHARED, [], [narrow], 30.0) == ["a1"]
    assert ask(SHARED, [search("a2")], [narrow], 30.0) == ["a1"]
    assert ask(SHARED, [], [search("a1", n_places=2)], 100.0) == []
    assert ask(SHARED, [], [narrow, training("b1", n_places=1)], 100.0) == []
