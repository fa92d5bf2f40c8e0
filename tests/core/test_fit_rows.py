"""All trainings of a run as one table, and the candidates of a run by the command."""

import csv
import io
from pathlib import Path

import pytest
from commands import call, call_json
from stored_runs import OUTCOME, PLAN, begin_run, fill_run, set_columns

from mnist_core.ground.errors import RunError
from mnist_core.store.fit_rows import FIT_COLUMNS, list_fit_rows, write_fits
from mnist_core.store.marks import read_marks


def test_each_training_is_a_row_with_all_that_is_known_of_it(store):
    run_id = fill_run(store)

    rows = list_fit_rows(store, run_id)

    assert [(row["candidate"], row["fold"]) for row in rows] == [(0, 0), (1, "refit"), (1, 0), (1, 1)]
    assert all(tuple(row) == FIT_COLUMNS for row in rows)
    refit, fit = rows[1:3]
    assert (fit["score"], fit["epochs"], fit["best_epoch"], fit["seconds"]) == (0.9, 4, 2, 1.0)
    assert (fit["lr"], fit["hidden"], fit["activation"], fit["batch_size"]) == (0.01, "4-3", "tanh", 128)
    assert (fit["seed"], fit["split_seed"], fit["flag"], fit["model"]) == (0, PLAN.split_seed, 1, "")
    assert (refit["score"], refit["model"]) == (OUTCOME.test_accuracy, OUTCOME.model)


def test_no_word_of_the_table_is_a_formula(lab_store):
    table = write_fits(lab_store, fill_run(lab_store)).decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["note"] for row in rows] == ["", *['\'=HYPERLINK("x")'] * 3]
    assert [row["score"] for row in rows[2:]] == ["0.9", "0.92"]


def test_others_get_the_table_of_a_published_run_without_its_places(lab_store):
    ada, ben = lab_store.of("ada"), lab_store.of("ben")
    run_id = fill_run(ada)
    with pytest.raises(RunError, match="There is no run"):
        write_fits(ben, run_id)
    set_columns(lab_store, run_id, is_published=True)
    assert [row["model"] for row in list_fit_rows(ben, run_id)] == ["", Path(OUTCOME.model).name, "", ""]


def test_runs_are_compared_by_the_command(settings, lab_store):
    done, other = fill_run(lab_store), begin_run(lab_store, "another")
    rows = call_json(settings.home, "compare", done, other, done)
    assert [(row["run"], row["best_score"], row["planned"]) for row in rows] == [
        (done, 0.91, {}),
        (other, None, {}),
    ]
    assert "no fold is scored" in call(settings.home, "compare", done, other).stdout
    assert "but none is named: name one" in call(settings.home, "compare", "paper", "robust", code=2).stderr


def test_the_command_lists_filters_marks_and_writes(settings, lab_store, tmp_path):
    run_id, home = fill_run(lab_store), settings.home

    (row,) = call_json(home, "runs", run_id, "--fits", tmp_path / "fits.csv", "--filter", "flag accuracy>90%")
    assert (row["run"], row["best_score"]) == (run_id, 0.9)
    assert [(one["candidate"], one["rank"], one["lr"]) for one in row["candidates"]] == [(1, 1, 0.01)]
    assert len((tmp_path / "fits.csv").read_text().splitlines()) == 1 + 4

    (row,) = call_json(home, "runs", run_id, "--candidate", "0", "--flag", "--note", "again")
    assert [(one["flag"], one["note"]) for one in row["candidates"]] == [(True, "again")]
    assert read_marks(lab_store, run_id)[0].note == "again"

    said = call(home, "runs", run_id, "--filter", "lrr<1", code=2)
    assert "There is no column lrr: the names are" in said.stderr
    assert "none is named" in call(home, "runs", "--note", "x", code=2).stderr
