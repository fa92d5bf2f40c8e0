"""The reference engine: scikit-learn's `GridSearchCV` over skorch, a fit after the other."""

from dataclasses import asdict, dataclass
from pathlib import Path

import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV

from mnist_core.engines.skorch_classifier import classifier_params, make_classifier, train_network
from mnist_core.ground.arrays import Inputs, Labels
from mnist_core.network.architecture import MLP
from mnist_core.network.grid import SearchPlan
from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.search.events import EventSender
from mnist_core.search.monitor import FitScorer, SearchMonitor
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
    sender : EventSender
        Gets every epoch and score, from any process.
    temp_folder : Path
        Where processes share the images.
    """

    plan: SearchPlan
    images: Inputs
    labels: Labels
    sender: EventSender
    temp_folder: Path

    def search(self) -> SearchResults:
        """Fit every candidate on every fold, on one-threaded processes side by side."""
        plan, images = self.plan, self.images
        self.sender.send("restored", epochs=[], fits=[])  # this engine begins anew
        n_processes = min(plan.workers or joblib.cpu_count(), plan.n_fits)
        search = GridSearchCV(
            make_classifier(plan.recipe, n_inputs=images[0].size),
            # A grid for each candidate keeps their order ours.
            [
                {name: [value] for name, value in classifier_params(candidate).items()}
                for candidate in plan.grid.candidates()
            ],
            scoring=FitScorer(self.sender, plan.cv),
            cv=plan.cv,
            refit=False,
            error_score="raise",
            n_jobs=n_processes,
        )
        search.set_callbacks(SearchMonitor(self.sender, plan.cv))
        with joblib.parallel_config("loky", inner_max_num_threads=1, temp_folder=str(self.temp_folder)):
            found = search.fit(images.reshape(len(images), -1), self.labels).cv_results_
        scores = np.stack([found[f"split{fold}_test_score"] for fold in range(plan.cv)], axis=1)
        # scikit-learn keeps the mean time of a candidate's folds only.
        times = [np.repeat(found[f"mean_{name}_time"][:, None], plan.cv, axis=1) for name in ("fit", "score")]
        return tabulate(plan, scores, *times)

    def close(self) -> None:
        """Do nothing: its processes end by themselves."""

    def train(self, number: int) -> tuple[MLP, tuple[EpochRecord, ...]]:
        """Train one candidate on all training images."""

        def report(record: EpochRecord) -> None:
            epoch = {"candidate": number, "fold": REFIT_FOLD, "record": asdict(record)}
            self.sender.send("epochs", epochs=[epoch])

        candidate = self.plan.grid.candidates()[number]
        return train_network(self.images, self.labels, candidate, self.plan.recipe, report)
