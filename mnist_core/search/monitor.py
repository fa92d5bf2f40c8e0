"""News of a `GridSearchCV`, from whichever process fits."""

from dataclasses import asdict
from typing import Any

from mnist_core.engines.skorch_classifier import read_epoch
from mnist_core.search.events import EventSender


class SearchMonitor:
    """Sends each epoch of each fit of a `GridSearchCV`: an auto-propagated scikit-learn callback.

    Parameters
    ----------
    sender : EventSender
        Where to.
    n_folds : int
        Folds a candidate, by which the number of a fit is read.
    """

    max_propagation_depth = None

    def __init__(self, sender: EventSender, n_folds: int) -> None:
        self.sender = sender
        self.n_folds = n_folds

    def setup(self, estimator: Any, context: Any) -> None:
        """Do nothing: the listener is open."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing: the listener stays open."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Tell a classifier which fit of the search it is, for its scorer."""
        if context.source_task_name == "candidate-split-evaluation":
            estimator.fit_number_ = context.task_id

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Send an epoch."""
        if context.task_name == "epoch":
            candidate, fold = divmod(estimator.fit_number_, self.n_folds)
            record = asdict(read_epoch(estimator.history[-1]))
            self.sender.send("epochs", epochs=[{"candidate": candidate, "fold": fold, "record": record}])


class FitScorer:
    """Scores a fit by its accuracy, as the classifier's own `score` does, and sends it.

    Parameters
    ----------
    sender : EventSender
        Where to.
    n_folds : int
        Folds a candidate.
    """

    def __init__(self, sender: EventSender, n_folds: int) -> None:
        self.sender = sender
        self.n_folds = n_folds

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:  # noqa: N803 scikit-learn's name
        """Return the share of images read right."""
        score = float(estimator.score(X, y))
        candidate, fold = divmod(estimator.fit_number_, self.n_folds)
        self.sender.send("fits", fits=[{"candidate": candidate, "fold": fold, "score": score}])
        return score
