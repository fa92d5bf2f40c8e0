"""The winner of a search that this tab has watched: the model that its other pages open next."""

from pathlib import Path

from mnist_core.ground.errors import LabError
from mnist_core.store import WorkRow, get_search
from mnist_ui import session


def await_winner(run: WorkRow) -> None:
    """Have the other pages of this tab open the winner of a run, once it has ended."""
    session.AWAITED.put(session.AWAITED.get() | {run.id})


def take_winner() -> None:
    """Open the winner of a run that was waited for and has ended; whatever is chosen later stays."""
    for run_id in session.AWAITED.get():
        try:
            run = get_search(session.store(), run_id)
        except LabError:  # deleted
            _forget(run_id)
            continue
        if run.found is not None:
            session.MODEL.put(Path(run.found.model).name)
            _forget(run_id)


def _forget(run_id: str) -> None:
    session.AWAITED.put(session.AWAITED.get() - {run_id})
