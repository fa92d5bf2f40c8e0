"""How work ends that an error stopped: one rule for searches and for jobs of every kind."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mnist_core.ground.errors import LabError, RunLostError, StorageError, StoreTroubleError, judge
from mnist_core.store.claims import end
from mnist_core.store.database import Database
from mnist_core.store.rows import WorkState

_RETRY_S = 0.5
_MOST_RETRIES = 20  # of noting that a store could not be written


@contextmanager
def noting_errors(store: Database, work_id: str) -> Iterator[None]:
    """Note in the store how work ends that an error stops; what its users can mend is no error any more.

    Raises
    ------
    RunLostError
        If the work belongs to another process by now.
    StoreTroubleError
        If the store could not be written; the reason is noted as soon as it can be again.
    """
    try:
        yield
    except RunLostError:
        raise
    except BaseException as error:
        state, words = judge(error)
        _note(store, work_id, WorkState(state), words)
        is_bug = state == "failed" and not isinstance(error, LabError)
        if is_bug or isinstance(error, StoreTroubleError):
            raise


def _note(store: Database, work_id: str, state: WorkState, words: str) -> None:
    """Note how work ended, as soon as its store can be written; else its silence must tell."""
    for _ in range(_MOST_RETRIES):
        try:
            end(store, work_id, state, words)
        except StorageError:
            time.sleep(_RETRY_S)
        else:
            return
