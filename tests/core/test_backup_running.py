"""Backups of a lab that goes on meanwhile: each is whole, and what went on can go on."""

from contextlib import closing
from pathlib import Path

import pytest
from digits import make_digits
from processes import wait_until
from stored_runs import start_python
from trained import make_dataset

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint
from mnist_core.data.kept import keep_dataset, list_datasets, open_dataset
from mnist_core.ground.errors import BackupError
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid, SearchPlan
from mnist_core.network.models import list_models, load_model
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
from mnist_core.store.backup import restore_backup, write_backup
from mnist_core.work.supervisor import start_worker

pytestmark = pytest.mark.processes

PLAN = SearchPlan(
    Grid((0.01,), (12,), (6, 8), (Activation.TANH,)), Recipe(max_epochs=60, patience=60), cv=2, workers=1
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


@pytest.fixture
def other(tmp_path):
    return Settings(home=tmp_path / "other", database=f"sqlite:///{tmp_path / 'other' / 'lab.db'}")


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


def tell_epochs(store: Database, run_id: str) -> list[tuple[object, ...]]:
    return sorted(
        (row.candidate, row.fold, row.record.epoch, row.record.train_loss, row.record.valid_accuracy)
        for row in read_epochs(store, run_id)
    )


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
