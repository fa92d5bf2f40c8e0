"""The durable store of work: searches and all else that goes on beside the app, its fits and epochs.

A `Database` is the truth that pages show and processes write; plain functions ask it and change it.
"""

from mnist_core.store.archive import find_searches, list_tags, remove_work, rename_work, set_tags
from mnist_core.store.claims import (
    await_word,
    beat,
    claim,
    end,
    give_way,
    has_work,
    release,
    release_silent,
    rest,
)
from mnist_core.store.database import Database
from mnist_core.store.epochs import note_drawn, read_epochs, read_fits, record, trim_fits
from mnist_core.store.owner import HEARTBEAT_EVERY_S
from mnist_core.store.queue import (
    add_job,
    add_search,
    describe_wait,
    move_to_front,
    move_up,
    read_queue,
    request_cancel,
    request_pause,
    request_resume,
    set_cluster,
    wish,
)
from mnist_core.store.reading import (
    Stamp,
    check_yours,
    get_job,
    get_search,
    get_work,
    is_waiting,
    list_all_work,
    list_waiting,
    list_work,
    read_best_scores,
    read_owner,
    read_stamp,
    read_state,
)
from mnist_core.store.rows import (
    SEARCH,
    BestScore,
    EpochRow,
    FitRow,
    FitState,
    Outcome,
    WorkRow,
    WorkState,
    now,
)

__all__ = ["HEARTBEAT_EVERY_S", "SEARCH", "BestScore", "Database", "EpochRow", "FitRow", "FitState"]
__all__ += [
    "Outcome",
    "Stamp",
    "WorkRow",
    "WorkState",
    "add_job",
    "add_search",
    "await_word",
    "beat",
    "check_yours",
]
__all__ += ["claim", "describe_wait", "end", "find_searches", "get_job", "get_search", "get_work"]
__all__ += ["give_way", "has_work", "is_waiting", "list_all_work", "list_tags", "list_waiting", "list_work"]
__all__ += ["move_to_front", "move_up", "now", "read_best_scores", "read_epochs", "read_fits"]
__all__ += ["note_drawn", "read_owner", "read_queue", "read_stamp", "read_state", "record", "release"]
__all__ += ["release_silent", "remove_work", "rename_work", "request_cancel", "request_pause"]
__all__ += ["request_resume", "rest", "set_cluster", "set_tags", "trim_fits", "wish"]
