"""What is told of a fast search: every epoch and every score, each once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from threading import Lock
from typing import Any

from mnist_core.network.history import EpochRecord
from mnist_core.search.events import Tell
from mnist_core.search.states import TaskState


class News:
    """Passes on what rounds report.

    A round that is done again reports again, and what a worker reports may come after its state: so
    what was told already is left out, and what is missing is told from the states.

    Parameters
    ----------
    tell : callable
        Gets the events.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._known: set[tuple[int, ...]] = set()
        self._lock = Lock()

    def report(self, kind: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Tell `epochs` or `fits`."""
        with self._lock:
            fresh = [item for item in items if _name(item) not in self._known]
            if fresh:
                self._tell(kind, **{kind: fresh})
                self._known.update(_name(item) for item in fresh)  # not where it could not be told

    def say(self, text: str) -> None:
        """Tell in words what goes on."""
        self._tell("phase", text=text)

    def restore(self, states: Iterable[TaskState]) -> None:
        """Tell what checkpoints hold, if only nothing: all that came after them will come again."""
        epochs, fits = _describe(states)
        with self._lock:
            self._tell("restored", epochs=epochs, fits=fits)
            self._known = {_name(item) for item in epochs + fits}

    def complete(self, states: Iterable[TaskState]) -> None:
        """Tell what was not yet told of networks that are over."""
        epochs, fits = _describe(states)
        self.report("epochs", epochs)
        self.report("fits", fits)


def describe_epochs(fold: int, histories: Mapping[int, Sequence[EpochRecord]]) -> list[dict[str, Any]]:
    """Describe epochs of candidates on a fold, as events have them."""
    return [
        {"candidate": number, "fold": fold, "record": asdict(record)}
        for number, history in histories.items()
        for record in history
    ]


def describe_scores(fold: int, scores: Mapping[int, float]) -> list[dict[str, Any]]:
    """Describe scores of candidates on a fold, as events have them."""
    return [{"candidate": number, "fold": fold, "score": score} for number, score in scores.items()]


def _describe(states: Iterable[TaskState]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    epochs: list[dict[str, Any]] = []
    fits: list[dict[str, Any]] = []
    for state in states:
        epochs += describe_epochs(state.fold, {n: one.history for n, one in state.live.items()})
        epochs += describe_epochs(state.fold, {n: fit.history for n, fit in state.ended.items()})
        fits += describe_scores(state.fold, {n: fit.score for n, fit in state.ended.items()})
    return epochs, fits


def _name(item: Mapping[str, Any]) -> tuple[int, ...]:
    fit = (item["candidate"], item["fold"])
    return (*fit, item["record"]["epoch"]) if "record" in item else fit
