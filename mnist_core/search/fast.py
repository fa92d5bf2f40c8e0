"""The fast engine: the candidates of a fold trained side by side, by a crew of processes."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from distributed import Client

from mnist_core.data.dataset import split_inner
from mnist_core.data.stratified import Split
from mnist_core.engines.fused.conversion import make_network, start_training
from mnist_core.engines.fused.device import choose_device
from mnist_core.engines.fused.training import Training
from mnist_core.ground.arrays import Labels
from mnist_core.network.architecture import MLP
from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.racing import Drop
from mnist_core.search.check import check_room
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.cluster import connect, count_processes, start_cluster
from mnist_core.search.conductor import Conductor, GivesWay, never
from mnist_core.search.crew import Crew, DaskCrew, OwnCrew
from mnist_core.search.ladder import run_race
from mnist_core.search.messages import Drawn, Phase, Records, Tell
from mnist_core.search.proposing import propose
from mnist_core.search.results import SearchResults, tabulate
from mnist_core.search.rounds import Fold, Source
from mnist_core.search.script import check_script
from mnist_core.search.states import EndedFit, TaskState
from mnist_core.search.tasks import Task, choose_lanes, cut_tasks

_MOST_DRAWN = 200  # networks in memory that have not begun: some 100 MB


@dataclass(eq=False)
class FastEngine:
    """Searches a grid, and trains the winner, by a crew.

    Attributes
    ----------
    plan : SearchPlan
        What to search; it grows with what is drawn.
    folds : sequence of Fold
        The outer ones, and last the one of the winner.
    n_pixels : int
        Of an image.
    crew : Crew
        Does the work.
    checkpoints : Checkpoints
        What was done before, and where to note what is done now.
    tell : callable
        Gets every epoch and score as it comes, each once.
    gives_way : callable
        As for `Conductor`.
    finish : collection of int
        Candidates that are trained to their end also where they fall behind in a race.
    """

    plan: SearchPlan
    folds: Sequence[Fold]
    n_pixels: int
    crew: Crew
    checkpoints: Checkpoints
    tell: Tell
    gives_way: GivesWay = never
    finish: Collection[int] = ()
    _drawn: dict[int, Training] = field(default_factory=dict)

    def search(self) -> SearchResults:
        """Fit every candidate on every fold.

        Batch by batch, where scores tell which candidates are drawn; in a race, those that fall behind no
        further.
        """
        known = self.checkpoints.load(self.plan.recipe)
        self.tell(_describe(known))
        for fold in self.folds[:-1]:
            known.setdefault(fold.number, TaskState(fold.number))
        drops = None
        if self.plan.strategy is Strategy.RACE:
            drops = run_race(self.plan, known, self._fit, self.tell, self.finish)
        self._fit_all(known, (drops or {}).keys() - set(self.finish))
        while self._draw(known):
            self._fit_all(known)
        return _tabulate(self.plan, known, drops)

    def _draw(self, known: Mapping[int, TaskState]) -> bool:
        """Draw the next batch of candidates by the scores of all before; say whether there is one."""
        if self.plan.strategy is not Strategy.BAYES:
            return False
        folds = [known[fold].ended for fold in range(self.plan.cv)] if self.plan.drawn else []
        scores = [
            float(np.mean([fold[number].score for fold in folds])) for number in range(len(self.plan.drawn))
        ]
        batch = propose(self.plan, scores)
        self.plan = replace(self.plan, drawn=self.plan.drawn + batch)
        if batch:
            self.tell(Drawn([candidate.params() for candidate in self.plan.drawn]))
        return bool(batch)

    def _fit_all(self, known: dict[int, TaskState], without: Collection[int] = ()) -> None:
        """Fit the candidates that are drawn, but for some, as far as they are not fitted yet."""
        numbers = [number for number in range(len(self.plan.candidates())) if number not in without]
        folds = range(self.plan.cv)
        self._fit(known, {fold: [n for n in numbers if n not in known[fold].ended] for fold in folds})

    def _fit(
        self, known: dict[int, TaskState], numbers: Mapping[int, Sequence[int]], until: int | None = None
    ) -> None:
        """Train networks of each fold, to their end or until so many epochs; note how far they come."""
        candidates, n_hands, tasks = self.plan.candidates(), self.crew.count_hands(), list[Task]()
        for fold in self.folds[:-1]:
            state, going = known[fold.number], numbers[fold.number]
            # The last one is cut finer, by itself, so that all hands end together.
            n_folds = 1 if fold is self.folds[-2] else self.plan.cv
            lanes = choose_lanes([candidates[n] for n in going], n_folds, n_hands, self.n_pixels)
            tasks += cut_tasks(fold, state, candidates, lanes, self.plan.recipe, going, until)
        for state in self._conduct(tasks):
            known[state.fold].take_over(state)

    def train(self, number: int) -> tuple[MLP, tuple[EpochRecord, ...]]:
        """Train one candidate on all training images."""
        fold = self.folds[-1]
        kept = self.checkpoints.load(self.plan.recipe).get(REFIT_FOLD, TaskState(REFIT_FOLD))
        # It alone: what else was retrained before would make a task that may be halved.
        known = TaskState(REFIT_FOLD, {number: kept.live[number]} if number in kept.live else {})
        fresh = () if known.live else (number,)
        [state] = self._conduct([Task(fold.name, fold.name, known, fresh)])
        training = state.live[number]
        return make_network(training, self.plan.recipe.n_classes), tuple(training.history)

    def close(self) -> None:
        """Let the crew forget the images."""
        self.crew.close()

    def _conduct(self, tasks: Sequence[Task]) -> list[TaskState]:
        plan = self.plan
        conductor = Conductor(
            self.crew,
            plan.recipe,
            self._start,
            self.checkpoints,
            plan.checkpoint_s,
            self.tell,
            self.gives_way,
        )
        return conductor.carry_out(tasks)

    def _start(self, number: int) -> Training:
        """Draw a network's weights, which are the same on every fold."""
        if number not in self._drawn:
            candidate = self.plan.candidates()[number]
            recipe = self.plan.recipe.of(candidate)
            if len(self._drawn) >= _MOST_DRAWN:
                self._drawn.clear()
            self._drawn[number] = start_training(candidate, recipe, self.n_pixels, recipe.n_classes)
        return self._drawn[number]


@contextmanager
def open_fast_engine(
    source: Source,
    plan: SearchPlan,
    checkpoints: Checkpoints,
    tell: Tell,
    temp_folder: Path,
    splits: Sequence[Split] | None = None,
) -> Iterator[FastEngine]:
    """Bring a crew together as a plan says, and give it the images of a search.

    Parameters
    ----------
    source, plan, checkpoints, tell
        As for `make_fast_engine`.
    temp_folder : Path
        Scratch room.
    splits : sequence of (train, test) or None
        As for `make_fast_engine`.

    Raises
    ------
    ClusterError
        If the cluster cannot be used, or the script that asks for processes is not guarded.
    """
    with ExitStack() as stack:
        client = None
        if plan.cluster is not None:
            client = stack.enter_context(connect(plan.cluster))
        elif (n_processes := count_processes(plan)) > 1:
            check_script()
            client = stack.enter_context(start_cluster(n_processes, temp_folder))
        yield stack.enter_context(
            closing(make_fast_engine(source, plan, checkpoints, tell, client, splits=splits))
        )


def make_fast_engine(
    source: Source,
    plan: SearchPlan,
    checkpoints: Checkpoints,
    tell: Tell,
    client: Client | None,
    gives_way: GivesWay = never,
    splits: Sequence[Split] | None = None,
    finish: Collection[int] = (),
) -> FastEngine:
    """Give a crew the images of a search.

    Parameters
    ----------
    source : Source
        Training images, in the order in which they are used.
    plan : SearchPlan
        What to search.
    checkpoints : Checkpoints
        What was done before, and where to note what is done now.
    tell : callable
        Gets every epoch and every score as it comes.
    client : distributed.Client or None
        Of the cluster whose workers are the crew; None lets this process do it all.
    gives_way : callable
        As for `Conductor`.
    splits : sequence of (train, test) or None
        Positions for each of the plan's folds; None cuts stratified ones, in the order of the images.
    finish : collection of int
        As for `FastEngine`.
    """
    n_pixels = source.take(np.zeros(1, np.int64))[0].size
    check_room(plan, n_pixels)
    folds = _make_folds(source.labels, plan, splits)
    crew: Crew
    if client is None:
        crew = OwnCrew(source, folds, choose_device().n_tasks)
    else:
        crew = DaskCrew(client, source, folds, lambda text: tell(Phase(text)))
    return FastEngine(plan, folds, n_pixels, crew, checkpoints, tell, gives_way, finish)


def _make_folds(labels: Labels, plan: SearchPlan, outer: Sequence[Split] | None) -> list[Fold]:
    """Make the outer folds of a search, and last the one of the winner, which leaves no image out."""
    name = secrets.token_hex(4)  # a process that serves several searches tells their folds apart by it
    everything, nothing = np.arange(len(labels)), np.zeros(0, np.int64)
    splits = [*(outer or plan.cut(labels)), (everything, nothing)]
    numbers = [*range(plan.cv), REFIT_FOLD]
    folds = []
    for number, (train, test) in zip(numbers, splits, strict=True):
        inner, valid = split_inner(labels[train], plan.recipe.inner_folds)
        folds.append(Fold(f"{name}-{number}", number, train[inner], train[valid], test))
    return folds


def _describe(folds: Mapping[int, TaskState]) -> Records:
    """Tell what checkpoints hold, if only nothing: all that came after them will come again."""
    epochs, scores = [], []
    for fold, state in folds.items():
        histories = {n: state.course(n).history for n in state.left | state.live | state.ended}
        epochs += [(number, fold, one) for number, history in histories.items() for one in history]
        scores += [(number, fold, fit.score) for number, fit in state.ended.items()]
    return Records(epochs, scores, is_restored=True)


def _tabulate(
    plan: SearchPlan, folds: dict[int, TaskState], drops: Mapping[int, Drop] | None
) -> SearchResults:
    shape = (plan.n_candidates, plan.cv)
    scores, fit_seconds, score_seconds = (np.full(shape, np.nan) for _ in range(3))
    for fold in range(plan.cv):
        for number, fit in folds[fold].ended.items():
            scores[number, fold] = fit.score
            fit_seconds[number, fold] = _sum_seconds(fit)
            score_seconds[number, fold] = fit.score_seconds
    return tabulate(plan, scores, fit_seconds, score_seconds, drops)


def _sum_seconds(fit: EndedFit) -> float:
    return sum(record.seconds for record in fit.history)
