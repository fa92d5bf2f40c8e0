"""The reference engine: scikit-learn's `GridSearchCV` over skorch, a fit after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV

from mnist_core.data.stratified import Split
from mnist_core.engines.skorch_classifier import classifier_params, make_classifier, read_epoch, train_network
from mnist_core.ground.arrays import Inputs, Labels
from mnist_core.network.architecture import MLP
from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.network.plan import SearchPlan
from mnist_core.search.messages import MessageSender, Records
from mnist_core.search.results import SearchResults, tabulate


@dataclass(frozen=True, eq=False)
class ReferenceEngine:
    """Searches a grid, and trains the winner, with scikit-learn and skorch themselves.

    Attributes
    ----------
    plan : SearchPlan
        What to search.
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Training images, in the order in which they are used.
    labels : ndarray of shape (n,), int64
        Their digits.
    sender : MessageSender
        Gets every epoch and score, from any process.
    temp_folder : Path
        Where processes share the images.
    splits : sequence of (train, test) or None
        Positions for each of the plan's folds; None lets scikit-learn cut stratified ones.
    """

    plan: SearchPlan
    images: Inputs
    labels: Labels
    sender: MessageSender
    temp_folder: Path
    splits: Sequence[Split] | None = None

    def search(self) -> SearchResults:
        """Fit every candidate on every fold, on one-threaded processes side by side."""
        plan, images = self.plan, self.images
        self.sender.send(Records(is_restored=True))  # this engine begins anew
        monitor = _Monitor(self.sender, plan.cv)
        n_processes = min(plan.workers or joblib.cpu_count(), plan.n_fits)
        search = GridSearchCV(
            make_classifier(plan.recipe, n_inputs=images[0].size),
            # A grid for each candidate keeps their order ours.
            [
                {name: [value] for name, value in classifier_params(candidate, plan.recipe).items()}
                for candidate in plan.candidates()
            ],
            scoring=monitor,
            cv=self.splits or plan.cut(self.labels),
            refit=False,
            error_score="raise",
            n_jobs=n_processes,
        )
        search.set_callbacks(monitor)
        with joblib.parallel_config("loky", inner_max_num_threads=1, temp_folder=str(self.temp_folder)):
            found = search.fit(images.reshape(len(images), -1), self.labels).cv_results_
        scores = np.stack([found[f"split{fold}_test_score"] for fold in range(plan.cv)], axis=1)
        # scikit-learn keeps the mean time of a candidate's folds only.
        fit_s, score_s = (
            np.repeat(found[f"mean_{name}_time"][:, None], plan.cv, axis=1) for name in ("fit", "score")
        )
        return tabulate(plan, scores, fit_s, score_s)

    def close(self) -> None:
        """Do nothing: its processes end by themselves."""

    def train(self, number: int) -> tuple[MLP, tuple[EpochRecord, ...]]:
        """Train one candidate on all training images."""

        def report(record: EpochRecord) -> None:
            self.sender.send(Records([(number, REFIT_FOLD, record)]))

        candidate = self.plan.candidates()[number]
        return train_network(self.images, self.labels, candidate, self.plan.recipe, report)


@dataclass(frozen=True)
class _Monitor:
    """Sends what happens in a `GridSearchCV`: each epoch as its callback, each score as its scorer."""

    sender: MessageSender
    n_folds: int

    max_propagation_depth: ClassVar[None] = None

    def setup(self, estimator: Any, context: Any) -> None:
        """Do nothing: the listener is open."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing: the listener stays open."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Tell a classifier which fit of the search it is."""
        if context.source_task_name == "candidate-split-evaluation":
            estimator.fit_number_ = context.task_id

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Send an epoch."""
        if context.task_name == "epoch":
            fit = divmod(estimator.fit_number_, self.n_folds)
            self.sender.send(Records([(*fit, read_epoch(estimator.history[-1]))]))

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:  # noqa: N803 scikit-learn's name
        """Send the share of images read right, as the classifier's own `score` finds it, and return it."""
        score = float(estimator.score(X, y))
        self.sender.send(Records(scores=[(*divmod(estimator.fit_number_, self.n_folds), score)]))
        return score
