"""The commands `search` and `resume`."""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.output import add_model_output
from mnist_core.cli.recipe import add_recipe_arguments, read_recipe, read_split_seed
from mnist_core.cli.say import PROGRAM, ReaderGoneError, report, say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.ground.errors import RunError, RunStoppedError
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import read_grid
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import USUAL_TRIALS, Engine, SearchPlan, Strategy
from mnist_core.search.following import MODEL, RESULTS, follow, hold_results
from mnist_core.search.messages import Drawn, Message, Phase, Records
from mnist_core.search.process import SearchProcess
from mnist_core.store import (
    SEARCH,
    Database,
    FitRow,
    WorkRow,
    WorkState,
    add_search,
    await_word,
    claim,
    get_search,
    read_epochs,
    read_fits,
    release_silent,
    request_resume,
    set_cluster,
)
from mnist_core.store.drops import estimate_saved, find_drops, list_unmeasured
from mnist_core.store.job import Turn
from mnist_core.store.ranking import RankedCandidate, rank_candidates
from mnist_core.work.supervisor import carry_out_work, catch_signals

if TYPE_CHECKING:
    from mnist_core.data.dataset import Dataset


def add_search_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `search`."""
    add_data_arguments(command)
    command.add_argument("--grid", default="paper", metavar="paper|GRID.json", help="default: paper")
    command.add_argument(
        "--strategy",
        choices=[strategy.value for strategy in Strategy],
        default=Strategy.GRID.value,
        help="measure all candidates; some, drawn at random or by what was measured before (bayes); or all "
        "at first, and those that fall behind no further (race); default: grid",
    )
    command.add_argument(
        "--trials",
        type=int,
        metavar="N",
        help=f"candidates that random and bayes draw (default: {USUAL_TRIALS}, or all where they are fewer)",
    )
    command.add_argument(
        "--engine",
        choices=[engine.value for engine in Engine],
        default=Engine.FUSED.value,
        help="all candidates of a fold side by side, or scikit-learn over skorch (default: fused)",
    )
    command.add_argument(
        "--cv", type=int, default=5, metavar="K", help="outer folds; 1 holds a fifth out once (default: 5)"
    )
    command.add_argument(
        "--workers", type=int, metavar="N", help="processes side by side (default: one a core)"
    )
    command.add_argument(
        "--checkpoint-every",
        type=float,
        default=SearchPlan().checkpoint_s,
        metavar="S",
        help="seconds of work that a kill may cost (default: 5)",
    )
    command.add_argument(
        "--cluster", metavar="ADDRESS", help="a Dask scheduler whose workers to use, such as tcp://host:8786"
    )
    add_model_output(
        command,
        "--out",
        (MODEL,),
        (RESULTS,),
        metavar="DIR",
        help="folder for the model and results.csv (default: in the lab's home)",
    )
    add_recipe_arguments(command)


def run_search(arguments: argparse.Namespace) -> None:
    """Run a search to its end in this process's care."""
    settings = find_settings()
    settings.make_home()
    plan = SearchPlan(
        grid=read_grid(arguments.grid),
        recipe=read_recipe(arguments),
        cv=arguments.cv,
        split_seed=read_split_seed(arguments),
        limit=arguments.limit,
        engine=Engine(arguments.engine),
        workers=arguments.workers,
        cluster=arguments.cluster,
        checkpoint_s=arguments.checkpoint_every,
        out=None if arguments.out is None else str(arguments.out.resolve()),
        strategy=Strategy(arguments.strategy),
        n_trials=arguments.trials,
    )
    # The engine loads its libraries while this process loads its own and reads the file.
    with SearchProcess.start_early(plan, settings) as process:
        dataset = _read(arguments, plan, settings)
        store = open_store(settings)
        run_id = add_search(store, plan.fit_classes(dataset.n_classes), dataset.name, dataset.fingerprint)
        _say_end(store, carry_out_search(store, run_id, settings, process), arguments.json)


def _read(arguments: argparse.Namespace, plan: SearchPlan, settings: Settings) -> "Dataset":
    from mnist_core.data.kept import keep_dataset  # noqa: PLC0415 - the engine has begun by now
    from mnist_core.search.check import check_plan  # noqa: PLC0415

    dataset = keep_dataset(read_data(arguments), settings.datasets_folder, settings.pool_folder)
    check_plan(plan, dataset)
    return dataset


def add_resume_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `resume`."""
    command.add_argument("run", metavar="RUN", help="the id of a run that has stopped; see runs")
    command.add_argument("--cluster", metavar="ADDRESS", help="use this Dask scheduler from now on")


def run_resume(arguments: argparse.Namespace) -> None:
    """Carry a run on from its checkpoints to its end."""
    settings = find_settings()
    settings.make_home()
    store = open_store(settings)
    release_silent(store)
    if get_search(store, arguments.run).state.is_held:
        report("looks for a sign of life of its worker")
        await_word(store, arguments.run)
    if arguments.cluster is not None:  # first, as another worker may take it once it is resumed
        set_cluster(store, arguments.run, arguments.cluster)
    if not get_search(store, arguments.run).is_waiting:
        request_resume(store, arguments.run)
    run = get_search(store, arguments.run)
    with (
        hold_results(run, settings),
        SearchProcess.start_early(run.plan, settings) as process,
    ):
        _say_end(store, carry_out_search(store, arguments.run, settings, process), arguments.json)


def carry_out_search(store: Database, run_id: str, settings: Settings, process: SearchProcess) -> WorkRow:
    """Carry a run out to its end in this process's care, and report its progress."""
    with catch_signals() as stop:
        run = claim(store, run_id)
        if run is None:
            raise RunError(f"Run {run_id} was taken by another worker: list the runs to follow it.")
        progress = _Progress(run.plan, stop)
        progress.say(f"run {run.id}: {run.plan.n_candidates} candidates, {_say_fits(run.plan)}")
        kinds = {SEARCH: partial(follow, process=process, on_message=progress)}
        ended = carry_out_work(store, run, settings, Turn(stop), kinds, waits_for_user=True)
    if progress.is_unread:
        raise ReaderGoneError
    if stop.is_set() and ended.state is not WorkState.DONE:
        raise RunStoppedError(f"Stopped; {PROGRAM} resume {run.id} carries it on.")
    if ended.found is None:
        raise RunError(f"Run {run.id} is {ended.state}: {ended.message}")
    return ended


def _say_end(store: Database, ended: WorkRow, as_json: bool) -> None:
    described = _describe_run(store, ended)
    say(described, _sum_up(ended, described), as_json)


class _Progress:
    """Reports the messages of a search in words; where nobody reads them any more it stops the search."""

    def __init__(self, plan: SearchPlan, stop: Event) -> None:
        self._stop = stop
        self.is_unread = False
        self._candidates = plan.candidates()
        self._of_all = "" if plan.strategy is Strategy.RACE else f"/{plan.n_fits}"
        self._n_done = 0

    def say(self, words: str) -> None:
        """Report something."""
        try:
            report(words)
        except ReaderGoneError:
            self.is_unread = True
            self._stop.set()

    def __call__(self, message: Message) -> None:
        if isinstance(message, Phase):
            self.say(message.text)
        elif isinstance(message, Drawn):
            self._candidates = list(map(Candidate.from_params, message.candidates))
        elif isinstance(message, Records) and message.is_restored:
            self._n_done = len(message.scores)
            if self._n_done:
                self.say(f"goes on from its checkpoints: {self._n_done}{self._of_all} fits are done")
        elif isinstance(message, Records):
            for fit in message.scores:
                self._report_fit(*fit)
            if message.dropped:
                self.say(f"drops {len({candidate for candidate, _ in message.dropped})} that fall behind")

    def _report_fit(self, candidate: int, fold: int, score: float) -> None:
        if fold != REFIT_FOLD:
            self._n_done += 1
            words = self._candidates[candidate]
            self.say(f"{self._n_done}{self._of_all}  {words}, fold {fold + 1}: {score:.4f}")


def _describe_run(store: Database, run: WorkRow) -> dict[str, Any]:
    assert run.found is not None
    fits = read_fits(store, run.id)
    ranked = {one.index: one for one in rank_candidates(run.plan, fits)}
    described = {
        "run": run.id,
        "best_params": run.found.best,
        "best_score": run.found.best_score,
        "n_fits": run.n_fits_done,
        "n_epochs": run.n_epochs,
        "seconds": round(run.seconds, 2),
        "test_accuracy": run.found.test_accuracy,
        "model": run.found.model,
        "results_csv": run.found.results_csv,
        "reload_is_identical": run.found.is_identical,
        "candidates": [
            _describe_candidate(run.plan, ranked[number].candidate, ranked[number])
            for number in sorted(ranked)
        ],
    }
    if run.plan.strategy is Strategy.RACE:
        described |= _describe_race(store, run, fits, ranked)
    return described


def _describe_candidate(
    plan: SearchPlan, candidate: Candidate, measured: RankedCandidate | None
) -> dict[str, Any]:
    return {
        "params": plan.grid.params(candidate),
        "mean_test_score": None if measured is None else measured.mean,
        "std_test_score": None if measured is None else measured.std,
    }


def _describe_race(
    store: Database, run: WorkRow, fits: Sequence[FitRow], ranked: Mapping[int, RankedCandidate]
) -> dict[str, Any]:
    """Describe all candidates of a race: those that were dropped have no score, but a reason."""
    candidates, unmeasured = run.plan.candidates(), list_unmeasured(run.plan, fits)
    drops, rows = find_drops(run.plan, fits, read_epochs(store, run.id)), []
    for number, candidate in enumerate(candidates):
        row = _describe_candidate(run.plan, candidate, None if number in unmeasured else ranked[number])
        if (drop := drops.get(number)) is not None:
            row |= {"dropped_after": drop.n_epochs, "reason": drop.say(candidates[drop.behind])}
        rows.append(row)
    return {
        "n_dropped": len(unmeasured),
        "epochs_saved": estimate_saved(run.plan, fits),
        "candidates": rows,
    }


def _say_fits(plan: SearchPlan) -> str:
    return f"a race on {plan.cv} folds" if plan.strategy is Strategy.RACE else f"{plan.n_fits} fits"


def _sum_up(run: WorkRow, described: Mapping[str, Any]) -> str:
    assert run.found is not None
    outcome, saved, of_race = run.found, described.get("epochs_saved"), ""
    if saved is not None:
        of_race = (
            f". {described['n_dropped']} of {run.plan.n_candidates} candidates were dropped, which saved "
            f"about {saved:.0%} of the epochs."
        )
    return (
        f"Best of {run.n_fits_done} fits, {run.n_epochs} epochs, {run.seconds:.0f} s: {outcome.candidate}, "
        f"mean accuracy {outcome.best_score:.4f}; retrained it reads {outcome.test_accuracy:.2%} of the "
        f"held-out images; saved to {outcome.model}{of_race}"
    )
