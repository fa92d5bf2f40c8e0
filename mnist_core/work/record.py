"""What the events of a search become in the store."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mnist_core.network.history import EpochRecord
from mnist_core.search.events import Event
from mnist_core.store import Database, WorkState, beat, end, record, trim_fits


def record_event(store: Database, run_id: str, event: Event) -> None:
    """Write an event of a run of one's own to the store."""
    _RECORDERS[event["kind"]](store, run_id, event)


def _restore(store: Database, run_id: str, event: Event) -> None:
    """Bring the store to what the checkpoints hold; it may be behind them or ahead."""
    epochs = _read_epochs(event["epochs"])
    kept: dict[tuple[int, int], int] = {}
    for candidate, fold, epoch in epochs:
        kept[candidate, fold] = max(epoch.epoch, kept.get((candidate, fold), 0))
    trim_fits(store, run_id, kept)
    record(store, run_id, epochs)
    record(store, run_id, scores=_read_scores(event["fits"]))


def _read_epochs(items: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, EpochRecord]]:
    return [(item["candidate"], item["fold"], EpochRecord(**item["record"])) for item in items]


def _read_scores(items: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, float]]:
    return [(item["candidate"], item["fold"], item["score"]) for item in items]


_RECORDERS: Mapping[str, Callable[[Database, str, Event], None]] = {
    "epochs": lambda store, run_id, event: record(store, run_id, _read_epochs(event["epochs"])),
    "fits": lambda store, run_id, event: record(store, run_id, scores=_read_scores(event["fits"])),
    "restored": _restore,
    "phase": lambda store, run_id, event: beat(store, run_id, event["text"]),
    "paused": lambda store, run_id, event: end(store, run_id, WorkState.PAUSED, event["text"]),
    "interrupted": lambda store, run_id, event: end(store, run_id, WorkState.INTERRUPTED, event["text"]),
    "failed": lambda store, run_id, event: end(store, run_id, WorkState.FAILED, event["text"]),
    "done": lambda store, run_id, event: end(store, run_id, WorkState.DONE, "done", event["outcome"]),
}
