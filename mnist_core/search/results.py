"""The table of a search, with scikit-learn's keys, whichever engine made it."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64

from mnist_core.ground.replacing import keep_file
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.plan import SearchPlan
from mnist_core.network.racing import Drop

PerFit = Float64[np.ndarray, "candidates folds"]
"""A number for each fold of each candidate."""


@runtime_checkable
class SearchEngine(Protocol):
    """Searches a grid, and trains its winner."""

    def search(self) -> "SearchResults":
        """Fit every candidate on every fold."""

    def train(self, number: int) -> tuple[MLP, tuple[EpochRecord, ...]]:
        """Train one candidate on all training images."""

    def close(self) -> None:
        """Let go what it holds elsewhere."""


@dataclass(frozen=True, eq=False)
class SearchResults:
    """What a search measured.

    Attributes
    ----------
    cv_results : dict
        As scikit-learn's `GridSearchCV.cv_results_`, candidates in the order of the grid.
    best_index : int
        The candidate with the highest mean accuracy, the first of equals.
    """

    cv_results: dict[str, Any]
    best_index: int

    @property
    def best(self) -> Candidate:
        """Return it."""
        return Candidate.from_params(self.cv_results["params"][self.best_index])

    @property
    def best_score(self) -> float:
        """Return the mean accuracy of the winner."""
        return float(self.cv_results["mean_test_score"][self.best_index])


def tabulate(
    plan: SearchPlan,
    scores: PerFit,
    fit_seconds: PerFit,
    score_seconds: PerFit,
    drops: Mapping[int, Drop] | None = None,
) -> SearchResults:
    """Make scikit-learn's table of a search.

    What was not measured is nan, and has no rank; a race has columns that say why.

    Parameters
    ----------
    plan : SearchPlan
        Names the candidates.
    scores, fit_seconds, score_seconds : ndarray of shape (candidates, folds), float64
        Accuracy, time of training and time of scoring of each fit.
    drops : mapping of int to Drop, or None
        The candidates that a race has dropped; None where it was none.
    """
    params = [plan.grid.params(candidate) for candidate in plan.candidates()]
    table: dict[str, Any] = {}
    for name, values in (("fit_time", fit_seconds), ("score_time", score_seconds)):
        table |= {f"mean_{name}": values.mean(axis=1), f"std_{name}": values.std(axis=1)}
    axes = dict.fromkeys(axis for row in params for axis in row)
    table |= {f"param_{axis}": _mask([row.get(axis) for row in params]) for axis in axes}
    table["params"] = params
    table |= {f"split{fold}_test_score": scores[:, fold] for fold in range(scores.shape[1])}
    mean = scores.mean(axis=1)
    table |= {"mean_test_score": mean, "std_test_score": scores.std(axis=1)}
    # As scikit-learn ranks: equal ones share the best of their places.
    ranks = 1 + (mean[None] > mean[:, None]).sum(axis=1).astype(np.int32)
    if drops is None:
        table["rank_test_score"] = ranks
    else:
        table["rank_test_score"] = np.ma.MaskedArray(ranks, mask=np.isnan(mean))
        table |= _tabulate_drops(plan, {n: drop for n, drop in drops.items() if np.isnan(mean[n])})
    return SearchResults(table, int(table["rank_test_score"].argmin()))


def _tabulate_drops(plan: SearchPlan, drops: Mapping[int, Drop]) -> dict[str, Any]:
    candidates = plan.candidates()
    found = [drops.get(number) for number in range(len(candidates))]
    epochs = [0 if drop is None else drop.n_epochs for drop in found]
    reasons = ["" if drop is None else drop.say(candidates[drop.behind]) for drop in found]
    mask = [drop is None for drop in found]
    return {
        "dropped_after": np.ma.MaskedArray(epochs, mask=mask),
        "reason": np.ma.MaskedArray(np.array(reasons, dtype=object), mask=mask),
    }


def write_results(results: SearchResults, path: Path) -> None:
    """Write the table as CSV, a row a candidate.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    columns = {name: values for name, values in results.cv_results.items() if name != "params"}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        ["" if value is np.ma.masked else value for value in row]
        for row in zip(*columns.values(), strict=True)
    )
    keep_file(path, table.getvalue().encode(), "its table")


def _mask(values: Sequence[Any]) -> np.ma.MaskedArray:
    # Numbers keep their type, as in scikit-learn; words are objects.
    some = next(value for value in values if value is not None)
    filled = [some if value is None else value for value in values]
    items = np.empty(len(values), dtype=object) if isinstance(some, str | list) else np.array(filled)
    items[:] = filled
    return np.ma.MaskedArray(items, mask=[value is None for value in values])
