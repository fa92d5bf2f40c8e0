"""Who carries out rounds: this process, or the workers of a Dask cluster."""

import queue
import secrets
import time
from asyncio import CancelledError
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Protocol, cast, runtime_checkable

from distributed import Client, Future, KilledWorker, WorkerPlugin, get_worker

from mnist_core.ground.errors import ClusterError
from mnist_core.search.cluster import MOST_DEATHS
from mnist_core.search.messages import Records
from mnist_core.search.rounds import Begun, Fold, Round, RoundEnd, Source, train_rounds
from mnist_core.search.versions import check_versions, describe_versions

_LOOK_EVERY_S = 2.0  # how soon a change of the cluster's workers is seen


class StateMissingError(Exception):
    """A worker was to go on with a task whose state it does not hold: send it."""


@dataclass(frozen=True)
class Ended:
    """A round that has ended.

    Attributes
    ----------
    order : Round
        Which.
    has_state : bool
        Whether it was carried out; else its worker did not hold the state that it was to go on from.
    fetch : callable
        Fetches what it came to, or None where that was lost with its worker.
    """

    order: Round
    has_state: bool
    fetch: Callable[[], RoundEnd | None]


Hear = Callable[[str, int, int, Records], None]
"""Gets what a round tells while it goes on: its task and version, then what `Report` gets."""


@runtime_checkable
class Crew(Protocol):
    """Carries out rounds, one a slot at a time."""

    def list_slots(self) -> list[str]:
        """List the slots; their number may change."""

    def count_hands(self) -> int:
        """Count those that idle where there is no work: slots of one hand are worked on side by side."""

    def begin(self, slot: str, fold: str, order: Round, state: bytes | None) -> None:
        """Begin a round of a task in a slot."""

    def wait(self, hear: Hear) -> Ended | None:
        """Wait for the end of a round; None where none has ended yet, but slots may have changed."""

    def close(self) -> None:
        """Let the images go."""


class OwnCrew:
    """Carries rounds out in this process: all slots' at once, side by side.

    Parameters
    ----------
    source : Source
        The images.
    folds : sequence of Fold
        What they are for.
    n_slots : int
        Tasks that are trained at once.
    """

    def __init__(self, source: Source, folds: Sequence[Fold], n_slots: int = 1) -> None:
        self._source = source
        self._folds = {fold.name: fold for fold in folds}
        self._n_slots = n_slots
        self._begun: list[tuple[str, Round, bytes | None]] = []
        self._ended: list[Ended] = []

    def list_slots(self) -> list[str]:
        """List the slots."""
        return [f"own#{k}" for k in range(self._n_slots)]

    def count_hands(self) -> int:
        """Count this process."""
        return 1

    def begin(self, slot: str, fold: str, order: Round, state: bytes | None) -> None:  # noqa: ARG002
        """Take note of a round."""
        self._begun.append((fold, order, state))

    def wait(self, hear: Hear) -> Ended | None:
        """Return the next that has ended, once those that were begun have been carried out."""
        if not self._ended:
            rounds = [
                Begun(self._folds[fold], order, state, partial(hear, order.task, order.version))
                for fold, order, state in self._begun
            ]
            self._begun = []
            ends = train_rounds(self._source, rounds)
            for one, end in zip(rounds, ends, strict=True):
                self._ended.append(Ended(one.order, end is not None, partial(_give, end)))
        return self._ended.pop(0)

    def close(self) -> None:
        """Do nothing: the images go with the crew."""


@dataclass(eq=False)
class _SearchPlugin(WorkerPlugin):
    """What every worker of a cluster holds of a search; the scheduler gives it to late ones too."""

    name: str
    source: Source
    folds: dict[str, Fold]
    versions: dict[str, str]


class DaskCrew:
    """The workers of a Dask cluster, one slot a thread.

    Parameters
    ----------
    client : distributed.Client
        Of the cluster; closed by its owner.
    source, folds
        As for `OwnCrew`. The images travel once to each worker.
    say : callable
        Gets what goes on, in words.

    Raises
    ------
    ClusterError
        If a worker runs other versions than this process.
    """

    def __init__(
        self,
        client: Client,
        source: Source,
        folds: Sequence[Fold],
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._say = say
        self._address = client.scheduler_info(n_workers=0)["address"]
        self._name = f"mnist-lab-{secrets.token_hex(8)}"
        self._news: queue.Queue[Mapping[str, Any] | tuple[Round, Future]] = queue.Queue()
        self._slots: list[str] = []
        self._looked = float("-inf")
        self._has_workers = True
        plugin = _SearchPlugin(self._name, source, {fold.name: fold for fold in folds}, describe_versions())
        client.subscribe_topic(self._name, lambda event: self._news.put(event[1]))
        client.register_plugin(plugin)

    def list_slots(self) -> list[str]:
        """List the workers, each as often as it has threads."""
        if time.monotonic() - self._looked > _LOOK_EVERY_S:
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
            self._slots = [
                f"{address}#{k}" for address, about in workers.items() for k in range(about["nthreads"])
            ]
            self._looked = time.monotonic()
            self._say_change()
        return self._slots

    def count_hands(self) -> int:
        """Count the threads of the workers."""
        return len(self.list_slots())

    def _say_change(self) -> None:
        """Say when the last worker has gone, and when one has come."""
        if self._has_workers and not self._slots:
            self._say(f"waits for a worker of the cluster at {self._address}")
        elif self._slots and not self._has_workers:
            self._say("goes on, as the cluster has workers again")
        self._has_workers = bool(self._slots)

    def begin(self, slot: str, fold: str, order: Round, state: bytes | None) -> None:
        """Send a round to a worker; another does it where that one dies."""
        future = self._client.submit(
            _carry_out,
            self._name,
            fold,
            order,
            state,
            key=f"{self._name}-{order.task}-{order.version}-{secrets.token_hex(4)}",
            workers=[slot.split("#", maxsplit=1)[0]],
            allow_other_workers=True,
            pure=False,
        )
        future.add_done_callback(lambda ended: self._news.put((order, ended)))

    def wait(self, hear: Hear) -> Ended | None:
        """Wait for the end of any round, or what one tells.

        Raises
        ------
        ClusterError
            If the scheduler is gone, or a round killed every worker that tried it.
        """
        try:
            news = self._news.get(timeout=_LOOK_EVERY_S)
        except queue.Empty:
            if self._client.status != "running":
                raise self._say_gone() from None
            return None
        if isinstance(news, Mapping):
            task, version, index = news["part"]
            hear(task, version, index, Records.from_values(news["records"]))
            return None
        order, future = news
        return Ended(order, self._has_state(future), partial(self._fetch, future))

    def _has_state(self, future: Future) -> bool:
        if future.cancelled():
            raise self._say_gone()
        if future.status == "finished":
            return True
        error = future.exception()
        if error is None:  # it was lost with the scheduler, waited for, and has been cancelled since
            return self._has_state(future)
        if isinstance(error, KilledWorker):
            raise ClusterError(
                f"A part of the search needs a worker that lives, but {MOST_DEATHS} died of it: look at "
                "their logs and memory, then resume the run."
            ) from error
        if not isinstance(error, StateMissingError):
            raise error
        return False

    def _fetch(self, future: Future) -> RoundEnd | None:
        try:
            return cast(RoundEnd, future.result())
        except StateMissingError:
            return None
        except (CancelledError, OSError) as error:
            raise self._say_gone() from error

    def close(self) -> None:
        """Let the workers forget the images, where they can still be reached."""
        with suppress(CancelledError, OSError, TimeoutError):
            self._client.unregister_worker_plugin(self._name)

    def _say_gone(self) -> ClusterError:
        return ClusterError(
            "The search needs its cluster's scheduler, but it does not answer any more: start one and "
            "resume the run."
        )


def _give(end: RoundEnd | None) -> RoundEnd | None:
    return end


def _carry_out(name: str, fold: str, order: Round, state: bytes | None) -> RoundEnd:
    """Carry out a round on a worker."""
    worker = get_worker()
    plugin = cast(_SearchPlugin, worker.plugins[name])
    check_versions(plugin.versions, worker.address)

    def report(index: int, records: Records) -> None:
        part = [order.task, order.version, index]
        worker.log_event(name, {"part": part, "records": asdict(records)})

    [end] = train_rounds(plugin.source, [Begun(plugin.folds[fold], order, state, report)])
    if end is None:
        raise StateMissingError(order.task)
    return end
