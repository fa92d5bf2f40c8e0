"""Runs written to MLflow: said how to get where it is absent, and once each where it is there."""

import sys
from pathlib import Path

import pytest
from commands import call
from stored_runs import OUTCOME, SCORES, begin_run, fill_run, make_record

from mnist_core.ground.errors import RunError
from mnist_core.store import WorkState, end, record
from mnist_core.store.marks import mark_candidate
from mnist_core.store.tracking import export_search


def test_without_mlflow_a_sentence_says_how_to_get_it(settings, lab_store, monkeypatch, tmp_path):
    run_id = fill_run(lab_store)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(RunError, match=r"needs mlflow, which is not installed: pip install mlflow$"):
        export_search(lab_store, run_id, str(tmp_path))
    said = call(settings.home, "runs", run_id, "--mlflow", tmp_path, code=2)
    assert "Writing a run to MLflow needs mlflow" in said.stderr


def test_another_persons_run_is_not_written(lab_store, tmp_path):
    run_id = fill_run(lab_store.of("ada"))
    with pytest.raises(RunError, match="There is no run"):
        export_search(lab_store.of("ben"), run_id, str(tmp_path))


@pytest.fixture
def client(tmp_path):
    mlflow = pytest.importorskip("mlflow", reason="MLflow is not installed: it is an extra in pyproject.toml")
    return mlflow.MlflowClient(f"sqlite:///{tmp_path / 'tracked' / 'mlflow.db'}")


def list_runs(client) -> list:
    (experiment,) = [one for one in client.search_experiments() if one.name == "digits.mat"]
    return client.search_runs([experiment.experiment_id])


def is_child(run) -> bool:
    return "mlflow.parentRunId" in run.data.tags


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_run_is_a_run_a_candidate_with_folds_as_children(lab_store, client, tmp_path):
    run_id, model = begin_run(lab_store), tmp_path / "model"
    model.mkdir()
    (model / "card.md").write_text("a card", encoding="utf-8")
    for fit, score in SCORES.items():
        record(lab_store, run_id, [(*fit, make_record(epoch, 1 / epoch)) for epoch in (1, 2, 3)])
        record(lab_store, run_id, scores=[(*fit, score)])
    record(lab_store, run_id, [(1, -1, make_record(1))])
    mark_candidate(lab_store, run_id, 1, is_flagged=True, note="the one")
    end(lab_store, run_id, WorkState.DONE, "done", vars(OUTCOME) | {"model": str(model)})

    assert export_search(lab_store, run_id, str(tmp_path / "tracked")) == "digits.mat"

    runs = list_runs(client)
    parents = {run.data.tags["lab.candidate"]: run for run in runs if not is_child(run)}
    assert set(parents) == {"0", "1"}
    winner = parents["1"]
    assert winner.data.metrics["accuracy"] == pytest.approx(0.91)
    assert winner.data.metrics["test_accuracy"] == OUTCOME.test_accuracy
    assert (winner.data.params["lr"], winner.data.params["hidden"]) == ("0.01", "4-3")
    assert (winner.data.tags["flag"], winner.data.tags["mlflow.note.content"]) == ("True", "the one")
    assert [one.path for one in client.list_artifacts(winner.info.run_id, "model")] == ["model/card.md"]
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == winner.info.run_id]
    assert sorted(run.data.tags["lab.fold"] for run in children) == ["0", "1", "refit"]
    (first,) = [run for run in children if run.data.tags["lab.fold"] == "0"]
    losses = client.get_metric_history(first.info.run_id, "valid_loss")
    assert [(one.step, one.value) for one in losses] == [(n, pytest.approx(1 / n + 0.1)) for n in (1, 2, 3)]
    assert first.data.metrics["score"] == 0.9

    before = {run.info.run_id for run in runs}
    export_search(lab_store, run_id, str(tmp_path / "tracked"))
    again = list_runs(client)
    assert len(again) == len(runs)
    assert not before & {run.info.run_id for run in again}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_who_does_not_answer_is_named(lab_store, client, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "2")
    with pytest.raises(RunError, match="MLflow at http://localhost:9 does not take the run"):
        export_search(lab_store, fill_run(lab_store), "http://localhost:9")


def test_a_place_that_cannot_be_made_is_named(lab_store, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", sys.modules[__name__])
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match=r"MLflow's folder .* cannot be made"):
        export_search(lab_store, fill_run(lab_store), str(tmp_path / "file" / "below"))
    assert Path(tmp_path / "file").is_file()
