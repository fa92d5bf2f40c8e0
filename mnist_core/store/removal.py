"""A run removed with what it left on disk."""

import shutil

from mnist_core.ground.settings import Settings
from mnist_core.store.archive import Archive


def remove_run(store: Archive, run_id: str, settings: Settings) -> None:
    """Remove a run from the store, and its table, checkpoints and log; the model that it saved stays.

    Raises
    ------
    RunError
        If it goes on or waits in the queue, or there is none of that id.
    """
    store.delete_run(run_id)
    shutil.rmtree(settings.runs_folder / run_id, ignore_errors=True)
    (settings.logs_folder / f"{run_id}.log").unlink(missing_ok=True)
