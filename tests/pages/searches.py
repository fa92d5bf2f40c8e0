"""Runs of the Search page, and how its tests read and work it."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from screen import read_documents, read_words
from streamlit.testing.v1 import AppTest

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.network.plan import SearchPlan
from mnist_core.store import Database, Outcome, WorkState, add_search, claim, end, record

APP = Path(__file__).resolve().parents[2] / "app.py"
SMALL = SearchPlan(
    grid=Grid(lr=(0.01, 0.001), hidden1=(8,), hidden2=(4,), activation=(Activation.TANH,)), cv=2, limit=600
)
SPEED = {"seconds_per_image": {"fused": 1e-6, "sklearn": 1e-5}, "cores": 2, "start_s": 3.0}
OpenPage = Callable[..., AppTest]


def add_run(store: Database, plan: SearchPlan = SMALL, name: str = "a small one") -> str:
    return add_search(store, plan, "digits.mat", "f" * 16, name)


def begin_run(store: Database, plan: SearchPlan = SMALL, name: str = "a small one") -> str:
    run_id = add_run(store, plan, name)
    claim(store, run_id)
    return run_id


def train_fit(store: Database, run_id: str, candidate: int, fold: int, score: float | None) -> None:
    for epoch in (1, 2, 3):
        record(store, run_id, [(candidate, fold, EpochRecord(epoch, 1 / epoch, 1.1 / epoch, 0.5, 0.1))])
    if score is not None:
        record(store, run_id, scores=[(candidate, fold, score)])


def end_well(store: Database, run_id: str, is_identical: bool = True) -> None:
    for fold, (first, second) in enumerate(((0.80, 0.81), (0.90, 0.87))):
        train_fit(store, run_id, 0, fold, first)
        train_fit(store, run_id, 1, fold, second)
    train_fit(store, run_id, 0, REFIT_FOLD, 0.9)
    outcome = Outcome(
        best=SMALL.grid.candidates()[0].params(),
        best_score=0.85,
        test_accuracy=0.8833,
        model="/home/of/models/search-1",
        results_csv="/home/of/runs/none.csv",
        is_identical=is_identical,
    )
    end(store, run_id, WorkState.DONE, "done", asdict(outcome))


def say_below(page: AppTest, label: str) -> str:
    """Return what stands below a figure."""
    return next(metric.delta for metric in page.metric if metric.label == label)


def find_button(page: AppTest, label: str):
    return next(button for button in page.button if button.label.startswith(label))


def fill(page: AppTest, label: str, value: str) -> AppTest:
    (field,) = [field for field in page.text_input if field.label == label]
    return field.set_value(value).run()


def count(page: AppTest, label: str, value: int) -> AppTest:
    (field,) = [field for field in page.number_input if field.label == label]
    return field.set_value(value).run()


def shown_run(page: AppTest) -> str:
    """Return the run that the address names."""
    value = page.query_params["run"]
    return value if isinstance(value, str) else value[0]


def say(element) -> str:
    """Return the words of an element as the browser shows them: Markdown's escapes do their work."""
    return element.value.replace("\\", "")


def say_all(page: AppTest) -> str:
    return read_words(page).replace("\\", "").replace("**", "")


def read_small_curves(page: AppTest) -> list[dict]:
    """Return the cells of the figure, in the order of the grid."""
    (cells,) = [document["cells"] for document in read_documents(page) if "cells" in document]
    return sorted(cells, key=lambda cell: cell["index"])


def read_bar(page: AppTest) -> str:
    (bar,) = page.get("progress")
    return bar.proto.text
