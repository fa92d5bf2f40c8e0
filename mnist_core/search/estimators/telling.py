"""What `GridSearch` tells while it searches: reports, lines of text, tasks of scikit-learn's callbacks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sklearn.callback import CallbackContext

from mnist_core.network.candidate import Candidate
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.search.messages import Drawn, Message, Records, Tell

Report = Callable[[str, list[dict[str, Any]]], None]
"""Gets the word `epochs` or `fits`, and a list of those that have ended."""


def make_tell(reports: Sequence[Report], candidates: list[Candidate]) -> Tell:
    """Make what passes epochs and scores on in words that users know, what was done before among them.

    Parameters
    ----------
    reports : sequence of callable
        Get them.
    candidates : list of Candidate
        Grows by those that are drawn meanwhile.
    """

    def tell(message: Message) -> None:
        if isinstance(message, Drawn):
            candidates[:] = map(Candidate.from_params, message.candidates)
        if not isinstance(message, Records):
            return
        for word, name, items in (
            ("epochs", "record", [(*fit, asdict(record)) for *fit, record in message.epochs]),
            ("fits", "score", message.scores),
        ):
            for report in reports if items else ():
                report(word, [dict(zip(("candidate", "fold", name), item, strict=True)) for item in items])

    return tell


def make_lines(plan: SearchPlan, candidates: Sequence[Candidate], verbose: int) -> Report:
    """Make what prints each fit as `GridSearchCV` does: how many there will be, and from 2 on each."""
    n = plan.n_candidates
    most = "at most " if plan.strategy is Strategy.RACE else ""
    _say(f"Fitting {plan.cv} folds for each of {n} candidates, totalling {most}{plan.n_fits} fits")

    def report(word: str, items: list[dict[str, Any]]) -> None:
        for item in items if word == "fits" and verbose > 1 else ():
            words = f"{candidates[item['candidate']]}: score={item['score']:.3f}"
            _say(f"[CV {item['fold'] + 1}/{plan.cv}] {words}")

    return report


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - `verbose` asks for it


@contextmanager
def follow_fits(search: Any, plan: SearchPlan, parent: CallbackContext) -> Iterator[Report]:
    """Make the task `search` of scikit-learn's callbacks, with a subtask for each fit that ends.

    Parameters
    ----------
    search : GridSearch
        Whose callbacks are called.
    plan : SearchPlan
        Tells how many fits there are.
    parent : CallbackContext
        That of `fit`.
    """
    context = parent.subcontext("search", max_subtasks=plan.n_fits, sequential_subtasks=False)
    context.call_on_fit_task_begin(estimator=search)

    def report(word: str, items: list[dict[str, Any]]) -> None:
        for item in items if word == "fits" else ():
            number = item["candidate"] * plan.cv + item["fold"]
            task = context.subcontext("candidate-split-evaluation", task_id=number)
            task.call_on_fit_task_begin(estimator=search).call_on_fit_task_end(estimator=search)

    yield report
    context.call_on_fit_task_end(estimator=search)
