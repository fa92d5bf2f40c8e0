"""Backups of a lab that goes on meanwhile: each is whole, and what went on can go on."""

import signal
from contextlib import closing
from pathlib import Path

import pytest
from digits import make_digits
from disks import small_disk
from processes import wait_until
from stored_runs import add_run, begin_run, start_python
from trained import make_dataset

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint
from mnist_core.data.kept import keep_dataset, list_datasets, open_dataset
from mnist_core.ground.errors import BackupError, StorageError
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.models import list_models, load_model
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.store import (
    Database,
    WorkState,
    add_search,
    get_search,
    list_work,
    read_epochs,
    request_resume,
)
from mnist_core.store.backup import empty_lab, pause_all_work, restore_backup, write_backup
from mnist_core.work.supervisor import start_worker

pytestmark = pytest.mark.processes

PLAN = SearchPlan(
    Grid((0.01,), (12,), (6, 8), (Activation.TANH,)), Recipe(max_epochs=400, patience=400), cv=2, workers=1
)
# Saves a model, tells the store of it, saves it anew, and removes one that was saved before, for ever.
BUSY = """
    import sys
    from dataclasses import replace
    from itertools import count
    from pathlib import Path
    import shutil
    sys.path.insert(0, "tests/pages")
    from stored_runs import OUTCOME, begin_run
    from trained import make_dataset, make_model
    from mnist_core.data.kept import keep_dataset
    from mnist_core.ground.settings import Settings
    from mnist_core.store import Database, WorkState, end

    home, url = Path(sys.argv[1]), sys.argv[2]
    settings, store = Settings(home=home, database=url), Database(url)
    for number in count():
        dataset = keep_dataset(make_dataset(60, number), settings.datasets_folder)
        model = settings.models_folder / f"model-{number}"
        make_model(model, dataset, n_steps=1)
        run_id = begin_run(store, f"run {number}")
        end(store, run_id, WorkState.DONE, outcome={**vars(OUTCOME), "model": str(model)})
        make_model(settings.models_folder / "again", dataset, n_steps=number % 3)
        if number % 2:
            make_model(settings.models_folder / "passing", dataset, n_steps=1)
            shutil.rmtree(settings.models_folder / "passing")
        print(number, flush=True)
"""


WRITE = """
    import signal
    import sys
    from itertools import count
    from stored_runs import add_run
    from mnist_core.store import Database

    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it began as ignored
    store = Database(sys.argv[1])
    for number in count():
        add_run(store, f"run-{number}")
        print(f"run-{number}", flush=True)
"""


@pytest.fixture
def other(tmp_path):
    return Settings(home=tmp_path / "other", database=f"sqlite:///{tmp_path / 'other' / 'lab.db'}")


@pytest.mark.slow
def test_a_search_that_went_on_ends_with_the_same_figures_where_it_is_restored(
    settings, lab_store, other, tmp_path
):
    images, labels = make_digits(600)
    origin = Origin("paper", (), (0.0, 1.0))
    dataset = Dataset("small.mat", images, labels, compute_fingerprint(images, labels), origin)
    keep_dataset(dataset, settings.datasets_folder)
    run_id = add_search(lab_store, PLAN, "small.mat", dataset.fingerprint)
    start_worker(settings)
    wait_until(lambda: get_search(lab_store, run_id).n_epochs > 20)

    write_backup(tmp_path / "lab.zip", settings, lab_store)

    assert get_search(lab_store, run_id).state is WorkState.RUNNING
    with closing(Database(other.database)) as store:
        with pytest.raises(BackupError, match="pause or cancel"):
            restore_backup(tmp_path / "lab.zip", settings, lab_store, replaces=True)
        restore_backup(tmp_path / "lab.zip", other, store)
        assert get_search(store, run_id).state is WorkState.INTERRUPTED
        request_resume(store, run_id)
        wait_until(lambda: get_search(lab_store, run_id).state is WorkState.DONE)
        start_worker(other)
        wait_until(lambda: not get_search(store, run_id).state.is_active)
        first, second = get_search(lab_store, run_id), get_search(store, run_id)

        assert second.state is WorkState.DONE, second.message
        assert tell_epochs(store, run_id) == tell_epochs(lab_store, run_id)
        assert (second.found.best, second.found.best_score) == (first.found.best, first.found.best_score)
        assert second.found.test_accuracy == first.found.test_accuracy
        assert Path(second.found.model).is_relative_to(other.home)


def test_all_work_is_paused_before_a_lab_is_emptied(settings, lab_store, tmp_path):
    images, labels = make_digits(600)
    origin = Origin("paper", (), (0.0, 1.0))
    dataset = Dataset("small.mat", images, labels, compute_fingerprint(images, labels), origin)
    keep_dataset(dataset, settings.datasets_folder)
    run_ids = [add_search(lab_store, PLAN, "small.mat", dataset.fingerprint) for _ in range(2)]
    start_worker(settings)
    wait_until(lambda: get_search(lab_store, run_ids[0]).n_epochs > 5)

    assert pause_all_work(lab_store) == 2
    assert empty_lab(tmp_path / "lab.zip", settings, lab_store).contents.n_runs == 2

    assert list_work(lab_store) == []
    restore_backup(tmp_path / "lab.zip", settings, lab_store)
    assert [get_search(lab_store, run_id).state for run_id in run_ids] == [WorkState.PAUSED] * 2


def test_work_that_does_not_stop_is_named(lab_store):
    begin_run(lab_store, "stubborn")
    with pytest.raises(BackupError, match=r"'stubborn' still goes on after 0.5 s: cancel it"):
        pause_all_work(lab_store, within_s=0.5)


def test_what_is_written_while_labs_are_exchanged_is_in_the_one_or_the_other(url, tmp_path):
    lab = Settings(home=tmp_path / "lab", database=url)
    with closing(Database(url)) as store:
        write_backup(tmp_path / "lab.zip", lab, store)
        busy = start_python(WRITE, url)
        try:
            assert busy.stdout.readline(), busy.stderr.read()
            befores = [
                restore_backup(tmp_path / "lab.zip", lab, store, replaces=True).before for _ in range(3)
            ]
        finally:
            busy.send_signal(signal.SIGINT)
            written, errors = busy.communicate(timeout=60)
        assert "KeyboardInterrupt" in errors
        found = {run.name for run in list_work(store)}
    for before in filter(None, befores):
        with closing(Database(f"sqlite:///{before / 'lab.db'}")) as kept:
            found |= {run.name for run in list_work(kept)}
    names = written.split()
    assert set(names) <= found
    assert len(names) > 5


def test_a_disk_that_is_full_keeps_the_backup_that_it_has(settings, lab_store, tmp_path):
    add_run(lab_store)
    with small_disk(tmp_path / "disk"):
        path = tmp_path / "disk" / "lab.zip"
        write_backup(path, settings, lab_store)
        before = path.read_bytes()
        keep_dataset(make_dataset(3000), settings.datasets_folder)
        with pytest.raises(StorageError, match=r"lab.zip, but it cannot be written \(No space left"):
            write_backup(path, settings, lab_store)
        assert path.read_bytes() == before
        assert [one.name for one in path.parent.iterdir()] == ["lab.zip"]


def test_a_lab_whose_disk_is_full_stays(settings, lab_store, tmp_path, other):
    keep_dataset(make_dataset(3000), settings.datasets_folder)
    write_backup(tmp_path / "lab.zip", settings, lab_store)
    with small_disk(other.home), closing(Database(other.database)) as store:
        run_id = add_run(store)
        with pytest.raises(BackupError, match=r"it needs [\d,]+ MB of room"):
            restore_backup(tmp_path / "lab.zip", other, store, replaces=True)
        assert [run.id for run in list_work(store)] == [run_id]
        assert not [one for one in other.home.iterdir() if "lab.db" not in one.name]


def tell_epochs(store: Database, run_id: str) -> list[tuple[object, ...]]:
    return sorted(
        (row.candidate, row.fold, row.record.epoch, row.record.train_loss, row.record.valid_accuracy)
        for row in read_epochs(store, run_id)
    )


@pytest.mark.slow
def test_what_others_write_meanwhile_is_there_whole_or_not_at_all(settings, lab_store, tmp_path):
    keep_dataset(make_dataset(60), settings.datasets_folder)
    busy = start_python(BUSY, str(settings.home), settings.database)
    try:
        assert busy.stdout.readline() == "0\n", busy.stderr.read()
        for number in range(12):
            write_backup(tmp_path / f"{number}.zip", settings, lab_store)
        assert busy.poll() is None, busy.stderr.read()
    finally:
        busy.kill()
        busy.communicate()
    n_done = [check_whole(tmp_path / f"{number}.zip", tmp_path / str(number)) for number in range(12)]
    assert n_done == sorted(n_done)
    assert n_done[-1] > n_done[0]


def check_whole(path: Path, home: Path) -> int:
    """Check that a backup has all that its rows and models name; return how many runs are done."""
    lab = Settings(home=home, database=f"sqlite:///{home / 'lab.db'}")
    with closing(Database(lab.database)) as store:
        restore_backup(path, lab, store)
        done = [run for run in list_work(store) if run.state is WorkState.DONE]
    kept = {fingerprint for fingerprint, _ in list_datasets(lab.datasets_folder)}
    for folder in list_models([lab.models_folder]):
        assert load_model(folder).info.data.fingerprint in kept
    for run in done:
        assert load_model(Path(run.found.model)).info.data.fingerprint in kept
    for fingerprint in kept:
        assert open_dataset(fingerprint, lab.datasets_folder).n_samples == 60
    return len(done)
