"""A search written to MLflow, the tracker that many labs use: a run a candidate, its folds as children.

MLflow need not be installed: it is an extra. It is told of a search once: what is written
again takes the place of what was there.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from mnist_core.ground.errors import RunError
from mnist_core.ground.extras import extra
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store.candidate_rows import AXES, CandidateRow, list_candidate_rows
from mnist_core.store.database import Database
from mnist_core.store.epochs import read_epochs, read_fits
from mnist_core.store.marks import read_marks
from mnist_core.store.ranking import rank_candidates
from mnist_core.store.reading import get_search
from mnist_core.store.rows import EpochRow, FitRow, WorkRow

_AT_ONCE = 1000  # metrics: MLflow takes no more in one call
_RUN, _CANDIDATE, _FOLD = "lab.run", "lab.candidate", "lab.fold"
_MEASURES = ("train_loss", "valid_loss", "valid_accuracy")
_DATABASE, _ARTIFACTS = "mlflow.db", "artifacts"


def export_search(
    store: Database, run_id: str, place: str, report: Callable[[str], None] = lambda _: None
) -> str:
    """Write a search to MLflow and return the name of its experiment.

    Parameters
    ----------
    store : Database
        Has the run.
    run_id : str
        The search; one that goes on is written as it stands.
    place : str
        A tracking URI, such as `http://host:5000` or `sqlite:///mlflow.db`, or a folder, for a database.
    report : callable
        Is told how far it has come.

    Raises
    ------
    RunError
        If there is no such search, or MLflow is not installed, or does not take it.
    """
    run = get_search(store, run_id)
    with extra("mlflow", "Writing a run to MLflow"):
        mlflow: Any = import_module("mlflow")
    uri, artifacts = _find_place(place)
    try:
        client = mlflow.MlflowClient(tracking_uri=uri)
        experiment = _find_experiment(client, run.dataset_name, artifacts)
        before = _list_before(client, experiment, run_id)
        _Export(mlflow, client, experiment, store, run).write(report)
        for one in before:
            client.delete_run(one)
    except mlflow.exceptions.MlflowException as error:
        words = " ".join(str(error).split())
        raise RunError(f"MLflow at {uri} does not take the run ({words}): see that it answers.") from error
    return run.dataset_name


def _find_place(place: str) -> tuple[str, str | None]:
    """Find the URI of a place, and where its files go; None leaves that to who answers there."""
    if "://" in place:
        return place, None
    folder = Path(place).expanduser().resolve()
    try:
        (folder / _ARTIFACTS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"MLflow's folder {folder} cannot be made ({error.strerror}): name another."
        ) from error
    return f"sqlite:///{folder / _DATABASE}", (folder / _ARTIFACTS).as_uri()


def _find_experiment(client: Any, name: str, artifacts: str | None) -> str:
    known = client.get_experiment_by_name(name)
    return str(known.experiment_id if known else client.create_experiment(name, artifacts))


def _list_before(client: Any, experiment: str, run_id: str) -> list[str]:
    """List what was written of a search before."""
    found, token = [], None
    while True:
        part = client.search_runs(
            [experiment], f"tags.`{_RUN}` = '{run_id}'", max_results=_AT_ONCE, page_token=token
        )
        found += [one.info.run_id for one in part]
        token = part.token
        if not token:
            return found


class _Export:
    """A search on its way to an experiment."""

    def __init__(self, mlflow: Any, client: Any, experiment: str, store: Database, run: WorkRow) -> None:
        self._entities, self._client, self._experiment = mlflow.entities, client, experiment
        self._store, self._run = store, run

    def write(self, report: Callable[[str], None]) -> None:
        """Write each candidate that has begun."""
        store, run = self._store, self._run
        fits, marks = read_fits(store, run.id), read_marks(store, run.id)
        rows = list_candidate_rows(run.plan, fits, rank_candidates(run.plan, fits), marks)
        its: dict[int, list[FitRow]] = defaultdict(list)
        for fit in fits:
            its[fit.candidate].append(fit)
        begun = [row for row in rows if its[row.index]]
        for number, row in enumerate(begun, 1):
            self._write_candidate(row, its[row.index])
            if number % 10 == 0 or number == len(begun):
                report(f"{number:,} of {len(begun):,} candidates")

    def _write_candidate(self, row: CandidateRow, fits: Sequence[FitRow]) -> None:
        parent = self._begin(
            str(row.candidate), {_CANDIDATE: row.index, "mlflow.note.content": row.mark.note}
        )
        measured = {name: row.values[name] for name in ("rank", "accuracy", "error", "folds", "epochs")}
        metrics = {**measured, "seconds": row.values["seconds"]}
        found = self._run.found
        is_winner = found is not None and any(fit.fold == REFIT_FOLD for fit in fits)
        if is_winner and found is not None:
            metrics["test_accuracy"] = found.test_accuracy
        tags = {"flag": row.mark.is_flagged, "winner": is_winner}
        self._log(parent, self._measure(metrics, 0), self._list_params(row), tags)
        epochs = read_epochs(self._store, self._run.id, fits=[(fit.candidate, fit.fold) for fit in fits])
        for fit in fits:
            self._write_fit(parent, row, fit, [one for one in epochs if one.fold == fit.fold])
        if is_winner and found is not None and Path(found.model).is_dir():
            self._client.log_artifacts(parent, found.model, "model")
        self._client.set_terminated(parent, end_time=self._end())

    def _write_fit(self, parent: str, row: CandidateRow, fit: FitRow, epochs: Sequence[EpochRow]) -> None:
        fold = "refit" if fit.fold == REFIT_FOLD else str(fit.fold)
        child = self._begin(
            f"fold {fold}", {_CANDIDATE: row.index, _FOLD: fold, "mlflow.parentRunId": parent}
        )
        metrics = [
            one
            for epoch in epochs
            for one in self._measure(
                {name: getattr(epoch.record, name) for name in _MEASURES}, epoch.record.epoch
            )
        ]
        whole = {"score": fit.score, "epochs": fit.n_epochs, "seconds": fit.seconds}
        metrics += self._measure(whole, fit.n_epochs)
        self._log(child, metrics, {**self._list_params(row), "fold": fold}, {"state": fit.state.value})
        self._client.set_terminated(child, end_time=self._end())

    def _begin(self, name: str, tags: Mapping[str, Any]) -> str:
        told = {_RUN: self._run.id, "lab.name": self._run.name, **tags}
        words = {key: str(value) for key, value in told.items() if value != ""}
        run = self._client.create_run(self._experiment, _stamp(self._run.started), words, name)
        return str(run.info.run_id)

    def _end(self) -> int | None:
        return _stamp(self._run.ended)

    def _measure(self, values: Mapping[str, Any], step: int) -> list[Any]:
        """Make metrics of those values that are numbers."""
        moment = _stamp(self._run.ended or self._run.started) or 0
        return [
            self._entities.Metric(name, float(value), moment, step)
            for name, value in values.items()
            if value is not None and math.isfinite(value)
        ]

    def _list_params(self, row: CandidateRow) -> dict[str, Any]:
        plan = self._run.plan
        axes = {name: row.values[name] for name in AXES if row.values[name] is not None}
        return {**axes, "max_epochs": plan.recipe.max_epochs, "cv": plan.cv, "split_seed": plan.split_seed}

    def _log(
        self, run: str, metrics: Sequence[Any], params: Mapping[str, Any], tags: Mapping[str, Any]
    ) -> None:
        entities = self._entities
        told = [entities.Param(name, str(value)) for name, value in params.items()]
        marks = [entities.RunTag(name, str(value)) for name, value in tags.items()]
        self._client.log_batch(run, metrics[:_AT_ONCE], told, marks)
        for begin in range(_AT_ONCE, len(metrics), _AT_ONCE):
            self._client.log_batch(run, metrics[begin : begin + _AT_ONCE])


def _stamp(moment: datetime | None) -> int | None:
    """Return a moment as MLflow counts it."""
    return None if moment is None else round(moment.timestamp() * 1000)
