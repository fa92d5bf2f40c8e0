"""Ways by estimators of scikit-learn: this lab's, skorch's, scikit-learn's own, and one that halves."""

import os
from typing import Any

import joblib
import numpy as np
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - makes the import below possible
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV
from sklearn.neural_network import MLPClassifier

from benchmarks.rivalling.task import BATCH_SIZE, SEED, Task
from mnist_core.search.estimators.grid_search import GridSearch

_N_CORES = os.cpu_count() or 1


def search_here(task: Task) -> np.ndarray:
    """Search with this lab's engine."""
    return _search(task, "fused")


def search_skorch(task: Task) -> np.ndarray:
    """Search with scikit-learn's `GridSearchCV` over skorch."""
    return _search(task, "sklearn")


def _search(task: Task, engine: str) -> np.ndarray:
    search = GridSearch(
        task.axes, engine=engine, max_epochs=task.n_epochs, patience=task.n_epochs, refit=False, n_jobs=-1
    )
    return _read(search.fit(task.images, task.labels).cv_results_, 5)


def _read(found: dict[str, Any], n_folds: int) -> np.ndarray:
    return np.stack([found[f"split{fold}_test_score"] for fold in range(n_folds)], axis=1)


def _make_perceptron(task: Task) -> MLPClassifier:
    """Make scikit-learn's perceptron with the paper's recipe; it draws its first weights its own way."""
    return MLPClassifier(
        activation="tanh",
        alpha=0.0,
        batch_size=BATCH_SIZE,
        shuffle=False,
        max_iter=task.n_epochs,
        tol=0.0,
        n_iter_no_change=task.n_epochs + 1,
        random_state=SEED,
    )


def _name_axes(task: Task) -> dict[str, list[Any]]:
    return {
        "hidden_layer_sizes": [(a, b) for a in task.axes["hidden1"] for b in task.axes["hidden2"]],
        "learning_rate_init": task.axes["lr"],
    }


def search_perceptrons(task: Task) -> np.ndarray:
    """Search with `GridSearchCV` over scikit-learn's own `MLPClassifier`."""
    splits = [(fold.train, fold.test) for fold in task.folds]
    search = GridSearchCV(_make_perceptron(task), _name_axes(task), cv=splits, refit=False, n_jobs=_N_CORES)
    with joblib.parallel_config("loky", inner_max_num_threads=1):
        scores = _read(search.fit(task.images, task.labels).cv_results_, len(splits))
    return _sort(task, search.cv_results_["params"], scores)


def search_halving(task: Task) -> np.ndarray:
    """Search with `HalvingGridSearchCV` over the same: a third goes on, with three times the epochs.

    What it returns is NaN but for those that went on to the end.
    """
    splits = [(fold.train, fold.test) for fold in task.folds]
    search = HalvingGridSearchCV(
        _make_perceptron(task),
        _name_axes(task),
        resource="max_iter",
        max_resources=task.n_epochs,
        min_resources=max(task.n_epochs // 9, 1),
        cv=_Splits(splits),
        refit=False,
        n_jobs=_N_CORES,
        random_state=SEED,
    )
    with joblib.parallel_config("loky", inner_max_num_threads=1):
        found = search.fit(task.images, task.labels).cv_results_
    scores = np.full((len(task.candidates), len(splits)), np.nan)
    last = np.flatnonzero(found["iter"] == found["iter"].max())
    numbers = _number(task, [found["params"][at] for at in last])
    scores[numbers] = _read(found, len(splits))[last]
    return scores


class _Splits:
    """Splits that are the same each time, as halving asks for."""

    def __init__(self, splits: list[Any]) -> None:
        self._splits = splits
        self.shuffle, self.random_state = False, None

    def split(self, *_: Any, **__: Any) -> Any:
        return iter(self._splits)

    def get_n_splits(self, *_: Any, **__: Any) -> int:
        return len(self._splits)


def _number(task: Task, params: list[dict[str, Any]]) -> list[int]:
    known = {(one.hidden, one.lr): number for number, one in enumerate(task.candidates)}
    return [known[one["hidden_layer_sizes"], one["learning_rate_init"]] for one in params]


def _sort(task: Task, params: list[dict[str, Any]], scores: np.ndarray) -> np.ndarray:
    sorted_scores = np.empty_like(scores)
    sorted_scores[_number(task, params)] = scores
    return sorted_scores
