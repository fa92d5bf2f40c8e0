"""A lab as one file: all of it, of one moment, and the same lab again wherever it is restored."""

import os
import re
import stat
import tomllib
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from commands import call, call_json
from digits import ROOT
from labs import FILLED, fill_lab, read_home
from postgres import new_database
from stored_runs import add_run, begin_run, make_record

from mnist_core.data.kept import open_dataset
from mnist_core.ground.errors import BackupError, StorageError
from mnist_core.ground.settings import Settings
from mnist_core.network.models import load_model
from mnist_core.store import (
    Database,
    WorkState,
    claim,
    get_search,
    get_work,
    list_work,
    read_epochs,
    read_queue,
    record,
    request_cancel,
    request_pause,
    request_resume,
)
from mnist_core.store.backup import check_backup, empty_lab, restore_backup, write_backup
from mnist_core.store.backup.manifest import LAB
from mnist_core.store.people.roll import list_people, read_secret
from mnist_core.store.tables import METADATA, RUNS


@pytest.fixture
def filled(settings, lab_store):
    """Fill the lab of `settings` and return the space of its second person."""
    return fill_lab(settings, lab_store)


@pytest.fixture
def backup(settings, lab_store, filled, tmp_path):
    path = tmp_path / "lab.zip"
    write_backup(path, settings, lab_store)
    return path


@pytest.fixture
def other(tmp_path):
    return Settings(home=tmp_path / "other", database=f"sqlite:///{tmp_path / 'other' / 'lab.db'}")


@pytest.fixture
def other_store(other):
    with closing(Database(other.database)) as opened:
        yield opened


def read_rows(store: Database) -> dict[str, list[tuple[object, ...]]]:
    with store.reading() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in METADATA.sorted_tables
        }


def without_places(rows: dict[str, list], home: Path) -> dict[str, list]:
    """Leave out what differs from place to place: the home, and who carried work out."""
    owner = re.compile(r"'[^']*=[\d.]+[^']*'")
    return {
        name: [owner.sub("None", row.replace(str(home), "HOME")) for row in some]
        for name, some in rows.items()
    }


def test_a_lab_is_restored_elsewhere_with_every_row_and_byte(
    settings, lab_store, backup, filled, other, other_store
):
    restored = restore_backup(backup, other, other_store)

    assert read_home(other.home) == read_home(settings.home)
    assert without_places(read_rows(other_store), other.home) == without_places(
        read_rows(lab_store), settings.home
    )
    assert (asdict(restored.manifest.contents), restored.before) == (FILLED, None)


def test_what_was_restored_can_be_used(settings, backup, filled, other, other_store):
    restore_backup(backup, other, other_store)

    run = next(run for run in list_work(other_store) if run.name == "done")
    assert Path(run.found.model) == other.of(filled).models_folder / "mine"
    fingerprint = load_model(Path(run.found.model)).info.data.fingerprint
    assert open_dataset(fingerprint, other.datasets_folder).n_samples == 60
    assert [one.name for one in list_people(other_store)] == ["Ada"]
    assert [run.name for run in read_queue(other_store)] == ["waits"]


def test_a_data_set_of_two_people_is_in_the_file_once_and_restored_as_one(
    settings, backup, filled, other, other_store
):
    manifest = restore_backup(backup, other, other_store).manifest

    (images,) = other.datasets_folder.glob("*/images.npy")
    (theirs,) = other.of(filled).datasets_folder.glob("*/images.npy")
    assert images.samefile(theirs)
    assert sum(name.endswith("images.npy") for name in manifest.members) == 1


def test_what_the_lab_can_do_without_is_left_out(settings, lab_store, filled, tmp_path):
    left_out = ["logs/worker.log", "downloads/a.gz", "speed.json", "worker.lock", "models/.mine.lock"]
    left_out += [".restore-1/home/a", "datasets/.keeping-1/new/images.npy", "backups/1/lab.db"]
    before = read_home(settings.home)
    for name in left_out:
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.home / name).write_bytes(b"a")
    os.mkfifo(settings.home / "models" / "pipe")
    (settings.home / "models" / "link").symlink_to("/etc/hostname")

    manifest = write_backup(tmp_path / "lab.zip", settings, lab_store)

    assert manifest.files.keys() | manifest.links.keys() == before.keys()


def test_a_folder_that_was_put_on_another_disk_is_in_the_backup(settings, lab_store, filled, tmp_path):
    settings.datasets_folder.rename(tmp_path / "disk")
    settings.datasets_folder.symlink_to(tmp_path / "disk")

    assert write_backup(tmp_path / "lab.zip", settings, lab_store).contents.n_datasets == 1


def test_a_backup_is_for_its_owner_alone(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (lambda *_: None, WorkState.INTERRUPTED),
        (request_pause, WorkState.PAUSED),
        (request_cancel, WorkState.CANCELLED),
    ],
)
def test_work_that_went_on_can_be_resumed_where_it_is_restored(
    settings, lab_store, other, other_store, tmp_path, asked, state
):
    run_id = begin_run(lab_store)
    asked(lab_store, run_id)
    write_backup(tmp_path / "lab.zip", settings, lab_store)
    restore_backup(tmp_path / "lab.zip", other, other_store)

    run = get_work(other_store, run_id)
    assert (run.state, run.owner, run.is_waiting) == (state, None, False)
    request_resume(other_store, run_id)
    assert claim(other_store).id == run_id


def test_a_lab_that_has_something_is_not_replaced_unasked(settings, lab_store, backup):
    before = read_home(settings.home), read_rows(lab_store)
    with pytest.raises(BackupError, match=r"has \(2 runs, 1 training .*1 score\): restore it with --replace"):
        restore_backup(backup, settings, lab_store)
    assert (read_home(settings.home), read_rows(lab_store)) == before


def test_what_was_there_before_is_a_lab_of_its_own(backup, other, other_store):
    run_id = add_run(other_store, "mine")
    (other.home / "models" / "a").mkdir(parents=True)
    (other.home / "models" / "a" / "model.json").write_text("{}")

    before = restore_backup(backup, other, other_store, replaces=True).before

    assert before.parent == other.home / "backups"
    assert read_home(before) == {"models/a/model.json": read_home(before)["models/a/model.json"]}
    with closing(Database(f"sqlite:///{before / 'lab.db'}")) as kept:
        assert [run.id for run in list_work(kept)] == [run_id]
    assert run_id not in {run.id for run in list_work(other_store)}


def test_a_lab_at_work_is_not_replaced(backup, other, other_store):
    begin_run(other_store, "my search")
    before = read_rows(other_store)
    with pytest.raises(BackupError, match=r"1 of its runs and trainings are \(my search\): pause or cancel"):
        restore_backup(backup, other, other_store, replaces=True)
    assert (read_home(other.home), read_rows(other_store)) == ({}, before)
    assert not list((other.home / "backups").iterdir())


def test_who_has_the_store_open_sees_what_was_restored(backup, other, other_store):
    with closing(Database(other.database)) as app:
        assert list_work(app) == []
        restore_backup(backup, other, other_store)
        assert len(list_work(app)) == 2


def test_where_a_folder_cannot_be_put_in_place_all_stays(backup, tmp_path):
    # The store has the name of a folder of the backup.
    lab = Settings(home=tmp_path / "odd", database=f"sqlite:///{tmp_path / 'odd' / 'scores'}")
    with closing(Database(lab.database)) as store:
        add_run(store, "mine")
        (lab.home / "models").mkdir()
        (lab.home / "models" / "notes").write_text("mine")
        before = read_rows(store)

        with pytest.raises(StorageError, match=r"odd.scores cannot be written .*: .*nothing has changed"):
            restore_backup(backup, lab, store, replaces=True)

        assert read_rows(store) == before
    assert sorted(path.name for path in lab.home.iterdir()) == ["backups", "models", "scores"]
    assert (lab.home / "models" / "notes").read_text() == "mine"
    assert not list((lab.home / "backups").iterdir())


def test_a_backup_goes_from_a_file_to_postgresql_and_back(
    settings, lab_store, backup, filled, other, postgres, tmp_path
):
    with new_database(postgres) as url, closing(Database(url)) as server:
        served = replace(other, home=tmp_path / "served", database=url)
        restore_backup(backup, served, server)
        request_pause(server, next(run.id for run in list_work(server) if run.name == "waits"))
        run_id = begin_run(server, "another")
        record(server, run_id, [(0, 0, make_record(1))])
        new_id = read_epochs(server, run_id)[0].id
        write_backup(tmp_path / "again.zip", served, server)
    with closing(Database(other.database)) as store:
        restore_backup(tmp_path / "again.zip", other, store)

        assert {run.name: run.state for run in list_work(store)} == {
            "done": WorkState.DONE,
            "waits": WorkState.PAUSED,
            "another": WorkState.INTERRUPTED,
        }
        done = next(run for run in list_work(lab_store) if run.name == "done")
        assert repr(read_epochs(store, done.id)) == repr(read_epochs(lab_store, done.id))
        assert get_search(store, done.id).plan == done.plan
        assert new_id > max(row.id for row in read_epochs(lab_store, done.id))
    assert read_home(other.home) == read_home(settings.home)


def test_an_evening_ends_with_one_file_and_an_empty_lab(
    settings, lab_store, filled, tmp_path, other, other_store
):
    secret, before = read_secret(lab_store), read_home(settings.home)

    manifest = empty_lab(tmp_path / "evening.zip", settings, lab_store)

    assert asdict(manifest.contents) == FILLED
    assert read_home(settings.home) == {}
    assert [name for name, rows in read_rows(lab_store).items() if rows] == ["lab"]
    assert read_secret(lab_store) == secret
    assert not list((settings.home / "backups").iterdir())
    restore_backup(tmp_path / "evening.zip", other, other_store)
    assert read_home(other.home) == before
    run = next(run for run in list_work(other_store) if run.name == "done")
    assert Path(run.found.model).is_dir()


def test_a_lab_whose_file_cannot_be_written_is_not_emptied(settings, lab_store, filled, tmp_path):
    before = read_home(settings.home), read_rows(lab_store)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        empty_lab(tmp_path / "file" / "evening.zip", settings, lab_store)
    assert (read_home(settings.home), read_rows(lab_store)) == before
    assert not list((settings.home / "backups").iterdir())


def test_a_lab_at_work_is_not_emptied(settings, lab_store, filled, tmp_path):
    claim(lab_store)
    before = read_home(settings.home), read_rows(lab_store)
    with pytest.raises(BackupError, match=r"at work .*\(waits\)"):
        empty_lab(tmp_path / "evening.zip", settings, lab_store)
    assert (read_home(settings.home), read_rows(lab_store)) == before


def test_the_commands_say_what_a_backup_holds(settings, lab_store, filled, tmp_path):
    path, home = tmp_path / "lab.zip", tmp_path / "third"
    contents = {"path": str(path), **FILLED}

    assert call_json(settings.home, "backup", path).items() >= contents.items()
    assert call_json(home, "restore", path, "--check").items() >= contents.items()
    assert read_home(home) == {}
    assert call_json(home, "restore", path).items() >= contents.items()
    assert "--replace" in call(home, "restore", path, code=2).stderr
    said = call(home, "restore", path, "--replace").stdout
    assert re.search(
        r"2 runs, .* are restored .* before is the lab of MNIST_LAB_HOME=.*/third/backups/", said
    )


def test_a_backup_names_the_version_of_the_lab(backup):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert check_backup(backup).lab == LAB == project["version"]


def test_the_time_when_a_file_was_written_is_kept(settings, backup, other, other_store):
    restore_backup(backup, other, other_store)
    for name in read_home(settings.home):
        assert (other.home / name).stat().st_mtime_ns == (settings.home / name).stat().st_mtime_ns


def test_rows_of_no_run_are_not_moved_to_another_home(settings, lab_store, other, other_store, tmp_path):
    run_id = begin_run(lab_store)
    lab_store.write(sa.update(RUNS).values(wishes={"a": [f"{settings.home}-other/x", 3]}))
    write_backup(tmp_path / "lab.zip", settings, lab_store)
    restore_backup(tmp_path / "lab.zip", other, other_store)
    assert get_work(other_store, run_id).wishes == {"a": [f"{settings.home}-other/x", 3]}
