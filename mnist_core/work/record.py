"""What the events of a search become in the store."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mnist_core.network.history import EpochRecord
from mnist_core.search.events import Event
from mnist_core.store import Outcome, RunState, Store


def record_event(store: Store, run_id: str, event: Event) -> None:
    """Write an event of a run of one's own to the store."""
    _RECORDERS[event["kind"]](store, run_id, event)


def _restore(store: Store, run_id: str, event: Event) -> None:
    """Bring the store to what the checkpoints hold; it may be behind them or ahead."""
    epochs = _read_epochs(event["epochs"])
    kept: dict[tuple[int, int], int] = {}
    for candidate, fold, record in epochs:
        kept[candidate, fold] = max(record.epoch, kept.get((candidate, fold), 0))
    store.trim_fits(run_id, kept)
    store.add_epochs(run_id, epochs)
    store.end_fits(run_id, _read_scores(event["fits"]))


def _read_epochs(items: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, EpochRecord]]:
    return [(item["candidate"], item["fold"], EpochRecord(**item["record"])) for item in items]


def _read_scores(items: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, float]]:
    return [(item["candidate"], item["fold"], item["score"]) for item in items]


_RECORDERS: Mapping[str, Callable[[Store, str, Event], None]] = {
    "epochs": lambda store, run_id, event: store.add_epochs(run_id, _read_epochs(event["epochs"])),
    "fits": lambda store, run_id, event: store.end_fits(run_id, _read_scores(event["fits"])),
    "restored": _restore,
    "phase": lambda store, run_id, event: store.beat(run_id, event["text"]),
    "paused": lambda store, run_id, event: store.pause_run(run_id, event["text"]),
    "interrupted": lambda store, run_id, event: store.end_run(run_id, RunState.INTERRUPTED, event["text"]),
    "failed": lambda store, run_id, event: store.end_run(run_id, RunState.FAILED, event["text"]),
    "done": lambda store, run_id, event: store.end_run(
        run_id, RunState.DONE, "done", Outcome(**event["outcome"])
    ),
}
