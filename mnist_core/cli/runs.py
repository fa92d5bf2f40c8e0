"""The command `runs`."""

import argparse
from typing import Any

from mnist_core.cli.output import add_output
from mnist_core.cli.say import report, say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.ground.errors import RunError
from mnist_core.ground.replacing import write_out
from mnist_core.store import (
    Database,
    WorkRow,
    get_search,
    list_work,
    read_best_scores,
    read_epochs,
    read_fits,
    release_silent,
)
from mnist_core.store.candidate_rows import CandidateRow, list_candidate_rows
from mnist_core.store.filter_words import read_filter
from mnist_core.store.fit_rows import write_fits
from mnist_core.store.marks import mark_candidate, read_marks
from mnist_core.store.ranking import rank_candidates
from mnist_core.store.tracking import export_search
from mnist_core.training.live.live_plan import TRAINING, title_training

_OF_ONE = ("filter", "fits", "candidate", "flag", "note", "mlflow")
"""What is asked of one run."""


def add_runs_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `runs`."""
    command.add_argument(
        "run", nargs="?", metavar="RUN", help="list the candidates of this one, the best first"
    )
    command.add_argument(
        "--trainings", action="store_true", help="list the live trainings, whose epochs are kept, instead"
    )
    group = command.add_argument_group("of one run")
    group.add_argument(
        "--filter",
        metavar="WORDS",
        help="list those candidates alone that words choose, such as 'activation=tanh lr<0.01 accuracy>96%%'",
    )
    add_output(
        command, "--fits", metavar="FILE", help="write all trainings as CSV: seed, fold, epochs, score, model"
    )
    group.add_argument(
        "--mlflow",
        metavar="PLACE",
        help="write it to MLflow, a run a candidate, folds as children: a tracking URI, or a folder",
    )
    group.add_argument(
        "--candidate", type=int, metavar="N", help="the candidate that is marked, by its number from 0"
    )
    group.add_argument(
        "--flag",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="flag that candidate, or flag it no longer",
    )
    group.add_argument(
        "--note", metavar="TEXT", help="leave a note at that candidate; an empty one takes it away"
    )


def run_runs(arguments: argparse.Namespace) -> None:
    """List all runs, or all live trainings, the latest first; or the candidates of one run."""
    store = open_store(find_settings())
    release_silent(store)
    if arguments.run is None:
        asked = [name for name in _OF_ONE if getattr(arguments, name) is not None]
        if asked:
            raise RunError(
                f"--{asked[0]} is asked of one run, but none is named: name one of those that runs lists."
            )
        _list_all(store, arguments)
        return
    _mark(store, arguments)
    run = get_search(store, arguments.run)
    if arguments.fits is not None:
        with write_out(arguments.fits, "The table") as file:
            file.write(write_fits(store, run.id))
    if arguments.mlflow is not None:
        experiment = export_search(store, run.id, arguments.mlflow, report)
        report(f"Written to the experiment {experiment} of MLflow at {arguments.mlflow}.")
    _list_candidates(store, run, arguments)


def _list_all(store: Database, arguments: argparse.Namespace) -> None:
    if arguments.trainings:
        _list_trainings(store, arguments.json)
        return
    leading = {run_id: best.mean for run_id, best in read_best_scores(store).items()}
    rows = [_tell(run, leading) for run in list_work(store)]
    lines = [f"{row['run']}  {row['state']:<11}  {row['progress']:4.0%}  {row['name']}" for row in rows]
    say(rows, "\n".join(lines) or "No runs yet: start one with search.", arguments.json)


def _tell(run: WorkRow, leading: dict[str, float]) -> dict[str, Any]:
    return {
        "run": run.id,
        "name": run.name,
        "state": run.state.value,
        "progress": run.share_settled,
        "best_score": run.found.best_score if run.found else leading.get(run.id),
        "n_fits": run.n_fits,
        "n_fits_done": run.n_fits_done,
        "message": run.message,
    }


def _mark(store: Database, arguments: argparse.Namespace) -> None:
    flag, note, number = arguments.flag, arguments.note, arguments.candidate
    if (flag, note) == (None, None):
        return
    if number is None:
        raise RunError(
            "A flag or a note needs its candidate, but none is named: name one with --candidate N."
        )
    mark_candidate(store, arguments.run, number, is_flagged=flag, note=note)


def _list_candidates(store: Database, run: WorkRow, arguments: argparse.Namespace) -> None:
    fits = read_fits(store, run.id)
    ranked = rank_candidates(run.plan, fits)
    wanted = read_filter(arguments.filter or "")
    rows = list_candidate_rows(run.plan, fits, ranked, read_marks(store, run.id))
    found = [row for row in rows if wanted.holds(row.values)]
    if arguments.candidate is not None:
        found = [row for row in found if row.index == arguments.candidate]
    found.sort(key=lambda row: row.ranked.rank if row.ranked else len(rows) + row.index)
    document = _tell(run, {run.id: ranked[0].mean} if ranked else {})
    document["candidates"] = [{"candidate": row.index, **row.values} for row in found]
    say([document], "\n".join(map(_say, found)) or "No candidate fits.", arguments.json)


def _say(row: CandidateRow) -> str:
    one = row.ranked
    error = "" if row.values["error"] is None else f" ± {row.values['error']:.2f}"
    measured = f"{one.rank:5d}  {one.mean:7.2%}{error:<7}" if one else f"{'-':>5}  {'-':>7}{'':<7}"
    said = "  ⚑" if row.mark.is_flagged else ""
    return f"{measured}  {row.index:5d}  {row.candidate}{said}{'  ' + row.mark.note if row.mark.note else ''}"


def _list_trainings(store: Database, as_json: bool) -> None:
    rows = []
    for job in list_work(store, TRAINING):
        epochs = read_epochs(store, job.id)
        last = epochs[-1].record if epochs else None
        rows.append(
            {
                "training": job.id,
                "name": title_training(job),
                "state": job.state.value,
                "epochs": last.epoch if last else 0,
                "valid_accuracy": last.valid_accuracy if last else None,
                "parent": job.settings["parent"],
                "message": job.message,
            }
        )
    lines = [
        f"{row['training']}  {row['state']:<11}  epoch {row['epochs']:4d}  {row['name']}" for row in rows
    ]
    say(rows, "\n".join(lines) or "No live trainings yet: begin one on the Train page.", as_json)
