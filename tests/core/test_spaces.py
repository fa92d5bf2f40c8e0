"""A person's view of the store reads what is theirs or published, and changes what is theirs alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from stored_runs import OUTCOME, add_run, begin_run, make_record
from trained import make_dataset

from mnist_core import store as stores
from mnist_core.data.kept import keep_dataset, list_datasets, open_dataset, remove_dataset
from mnist_core.ground.errors import DataError, LabError, RunError
from mnist_core.ground.settings import People, Settings
from mnist_core.pens.game import Round
from mnist_core.pens.scores import choose_best, delete_scores, keep_score, list_scores, make_score
from mnist_core.store import Database, WorkState, add_job, claim, describe_wait, end, get_work, record
from mnist_core.store.tables import METADATA, RUNS

SECRET = "zaubernuss"


@dataclass(frozen=True)
class Two:
    """The store as Ada and Bo see it, with Ada's work in it: done, at work, waiting, and a job."""

    whole: Database
    ada: Database
    bo: Database
    settings: Settings
    done: str
    held: str
    waits: str
    rests: str
    asked: str

    @property
    def all(self) -> tuple[str, ...]:
        return self.done, self.held, self.waits, self.rests, self.asked

    def read(self) -> list[Any]:
        with self.whole.reading() as connection:
            tables = METADATA.sorted_tables
            return [
                connection.execute(sa.select(table).order_by(*table.primary_key)).all() for table in tables
            ]


@pytest.fixture
def two(tmp_path: Path) -> Two:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'lab.db'}", people=People.NAMES)
    whole = Database(settings.database)
    ada, bo = whole.of("a" * 16), whole.of("b" * 16)
    rests, asked = (add_job(ada, "training", {"of": SECRET}, name=f"{SECRET} job") for _ in range(2))
    claim(ada, rests)
    end(ada, rests, WorkState.PAUSED, SECRET)
    done = begin_run(ada, f"{SECRET} done")
    record(ada, done, [(1, 0, make_record(1))], [(1, 0, 0.9)])
    stores.set_tags(ada, done, [SECRET])
    end(ada, done, WorkState.DONE, outcome=vars(OUTCOME))
    held = begin_run(ada, f"{SECRET} held")
    record(ada, held, [(1, 0, make_record(1))], [(1, 0, 0.9)])
    made = Two(whole, ada, bo, settings, done, held, add_run(ada, f"{SECRET} waits"), rests, asked)
    add_run(bo, "of bo")
    for work in made.all:
        folder = settings.runs_folder / work
        folder.mkdir(parents=True)
        (folder / "results.csv").write_text(SECRET, encoding="utf-8")
    return made


OF_ONE: dict[str, Callable[[Database, str], Any]] = {
    "await_word": stores.await_word,
    "beat": stores.beat,
    "check_yours": stores.check_yours,
    "claim": stores.claim,
    "end": lambda store, work: stores.end(store, work, WorkState.DONE),
    "get_job": stores.get_job,
    "get_search": stores.get_search,
    "get_work": stores.get_work,
    "give_way": stores.give_way,
    "move_to_front": stores.move_to_front,
    "move_up": stores.move_up,
    "note_drawn": lambda store, work: stores.note_drawn(store, work, [{"lr": 0.1}]),
    "read_epochs": stores.read_epochs,
    "read_fits": stores.read_fits,
    "read_owner": stores.read_owner,
    "read_stamp": stores.read_stamp,
    "read_state": stores.read_state,
    "record": lambda store, work: stores.record(store, work, [(0, 0, make_record(9))], [(0, 0, 1.0)]),
    "release": lambda store, work: stores.release(store, work, "released"),
    "rename_work": lambda store, work: stores.rename_work(store, work, "of bo"),
    "request_cancel": stores.request_cancel,
    "request_pause": stores.request_pause,
    "request_resume": stores.request_resume,
    "rest": lambda store, work: stores.rest(store, work, 0, "rests"),
    "set_cluster": lambda store, work: stores.set_cluster(store, work, "tcp://of-bo:8786"),
    "set_tags": lambda store, work: stores.set_tags(store, work, ["bo"]),
    "trim_fits": lambda store, work: stores.trim_fits(store, work, {}),
    "wish": lambda store, work: stores.wish(store, work, epochs=1000),
}
OF_ALL: dict[str, Callable[[Database], Any]] = {
    "describe_wait": lambda store: [describe_wait(store, run) for run in stores.read_queue(store)],
    "find_searches": lambda store: [stores.find_searches(store, SECRET), stores.find_searches(store)],
    "list_all_work": stores.list_all_work,
    "list_tags": stores.list_tags,
    "list_waiting": stores.list_waiting,
    "list_work": lambda store: [stores.list_work(store, kind) for kind in ("search", "training")],
    "read_best_scores": stores.read_best_scores,
    "read_queue": stores.read_queue,
}
OF_NOBODY = {"add_job", "add_search", "has_work", "is_waiting", "now", "release_silent"}
"""Functions that are not about the work of somebody."""


def test_the_stamp_of_what_waits_tells_of_others_work_only_that_it_is_there(two):
    mine = add_run(two.bo, "mine")
    before = stores.read_stamp(two.bo, mine)
    stores.beat(two.ada, two.held, "goes on")
    record(two.ada, two.held, [(1, 0, make_record(2))])

    assert stores.read_stamp(two.bo, mine) == before
    assert SECRET not in repr(before)

    end(two.ada, two.held, WorkState.PAUSED, "paused")
    assert stores.read_stamp(two.bo, mine) != before


def test_all_functions_of_the_store_are_tried() -> None:
    functions = {name for name in stores.__all__ if callable(getattr(stores, name)) and name[0].islower()}

    tried = {*OF_ONE, *OF_ALL, *OF_NOBODY, "remove_work"}
    assert functions == tried


def try_it(act: Callable[[], Any]) -> str:
    """Return all that somebody learns."""
    try:
        return repr(act())
    except LabError as error:
        return str(error)


@pytest.mark.parametrize("name", OF_ONE)
def test_of_anothers_work_nothing_is_learned_and_nothing_changed(two: Two, name: str) -> None:
    before = two.read()

    said = [try_it(lambda work=work: OF_ONE[name](two.bo, work)) for work in two.all]

    assert two.read() == before
    assert SECRET not in "".join(said)
    # As of what is not there at all.
    assert [one.replace(work, "") for one, work in zip(said, two.all, strict=True)] == [
        try_it(lambda: OF_ONE[name](two.bo, "no such id")).replace("no such id", "")
    ] * len(two.all)


@pytest.mark.parametrize("name", OF_ALL)
def test_no_list_holds_anothers_work(two: Two, name: str) -> None:
    said = try_it(lambda: OF_ALL[name](two.bo))

    assert SECRET not in said
    assert not any(work in said for work in two.all)
    assert try_it(lambda: OF_ALL[name](two.ada)) != said


def test_anothers_work_is_not_removed(two: Two) -> None:
    before = two.read()
    for work in (*two.all, "../runs", "", ".", "..", f"../{two.done}"):
        with pytest.raises(RunError):
            stores.remove_work(two.bo, work, two.settings.of(two.bo.space or ""))

    assert two.read() == before
    assert len(list(two.settings.runs_folder.glob("*/results.csv"))) == len(two.all)


def test_what_is_published_is_read_and_not_changed(two: Two) -> None:
    two.whole.write(sa.update(RUNS).values(is_published=True).where(RUNS.c.space == two.ada.space))
    before = two.read()

    assert {get_work(two.bo, work).id for work in two.all} == set(two.all)
    assert len(stores.read_epochs(two.bo, two.done)) == 1
    for name, act in OF_ONE.items():
        for work in two.all:
            try_it(lambda act=act, work=work: act(two.bo, work))
            assert two.read() == before, name
    for work in two.all:
        with pytest.raises(RunError, match="not changed"):
            stores.remove_work(two.bo, work, two.settings)


def test_new_work_is_of_the_space_that_asks(two: Two) -> None:
    assert get_work(two.whole, add_run(two.bo)).space == two.bo.space
    assert get_work(two.whole, add_run(two.whole)).space == ""


@pytest.fixture
def places(tmp_path: Path) -> tuple[Settings, Settings, Settings]:
    one = Settings(tmp_path, f"sqlite:///{tmp_path / 'lab.db'}")
    return one, one.of("a" * 16), one.of("b" * 16)


def test_one_person_does_not_see_what_is_in_the_pool_for_others(
    places: tuple[Settings, Settings, Settings],
) -> None:
    one, ada, bo = places
    dataset = make_dataset(20)

    keep_dataset(dataset, ada.datasets_folder, ada.pool_folder)

    assert [len(list_datasets(each.datasets_folder)) for each in places] == [0, 1, 0]
    with pytest.raises(DataError):
        open_dataset(dataset.fingerprint, bo.datasets_folder)
    keep_dataset(dataset, one.datasets_folder, one.pool_folder)
    assert len(list_datasets(one.datasets_folder)) == 1


def test_what_one_person_had_stays_where_others_have_it_and_remove_it(
    places: tuple[Settings, Settings, Settings],
) -> None:
    one, ada, bo = places
    dataset = keep_dataset(make_dataset(20), one.datasets_folder, one.pool_folder)
    for each in (ada, bo):
        keep_dataset(make_dataset(20), each.datasets_folder, each.pool_folder)

    for each in (ada, bo):
        remove_dataset(dataset.fingerprint, each.datasets_folder, each.pool_folder)

    assert [len(list_datasets(each.datasets_folder)) for each in places] == [1, 0, 0]


def test_the_last_who_removes_a_data_set_empties_the_pool(
    places: tuple[Settings, Settings, Settings],
) -> None:
    one, ada, bo = places
    fingerprint = make_dataset(20).fingerprint
    for each in (ada, one, bo):
        keep_dataset(make_dataset(20), each.datasets_folder, each.pool_folder)

    remove_dataset(fingerprint, one.datasets_folder, one.pool_folder)
    assert [len(list_datasets(each.datasets_folder)) for each in places] == [0, 1, 1]
    remove_dataset(fingerprint, ada.datasets_folder, ada.pool_folder)
    assert open_dataset(fingerprint, bo.datasets_folder).n_samples == 20
    remove_dataset(fingerprint, bo.datasets_folder, bo.pool_folder)

    assert not list(one.pool_folder.glob("*"))


def test_the_name_of_a_data_set_is_of_the_space(places: tuple[Settings, Settings, Settings]) -> None:
    _, ada, bo = places
    keep_dataset(replace(make_dataset(20), name=SECRET), ada.datasets_folder, ada.pool_folder)
    keep_dataset(replace(make_dataset(20), name="of bo"), bo.datasets_folder, bo.pool_folder)

    assert [list_datasets(each.datasets_folder)[0][1] for each in (ada, bo)] == [SECRET, "of bo"]


def test_of_a_board_that_many_share_each_removes_their_own(tmp_path: Path) -> None:
    rounds = {"a": 1.0, "b": 3.0}
    for space, seconds in rounds.items():
        keep_score(make_score("Ada", Round((5,), "robust").play(5, seconds), space), tmp_path)

    assert [one.space for one in choose_best(list_scores(tmp_path))] == ["a", "b"]
    assert delete_scores(["Ada"], tmp_path, "b") == 1
    assert [one.space for one in list_scores(tmp_path)] == ["a"]
    assert delete_scores(["ADA"], tmp_path, "") == 0
    assert delete_scores(["ADA"], tmp_path) == 1
