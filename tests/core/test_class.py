"""A class as its host sees it: what each has reached, the drawings of all, the end of an evening."""

import json
from pathlib import Path

import pytest
from classes import add_people, add_searches, draw_digits, finish_search, open_for
from commands import call, call_json
from stored_runs import add_run, make_record, start_python

from mnist_core.data.dataset import split_dataset
from mnist_core.data.kept import keep_dataset, open_dataset
from mnist_core.ground.errors import BackupError, DataError, PersonError, RunError
from mnist_core.ground.footprint import HomePart, measure_home, measure_memory
from mnist_core.pens import parse_strokes, read_drawings
from mnist_core.pens.corrections import Source
from mnist_core.store import (
    WorkState,
    claim,
    end,
    get_work,
    list_all_work,
    move_to_front,
    record,
    request_cancel,
)
from mnist_core.store.backup import check_backup, restore_backup
from mnist_core.store.people.class_drawings import export_drawings, gather_drawings, pool_drawings
from mnist_core.store.people.closing import close_evening
from mnist_core.store.people.entering import enter, make_token, read_token, set_code
from mnist_core.store.people.leaving import remove_person
from mnist_core.store.people.roll import change_person, find_person, get_person, list_people
from mnist_core.store.people.standings import (
    list_open_work,
    read_best_runs,
    read_standings,
    read_standings_stamp,
)

TEN = range(10)


def test_the_host_sees_what_each_has_open_at_work_and_reached(store, settings, dataset):
    ada, ben = add_people(store, ["Ada", "Ben"])
    open_for(settings, ada, dataset)
    draw_digits(settings, ada, [3, 4])
    finish_search(store, settings, ada, 0.91)
    (run_id,) = add_searches(store, [ben], dataset)
    claim(store, run_id)
    record(store, run_id, [(0, 0, make_record(1)), (1, 0, make_record(1))])
    record(store, run_id, scores=[(0, 0, 0.5), (1, 0, 0.75)])
    change_person(store, ben.id, page="search")

    first, second = read_standings(store, settings, list_open_work(store))

    assert (first.person.name, first.dataset, first.work) == ("Ada", dataset.name, ())
    assert (first.best_score, first.n_models, first.n_drawings) == (0.91, 1, 2)
    assert (second.person.page, second.dataset, [row.id for row in second.work]) == ("search", "", [run_id])
    assert (second.best_score, second.n_models, second.n_drawings) == (0.75, 0, 0)


def test_open_work_is_listed_with_what_is_carried_out_first(store, settings, dataset):
    people = add_people(store, ["Ada", "Ben", "Cem", "Dora"])
    first, second, works, gone = add_searches(store, people, dataset)
    claim(store, works)
    request_cancel(store, gone)

    assert [row.id for row in list_open_work(store)] == [works, first, second]


def test_open_work_waits_in_turns_of_which_each_person_has_one(store, dataset):
    ada, ben = add_people(store, ["Ada", "Ben"])
    a1, a2, b1 = add_searches(store, [ada, ada, ben], dataset)

    assert [row.id for row in list_open_work(store)] == [a1, b1, a2]


def test_the_host_lets_anybodys_search_be_the_next_of_all(store, dataset):
    people = add_people(store, ["Ada", "Ben", "Cem"])
    for one in people:
        claim(store, add_searches(store, [one], dataset)[0])
    waiting = add_searches(store, [*people, people[2]], dataset)

    move_to_front(store, waiting[-1])

    assert [row.id for row in list_open_work(store)][3:] == [waiting[3], waiting[0], waiting[1], waiting[2]]
    assert claim(store).id == waiting[3]
    assert claim(store).id == waiting[0]


def test_the_stamp_tells_of_work_that_begins_and_of_pages_that_are_opened(store, settings, dataset):
    (ada,) = add_people(store, ["Ada"])
    stamps = [read_standings_stamp(store)]
    (run_id,) = add_searches(store, [ada], dataset)
    stamps.append(read_standings_stamp(store))
    claim(store, run_id)
    stamps.append(read_standings_stamp(store))
    change_person(store, ada.id, page="draw")
    stamps.append(read_standings_stamp(store))

    assert len(set(stamps)) == 4
    assert read_standings_stamp(store) == stamps[-1]


def test_of_each_person_the_best_finished_search_counts(store, settings):
    ada, ben, _ = add_people(store, ["Ada", "Ben", "Cem"])
    finish_search(store, settings, ada, 0.90, "worse")
    finish_search(store, settings, ada, 0.92, "better")
    finish_search(store, settings, ben, 0.95)

    best = read_best_runs(store)

    assert [(one.person.name, one.name, one.found.best_score) for one in best] == [
        ("Ben", "a grid", 0.95),
        ("Ada", "better", 0.92),
    ]
    assert best[0].n_test == 10_000


def test_a_best_search_whose_model_is_gone_has_no_count_of_images(store, settings):
    (ada,) = add_people(store, ["Ada"])
    run_id = finish_search(store, settings, ada, 0.9)
    (settings.of(ada.id).models_folder / run_id / "model.json").unlink()

    assert [one.n_test for one in read_best_runs(store)] == [None]


def test_the_drawings_of_six_people_are_one_data_set_whose_splits_keep_them_apart(lab_store, settings):
    people = add_people(lab_store, ["Ada", "Ben", "Cem", "Dora", "Emil", "Fee"])
    for one in people:
        draw_digits(settings, one, [*TEN, *TEN])

    pooled = pool_drawings(gather_drawings(lab_store, settings))
    split = split_dataset(pooled)

    assert pooled.n_samples == 120
    assert pooled.writers.tolist() == [number for number in range(1, 7) for _ in range(20)]
    assert not {*pooled.writers[split.train]} & {*pooled.writers[split.test]}
    assert pooled.origin.warnings == ()


def test_the_pooled_data_set_is_the_same_when_it_is_kept_and_opened_again(lab_store, settings):
    for one in add_people(lab_store, ["Ada", "Ben", "Cem", "Dora", "Emil", "Fee"]):
        draw_digits(settings, one, [*TEN, *TEN])
    pooled = pool_drawings(gather_drawings(lab_store, settings))

    kept = keep_dataset(pooled, settings.datasets_folder)

    again = open_dataset(kept.fingerprint, settings.datasets_folder)
    assert (again.keeps_writers_apart, again.writers.tolist()) == (True, pooled.writers.tolist())
    assert again.origin == pooled.origin


def test_of_fewer_than_six_writers_the_data_set_says_that_they_are_mixed(lab_store, settings):
    for one in add_people(lab_store, ["Ada", "Ben"]):
        draw_digits(settings, one, [*TEN] * 4)

    pooled = pool_drawings(gather_drawings(lab_store, settings))

    assert not pooled.keeps_writers_apart
    assert "here are 2, so they are mixed" in pooled.origin.warnings[0]


@pytest.mark.parametrize(
    ("labels", "words"),
    [([], "Nobody has told the digit"), ([1, 2, 3], "3 drawings of 1 person are too few for a data set")],
)
def test_too_few_drawings_are_told_in_a_sentence(lab_store, settings, labels, words):
    draw_digits(settings, add_people(lab_store, ["Ada"])[0], labels)

    with pytest.raises(DataError, match=words):
        pool_drawings(gather_drawings(lab_store, settings))


def test_what_was_drawn_in_the_game_is_taken_only_where_it_is_asked_for(lab_store, settings):
    (ada,) = add_people(lab_store, ["Ada"])
    draw_digits(settings, ada, [1])
    draw_digits(settings, ada, [2, 3], Source.GAME)

    assert gather_drawings(lab_store, settings).n == 1
    assert gather_drawings(lab_store, settings, of_game=True).n == 3


def test_a_damaged_drawing_costs_those_of_its_writer_alone(lab_store, settings):
    ada, ben = add_people(lab_store, ["Ada", "Ben"])
    draw_digits(settings, ada, [1])
    draw_digits(settings, ben, [2])
    next(settings.of(ada.id).corrections_folder.glob("*.json")).write_text("{")

    found = gather_drawings(lab_store, settings)

    assert [writer.person.name for writer in found.writers] == ["Ben"]
    assert found.troubles[0].startswith("Of Ada nothing is taken: ")


def test_exported_drawings_tell_writers_by_numbers_and_by_no_name(lab_store, settings):
    for one in add_people(lab_store, ["Ada", "Ben"]):
        draw_digits(settings, one, [7])

    text = export_drawings(gather_drawings(lab_store, settings).writers)

    assert [(one.writer, one.label) for one in parse_strokes(json.loads(text))] == [(1, 7), (2, 7)]
    assert "Ada" not in text


def test_an_evening_is_closed_into_a_file_that_can_be_restored(store, settings, dataset, tmp_path):
    ada, host = add_people(store, ["Ada", "Grace"])
    open_for(settings, ada, dataset)
    draw_digits(settings, ada, [1])
    (waits,) = add_searches(store, [ada], dataset)
    path = tmp_path / "evening.zip"

    close_evening(path, store, settings, host.id)

    assert [one.name for one in list_people(store)] == ["Grace"]
    assert list_all_work(store) == []
    assert not settings.of(ada.id).folder.exists()
    assert check_backup(path).contents.n_corrections == 1
    restore_backup(path, settings, store, replaces=True)
    assert get_work(store, waits).state is WorkState.PAUSED
    assert get_person(store, ada.id) == ada


def test_an_evening_is_not_closed_while_work_goes_on(store, settings, dataset, tmp_path):
    (ada,) = add_people(store, ["Ada"])
    (run_id,) = add_searches(store, [ada], dataset)
    claim(store, run_id)

    with pytest.raises(BackupError, match="still goes on"):
        close_evening(tmp_path / "evening.zip", store, settings, within_s=0.5)

    assert get_work(store, run_id).state is WorkState.PAUSING
    assert [one.name for one in list_people(store)] == ["Ada"]


def test_a_second_evening_takes_no_file_of_a_first(lab_store, settings, tmp_path):
    draw_digits(settings, add_people(lab_store, ["Ada"])[0], [1])
    path = tmp_path / "evening.zip"
    close_evening(path, lab_store, settings)

    with pytest.raises(BackupError, match="may be all that is left of an evening"):
        close_evening(path, lab_store, settings)

    assert check_backup(path).contents.n_corrections == 1


def test_a_new_code_lets_in_at_once_and_makes_the_old_token_worthless(lab_store, settings):
    ada = enter(lab_store, settings, "Ada", "the first")
    token = make_token("secret", ada)
    for _ in range(7):
        with pytest.raises(PersonError):
            enter(lab_store, settings, "Ada", "wrong")

    set_code(lab_store, ada.id, "the second")

    assert enter(lab_store, settings, "Ada", "the second").id == ada.id
    assert read_token("secret", token, lambda one: get_person(lab_store, one)) is None
    assert find_person(lab_store, "ada").code_hash != ada.code_hash


def test_the_room_of_a_home_is_told_by_kind_and_what_is_linked_counts_once(lab_store, settings, dataset):
    ada, ben = add_people(lab_store, ["Ada", "Ben"])
    open_for(settings, ada, dataset)
    once = measure_home(settings.home).taken
    open_for(settings, ben, dataset)
    draw_digits(settings, ben, [1])
    (settings.home / "runs" / "one").mkdir(parents=True)
    (settings.home / "runs" / "one" / "results.csv").write_bytes(bytes(8192))

    twice = measure_home(settings.home)

    assert once[HomePart.DATASETS] >= dataset.images.nbytes
    # No more than what is each person's own: the note of what was understood.
    assert twice.taken[HomePart.DATASETS] - once[HomePart.DATASETS] < dataset.images.nbytes / 10
    assert twice.taken[HomePart.CORRECTIONS] > 0
    assert twice.taken[HomePart.RUNS] == 8192
    assert twice.taken[HomePart.STORE] > 0
    assert twice.total == sum(twice.taken.values())


def test_the_memory_of_this_process_and_of_those_it_started_is_told(tmp_path: Path):
    child = start_python("import sys; sys.stdin.read()")
    try:
        taken = measure_memory(tmp_path)
    finally:
        child.communicate("")

    assert taken.app > 10_000_000
    assert taken.n_others >= 1
    assert 0 < taken.others < taken.free + taken.others


def test_the_work_of_one_is_removed_with_them_and_of_others_stays(store, settings, dataset):
    ada, ben = add_people(store, ["Ada", "Ben"])
    add_searches(store, [ada], dataset)
    kept = add_run(store.of(ben.id))

    remove_person(store, settings, ada.id)

    assert [row.id for row in list_all_work(store)] == [kept]


def test_the_command_tells_the_best_runs_writes_the_drawings_and_closes_the_evening(
    lab_store, settings, tmp_path
):
    (ada,) = add_people(lab_store, ["Ada"])
    draw_digits(settings, ada, [1, 2])
    finish_search(lab_store, settings, ada, 0.9)
    home = settings.home

    (best,) = call_json(home, "people", "best")
    drawn = call_json(home, "people", "drawings", tmp_path / "drawn.json")
    closed = call_json(home, "people", "close", tmp_path / "evening.zip")

    assert (best["person"], best["best_score"], best["n_test"]) == ("Ada", 0.9, 10_000)
    assert (drawn["n"], drawn["n_writers"]) == (2, 1)
    assert len(read_drawings(tmp_path / "drawn.json")) == 2
    assert closed["n_people"] == 1
    assert call_json(home, "people", "list") == []


def test_the_command_needs_to_know_whom_or_where_to(settings):
    assert "takes 1 name or file, but got 0" in call(settings.home, "people", "close", code=2).stderr


def test_the_command_allows_one_more_than_everybody(lab_store, settings):
    add_people(lab_store, ["Ada"])

    everybody = call_json(settings.home, "people", "allow", "searches=8", "runs=50")
    ada = call_json(settings.home, "people", "allow", "Ada", "runs=300")

    assert (everybody["searches"], everybody["runs"]) == (8, 50)
    assert (ada["searches"], ada["runs"]) == (8, 300)


@pytest.mark.parametrize("words", [["Ada"], ["searches=many"], ["Ada", "Ben", "runs=3"], ["tanks=3"]])
def test_what_cannot_be_allowed_is_told_in_a_sentence(settings, words):
    assert "searches" in call(settings.home, "people", "allow", *words, code=2).stderr


def test_who_has_work_that_still_stops_is_removed_a_moment_later(store, settings, dataset):
    (ada,) = add_people(store, ["Ada"])
    (run_id,) = add_searches(store, [ada], dataset)
    claim(store, run_id)

    with pytest.raises(RunError, match="was asked to stop, but still ends what it has begun"):
        remove_person(store, settings, ada.id)

    end(store, run_id, WorkState.CANCELLED)
    remove_person(store, settings, ada.id)
    assert list_people(store) == []
