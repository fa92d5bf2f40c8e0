"""What an earlier run has measured, as the checkpoints that another begins with."""

import math
from collections import defaultdict
from pathlib import Path

from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.states import EndedFit, TaskState, write_state
from mnist_core.store import Database, FitState, read_epochs, read_fits


def take_over(store: Database, source: str, folder: Path) -> None:
    """Write the fits of a run that is over as checkpoints; nothing where it is gone.

    The weights of those that it dropped are not kept: they would begin anew.
    """
    histories: dict[tuple[int, int], list[EpochRecord]] = defaultdict(list)
    for row in read_epochs(store, source):
        histories[row.candidate, row.fold].append(row.record)
    states: dict[int, TaskState] = {}
    for fit in read_fits(store, source):
        if fit.fold == REFIT_FOLD:
            continue
        state = states.setdefault(fit.fold, TaskState(fit.fold))
        records = histories[fit.candidate, fit.fold]
        history = tuple(sorted(records, key=lambda record: record.epoch))
        if fit.state is FitState.DONE and fit.score is not None:
            state.ended[fit.candidate] = EndedFit(
                history, fit.score, math.nan
            )  # nobody kept how long it took
        else:
            state.left[fit.candidate] = history
    for fold, state in states.items():
        Checkpoints(folder).save(f"after-{fold}", write_state(state))
