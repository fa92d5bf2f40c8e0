"""Stores that earlier versions left: `stores/README.md` says how they were made."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from digits import make_digits, write_mat
from processes import wait_until

from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.settings import Settings
from mnist_core.network.models import load_model
from mnist_core.store import (
    Database,
    FitState,
    WorkState,
    claim,
    get_search,
    list_work,
    read_epochs,
    read_fits,
    read_queue,
    release_silent,
)
from mnist_core.store.backup import restore_backup, write_backup
from mnist_core.store.backup.manifest import STORE
from mnist_core.store.schema import REVISIONS
from mnist_core.training.live.live_plan import TRAINING, title_training
from mnist_core.work.supervisor import carry_out_work

STORES = Path(__file__).parent / "stores"
HOME = "/home/ada/.lab"
HALF_WAY = {
    "0001": WorkState.RUNNING,
    "0002": WorkState.RUNNING,
    "0003": WorkState.INTERRUPTED,
    "0004": WorkState.INTERRUPTED,
    "0005": WorkState.INTERRUPTED,
}
N_FITS, MOST_EPOCHS = 4, 30


@pytest.fixture(params=HALF_WAY)
def revision(request):
    return request.param


@pytest.fixture
def left(revision, settings):
    """Leave a store in the home of `settings` as an earlier version did, and return its file."""
    return leave_store(revision, settings.home)


@pytest.fixture
def store(left, settings):
    with closing(Database(settings.database, silent_after_s=0.1)) as opened:
        yield opened


def leave_store(revision: str, home: Path) -> Path:
    home.mkdir(exist_ok=True)
    text = (STORES / f"r{revision}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(home / STORE)) as connection:
        connection.executescript(text.replace(HOME, str(home)))
    return home / STORE


def find_runs(store: Database) -> tuple[str, str]:
    """Return the ids of the search that was killed, and of the one before it."""
    killed, done = list_work(store)
    return killed.id, done.id


def await_release(store: Database, run_id: str) -> None:
    def is_waiting() -> bool:
        release_silent(store)
        return get_search(store, run_id).is_waiting

    wait_until(is_waiting, 20)


def test_each_revision_but_the_latest_has_its_store():
    assert tuple(HALF_WAY) == REVISIONS[:-1] == tuple(sorted(path.stem[1:] for path in STORES.glob("r*.sql")))


def test_what_had_ended_is_there_as_it_was(store, settings):
    _, done = find_runs(store)
    run = get_search(store, done)

    assert (run.state, run.n_fits_done, run.n_epochs) == (WorkState.DONE, N_FITS, 3 * N_FITS)
    assert (run.plan.cv, run.plan.recipe.max_epochs, run.space, run.tags) == (2, 3, "", ())
    assert run.found.candidate == run.plan.candidates()[0]
    assert Path(run.found.model).parent == settings.models_folder
    assert {fit.state for fit in read_fits(store, done)} == {FitState.DONE}
    first = [row.record for row in read_epochs(store, done) if (row.candidate, row.fold) == (0, 0)]
    assert [one.epoch for one in first] == [1, 2, 3]
    assert all(one.train_loss > 1 for one in first)


def test_what_was_killed_waits_with_its_epochs(store, revision):
    killed, _ = find_runs(store)
    assert get_search(store, killed).state is HALF_WAY[revision]
    n_epochs = len(read_epochs(store, killed))

    await_release(store, killed)

    assert [run.id for run in read_queue(store)] == [killed]
    assert get_search(store, killed).n_epochs == n_epochs >= 12


@pytest.mark.processes
def test_what_was_killed_is_carried_to_its_end(store, settings, tmp_path):
    file = write_mat(tmp_path / "digits.mat", *make_digits(300))
    dataset = keep_dataset(read_dataset(file), settings.datasets_folder)
    killed, done = find_runs(store)
    assert dataset.fingerprint == get_search(store, killed).fingerprint
    await_release(store, killed)

    run = carry_out_work(store, claim(store, killed), settings)

    assert (run.state, run.n_fits_done, run.n_epochs) == (WorkState.DONE, N_FITS, N_FITS * MOST_EPOCHS)
    assert load_model(Path(run.found.model)).info.candidate == run.found.candidate
    assert get_search(store, done).state is WorkState.DONE


def test_a_live_training_is_listed_with_its_epochs(settings):
    leave_store("0003", settings.home)
    with closing(Database(settings.database)) as store:
        (training,) = list_work(store, TRAINING)

        assert (training.state, title_training(training)) == (WorkState.PAUSED, "4-3 Tanh, lr 0.01")
        assert [row.record.epoch for row in read_epochs(store, training.id)] == [1, 2, 3, 4]


def test_it_is_backed_up_and_restored(store, settings, tmp_path):
    write_backup(tmp_path / "lab.zip", settings, store)
    check_restored(tmp_path, store)


def test_a_backup_with_a_store_of_its_revision_is_restored(store, settings, revision, tmp_path):
    write_backup(tmp_path / "new.zip", settings, store)
    make_older(tmp_path / "new.zip", tmp_path / "lab.zip", leave_store(revision, tmp_path / "old"), revision)
    check_restored(tmp_path, store)


def make_older(new: Path, path: Path, left: Path, revision: str) -> None:
    """Write a backup as the version that left a store had written it."""
    store = left.read_bytes()
    with ZipFile(new) as archive, ZipFile(path, "w") as other:
        manifest = json.loads(archive.read("manifest.json"))
        manifest |= {"revision": revision, "home": str(left.parent)}
        manifest["store"] |= {"size": len(store), "sha256": sha256(store).hexdigest()}
        other.writestr(STORE, store)
        other.writestr("manifest.json", json.dumps(manifest))


def check_restored(folder: Path, store: Database) -> None:
    """Check that a backup in a folder gives the runs of a store, none of them at work."""
    other = Settings(home=folder / "other", database=f"sqlite:///{folder / 'other' / 'lab.db'}")
    with closing(Database(other.database)) as restored:
        restore_backup(folder / "lab.zip", other, restored)
        killed, done = find_runs(store)

        assert {run.id: run.state for run in list_work(restored)} == {
            killed: WorkState.INTERRUPTED,
            done: WorkState.DONE,
        }
        assert Path(get_search(restored, done).found.model).parent == other.models_folder
        for run_id in (killed, done):
            assert read_epochs(restored, run_id) == read_epochs(store, run_id)
