"""Who does which task when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mnist_core.engines.fused.training import Training
from mnist_core.ground.errors import RunStoppedError
from mnist_core.network.recipe import Recipe
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.crew import Crew, Ended
from mnist_core.search.messages import Records, Tell
from mnist_core.search.rounds import Round, RoundEnd
from mnist_core.search.states import TaskState, read_state, write_state
from mnist_core.search.tasks import Task, split_state

GivesWay = Callable[[], bool]
"""Says whether a search is to give way to other work."""


def never() -> bool:
    """Say that no other work waits."""
    return False


@dataclass(eq=False)
class Running:
    """A task in a slot: the state before its round, for the case that its worker dies.

    Attributes
    ----------
    n_told : int
        Parts of what its round has to tell that were told, the first ones: a round that is done again
        comes to the same.
    """

    task: Task
    slot: str
    version: int
    data: bytes
    n_told: int = 0

    def tell(self, tell: Tell, index: int, records: Records) -> None:
        """Tell a part of what the round has to tell, where it is the next one."""
        if index == self.n_told:
            tell(records)
            self.n_told += 1


class Conductor:
    """Carries tasks out by a crew: a round after the other, a checkpoint after each.

    Parameters
    ----------
    crew : Crew
        Does the work.
    recipe : Recipe
        By which all networks are trained.
    start : callable
        Draws the initial weights of a network by its number.
    checkpoints : Checkpoints
        Gets the state of each task after each of its rounds.
    round_s : float
        Seconds of a round.
    tell : callable
        Gets the epochs and scores, each once.
    gives_way : callable
        Says whether to begin no round any more.
    """

    def __init__(
        self,
        crew: Crew,
        recipe: Recipe,
        start: Callable[[int], Training],
        checkpoints: Checkpoints,
        round_s: float,
        tell: Tell,
        gives_way: GivesWay = never,
    ) -> None:
        self._crew = crew
        self._recipe = recipe
        self._start = start
        self._checkpoints = checkpoints
        self._round_s = round_s
        self._tell = tell
        self._gives_way = gives_way
        self._waiting: list[Task] = []
        self._prepared: dict[str, bytes] = {}
        self._running: dict[tuple[str, int], Running] = {}
        self._last_folds: dict[str, str] = {}

    def carry_out(self, tasks: Sequence[Task]) -> list[TaskState]:
        """Carry out tasks to their ends and return their states.

        Raises
        ------
        RunStoppedError
            If it has given way; what was begun is in the checkpoints.
        """
        self._waiting = list(tasks)
        over: list[TaskState] = []
        while self._waiting or self._running:
            self._fill_slots()
            if not self._running and self._gives_way():
                raise RunStoppedError("waits for its turn; it goes on from its checkpoint")
            self._prepare_next()
            ended = self._crew.wait(self._hear)
            if ended is None:
                continue
            running = self._running.pop((ended.order.task, ended.order.version), None)
            if running is not None:  # else it was begun ahead, of a task that turned out to be over
                over += self._take_in(running, ended)
        return over

    def _hear(self, task: str, version: int, index: int, records: Records) -> None:
        running = self._running.get((task, version))
        if running is not None:  # else it comes late, and was told with what the round came to
            running.tell(self._tell, index, records)

    def _fill_slots(self) -> None:
        for slot in self._list_free_slots():
            if not self._waiting or self._gives_way():
                return
            task = self._choose_task(slot)
            self._waiting.remove(task)
            data = self._prepared.pop(task.name, None) or self._prepare(task)
            self._begin(Running(task, slot, 0, data), with_state=True)

    def _prepare_next(self) -> None:
        """Draw the weights of the tasks that come next, while the crew is busy."""
        last = set(self._last_folds.values())
        for task in sorted(self._waiting, key=lambda task: task.fold not in last)[: len(self._running)]:
            if task.name not in self._prepared:
                self._prepared[task.name] = self._prepare(task)

    def _prepare(self, task: Task) -> bytes:
        live = task.state.live | {number: self._start(number) for number in task.fresh}
        return write_state(TaskState(task.state.fold, live, task.state.ended))

    def _list_free_slots(self) -> list[str]:
        taken = {running.slot for running in self._running.values()}
        return [slot for slot in self._crew.list_slots() if slot not in taken]

    def _choose_task(self, slot: str) -> Task:
        """Choose the next task: of the fold whose ink the slot has, else of one that no slot is busy with."""
        busy = {running.task.fold for running in self._running.values()}
        last = self._last_folds.get(slot)
        return min(self._waiting, key=lambda task: (task.fold != last, task.fold in busy))

    def _begin(self, running: Running, with_state: bool) -> None:
        self._last_folds[running.slot] = running.task.fold
        self._running[running.task.name, running.version] = running
        order = Round(running.task.name, running.version, self._recipe, self._round_s, running.task.until)
        self._crew.begin(running.slot, running.task.fold, order, running.data if with_state else None)

    def _take_in(self, running: Running, ended: Ended) -> list[TaskState]:
        """Take in a round; return the state of a task that is over."""
        if not ended.has_state:
            self._begin(running, with_state=True)
            return []
        return self._take_last(running, ended) if self._gives_way() else self._take_one(running, ended)

    def _take_one(self, running: Running, ended: Ended) -> list[TaskState]:
        """Take in a round, and let the next one follow."""
        is_shared = self._crew.count_hands() > 1
        others_idle = is_shared and not self._waiting and len(self._list_free_slots()) > 1
        following = replace(running, version=running.version + 1, n_told=0)
        if not others_idle:
            self._begin(following, with_state=False)  # the worker goes on while its state travels here
        end = ended.fetch()
        if end is None or end.is_over:
            self._running.pop((following.task.name, following.version), None)
        if end is None:  # lost with its worker on the way
            self._begin(running, with_state=True)
            return []
        if end.is_over:
            self._fill_slots()  # its worker begins the next task while this one is noted
        self._note(running, end)
        if end.is_over:
            return [read_state(end.state, self._recipe)]
        following.data = end.state
        # What a worker that died had told of epochs that are in the next round now.
        following.n_told = max(running.n_told - len(end.records), 0)
        if others_idle:
            self._split_or_go_on(following)
        return []

    def _take_last(self, running: Running, ended: Ended) -> list[TaskState]:
        """Take in a round that none follows, as the search gives way."""
        end = ended.fetch()
        if end is not None:
            self._note(running, end)
        if end is not None and end.is_over:
            return [read_state(end.state, self._recipe)]
        self._waiting.append(running.task)  # else the last one would be taken to be over, and its end missed
        return []

    def _note(self, running: Running, end: RoundEnd) -> None:
        self._checkpoints.save(running.task.name, end.state)
        for index, records in enumerate(end.records):  # what was not heard meanwhile
            running.tell(self._tell, index, records)

    def _split_or_go_on(self, running: Running) -> None:
        """Give half of a task to those that idle, where it can be halved.

        One of whose next round a worker that died has told already goes on whole: what its halves tell
        could not be told apart from that.
        """
        halves = [] if running.n_told else split_state(read_state(running.data, self._recipe))
        if not halves:
            self._begin(running, with_state=False)
            return
        for state, name in zip(halves, "ab", strict=True):
            task = Task(f"{running.task.name}{name}", running.task.fold, state, until=running.task.until)
            self._checkpoints.save(task.name, write_state(state))
            self._waiting.append(task)
        self._checkpoints.remove(running.task.name)
