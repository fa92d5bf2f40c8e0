"""A run removed with what it left on disk."""

from dataclasses import asdict

import pytest
from stored_runs import OUTCOME, begin_run

from mnist_core.ground.errors import RunError
from mnist_core.ground.settings import Settings
from mnist_core.store import WorkState, end, list_work, remove_work


@pytest.fixture
def settings(tmp_path, url):
    return Settings(home=tmp_path, database=url)


def leave_files(settings, run_id):
    """Write what a run leaves: checkpoints, a log and a model."""
    files = [
        settings.runs_folder / run_id / "checkpoints" / "0.safetensors",
        settings.logs_folder / f"{run_id}.log",
        settings.models_folder / f"search-{run_id}" / "model.json",
    ]
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("something")
    return files


def test_a_removed_run_leaves_only_its_model(store, settings):
    run_id = begin_run(store)
    end(store, run_id, WorkState.DONE, "done", asdict(OUTCOME))
    checkpoint, log, model = leave_files(settings, run_id)

    remove_work(store, run_id, settings)

    assert list_work(store) == []
    assert not checkpoint.parent.parent.exists()
    assert not log.exists()
    assert model.exists()


def test_a_run_that_goes_on_keeps_everything(store, settings):
    run_id = begin_run(store)
    files = leave_files(settings, run_id)

    with pytest.raises(RunError, match="cancel"):
        remove_work(store, run_id, settings)

    assert all(path.exists() for path in files)
