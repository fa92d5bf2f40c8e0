"""The search as a scikit-learn estimator."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mnist_core.data.stratified import Split
from mnist_core.ground.arrays import Inputs, Labels, Probabilities
from mnist_core.network.candidate import Candidate
from mnist_core.network.plan import Engine, SearchPlan
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.estimators.classifier import NetworkClassifier
from mnist_core.search.estimators.cross_validation import (
    check_settings,
    choose_best,
    make_plan,
    name_search,
    read_splits,
)
from mnist_core.search.estimators.inputs import (
    check_inner_parts,
    raising_value_errors,
    read_training,
    tag_images,
)
from mnist_core.search.estimators.telling import follow_fits, make_lines, make_tell
from mnist_core.search.fast import FastEngine, open_fast_engine
from mnist_core.search.messages import MessageListener, Tell
from mnist_core.search.reference import ReferenceEngine
from mnist_core.search.results import SearchResults
from mnist_core.search.rounds import Source


def _has_winner(search: "GridSearch") -> bool:
    if not search.refit:
        raise AttributeError(
            "This GridSearch instance was initialized with `refit=False`. Predictions are available only "
            "after refitting on the best parameters: set `refit=True`, or fit a NetworkClassifier with "
            "`best_params_`."
        )
    return True


class GridSearch(CallbackSupportMixin, ClassifierMixin, BaseEstimator):
    """A cross-validated search for the best network, as scikit-learn's `GridSearchCV` would do it.

    Candidates are ranked by their mean accuracy over stratified folds, in the order of the data, or those of
    `cv`. The best one is trained again on all images. Callbacks of scikit-learn, such as `ProgressBar`, are
    told of each fit that ends. In a script, processes (`n_jobs` other than 1) need the usual
    `if __name__ == "__main__":`.

    Parameters
    ----------
    param_grid : mapping, Grid or None
        `lr`, `activation`, and `hidden1` and `hidden2` or instead of these `hidden` (the widths of one to
        three layers together), a list of values each. Further axes are `batch_size`, `weight_decay`,
        `input_dropout`, `input_noise`, `optimizer`, `momentum`, `patience` and `seed`. None is the paper's
        grid.
    engine : {"fused", "sklearn"}
        Who trains: all candidates of a fold side by side, or one after the other with skorch. Both come
        to the same results; the second is the slow reference.
    cv : int, splitter, or iterable of (train, test)
        Folds; how they are cut, as in `GridSearchCV`. A single one holds a fifth out.
    max_epochs, patience, batch_size : int
        See `mnist_core.network.recipe.Recipe`. A fifth of the images that a network is given, stratified,
        tells when to stop.
    weight_decay, input_dropout, input_noise, momentum : float
        See there, too.
    optimizer : {"adam", "sgd", "nesterov"}
        How weights follow their gradients.
    keep : {"last", "best"}
        Whose weights a network ends with: of the last epoch, or of the one with the best validation loss.
    random_state : int, RandomState or None
        Seed of the initial weights; None draws one.
    refit : bool, "accuracy" or callable
        Train the best candidate on all images, to predict with it; a function of `cv_results_` chooses which
        is the best.
    n_jobs : int or None
        Processes; None is one, -1 all cores, as in scikit-learn.
    cluster : str or None
        Address of a Dask scheduler whose workers are used instead; for the fused engine.
    checkpoint_folder : path or None
        Where work in progress is kept, so that the same `fit` goes on where it was interrupted; for the
        fused engine. Other data and other parameters have files of their own there.
    report : callable or None
        Gets the word `epochs` or `fits`, and a list of those that have ended: mappings with `candidate`,
        `fold` (-1 is the winner on all images), and `record` (an epoch) or `score`. May be called from
        another thread.
    scoring : {None, "accuracy"}
        Accuracy is what is measured; all else is refused.
    verbose : int
        1 prints how many fits there will be, 2 each that ends, too.
    error_score : {"raise"}
        A fit that goes wrong ends the search; all else is refused.
    return_train_score : {False}
        Accuracy is measured on the folds left out only.
    strategy : {"grid", "random", "bayes", "race"}
        Which candidates are measured: all; some, at random or by what was measured before; or all at first,
        and those that fall behind no further: what was not measured is nan, with a `reason`.
    n_trials : int or None
        How many of these are drawn; None is 25. Axes of numbers may then be ranges such as `{"low": 0.0001,
        "high": 0.1, "log": True}`, or frozen `loguniform`, `uniform` and `randint` of `scipy.stats`.

    Attributes
    ----------
    cv_results_ : dict of str to array
        The keys are those of `GridSearchCV`.
    best_index_ : int
        Of the best candidate in `cv_results_`; the first of equals, where `refit` does not choose.
    best_params_ : dict
        Its parameters.
    best_score_ : float
        Its mean accuracy.
    best_estimator_ : NetworkClassifier
        It, trained on all images; with `refit` only.
    refit_time_ : float
        Seconds that this took; with `refit` only.
    n_splits_ : int
        Folds.
    classes_ : ndarray of shape (classes,)
        The labels, sorted.
    n_features_in_ : int
        Pixels of an image.
    feature_names_in_ : ndarray of shape (pixels,)
        Names of the columns, where X was a data frame.
    """

    def __init__(
        self,
        param_grid: Any = None,
        *,
        engine: Any = "fused",
        cv: Any = 5,
        max_epochs: Any = 500,
        patience: Any = 3,
        batch_size: Any = 128,
        weight_decay: Any = 0.0,
        input_dropout: Any = 0.0,
        input_noise: Any = 0.0,
        optimizer: Any = "adam",
        momentum: Any = 0.0,
        keep: Any = "last",
        random_state: Any = 0,
        refit: Any = True,
        n_jobs: Any = None,
        cluster: Any = None,
        checkpoint_folder: Any = None,
        report: Any = None,
        scoring: Any = None,
        verbose: Any = 0,
        error_score: Any = "raise",
        return_train_score: Any = False,
        strategy: Any = "grid",
        n_trials: Any = None,
    ) -> None:
        # As in all of scikit-learn, anything can be set; `fit` says what cannot be used.
        self.param_grid = param_grid
        self.engine = engine
        self.cv = cv
        self.max_epochs = max_epochs
        self.patience = patience
        self.batch_size = batch_size
        self.weight_decay = weight_decay
        self.input_dropout = input_dropout
        self.input_noise = input_noise
        self.optimizer = optimizer
        self.momentum = momentum
        self.keep = keep
        self.random_state = random_state
        self.refit = refit
        self.n_jobs = n_jobs
        self.cluster = cluster
        self.checkpoint_folder = checkpoint_folder
        self.report = report
        self.scoring = scoring
        self.verbose = verbose
        self.error_score = error_score
        self.return_train_score = return_train_score
        self.strategy = strategy
        self.n_trials = n_trials

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any) -> "GridSearch":
        """Search, and train the best candidate on all images.

        Parameters
        ----------
        X : array-like of shape (n, pixels) or (n, side, side)
            Images, as columns or as they are, of any numeric type. They are converted to float32, and not
            rescaled: the paper's are 0 (paper) to 1 (full ink).
        y : array-like of shape (n,)
            A label each, of any kind; 2 to 64 different ones. The networks have an output for each.

        Raises
        ------
        ValueError
            If X and y are no such arrays, or a parameter cannot be used.
        ClusterError, StorageError
            If the cluster or the checkpoint folder cannot be used, or a script that lacks its
            `if __name__ == "__main__":` asks for processes.
        """
        columns, labels = read_training(self, X, y)
        with raising_value_errors():
            check_settings(self)
            splits = read_splits(self.cv, columns, labels)
            plan = make_plan(self, int(self.cv) if splits is None else len(splits))
        check_inner_parts(labels, plan.n_parts, splits)
        context = self._init_callback_context(max_subtasks=1 + bool(self.refit))
        context.call_on_fit_task_begin(estimator=self)
        reports = [] if self.report is None else [self.report]
        candidates = plan.candidates()
        reports += [make_lines(plan, candidates, self.verbose)] if self.verbose else []
        with self._open_engine(plan, columns, labels, splits, make_tell(reports, candidates)) as engine:
            with follow_fits(self, plan, context) as follow:
                reports.append(follow)
                found = engine.search()
            with raising_value_errors():
                self._keep_results(choose_best(self.refit, found), plan)
            if self.refit:
                task = context.subcontext("refit-with-best-params").call_on_fit_task_begin(estimator=self)
                self._train_winner(engine, plan)
                task.call_on_fit_task_end(estimator=self)
        context.call_on_fit_task_end(estimator=self)
        return self

    @available_if(_has_winner)  # type: ignore[untyped-decorator]
    def predict(self, X: Any) -> np.ndarray:
        """Return the label of each image as the best network reads it, an array of shape (n,)."""
        check_is_fitted(self)
        return self.best_estimator_.predict(X)

    @available_if(_has_winner)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Probabilities:
        """Return each label's probability by the best network, columns in the order of `classes_`."""
        check_is_fitted(self)
        return self.best_estimator_.predict_proba(X)

    @available_if(_has_winner)  # type: ignore[untyped-decorator]
    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of images that the best network reads right."""
        return float(super().score(X, y, sample_weight))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "cv_results_")

    def __sklearn_tags__(self) -> Tags:
        return tag_images(super().__sklearn_tags__())

    @contextmanager
    def _open_engine(
        self,
        plan: SearchPlan,
        columns: Inputs,
        labels: Labels,
        splits: Sequence[Split] | None,
        tell: Tell,
    ) -> Iterator[FastEngine | ReferenceEngine]:
        with ExitStack() as opened:
            temp_folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
            if plan.engine is Engine.SKLEARN:
                sender = opened.enter_context(MessageListener(tell))
                yield ReferenceEngine(plan, columns, labels, sender, temp_folder, splits)
                return
            name = name_search(plan, columns, labels, splits)
            kept = None if self.checkpoint_folder is None else Path(self.checkpoint_folder) / name
            source, checkpoints = Source(columns, labels), Checkpoints(kept)
            yield opened.enter_context(open_fast_engine(source, plan, checkpoints, tell, temp_folder, splits))

    def _keep_results(self, found: SearchResults, plan: SearchPlan) -> None:
        self.cv_results_ = found.cv_results
        self.best_index_ = found.best_index
        self.best_params_ = found.cv_results["params"][found.best_index]
        self.best_score_ = found.best_score
        self.n_splits_ = plan.cv

    def _train_winner(self, engine: FastEngine | ReferenceEngine, plan: SearchPlan) -> None:
        begin = time.perf_counter()
        network, history = engine.train(self.best_index_)
        self.refit_time_ = time.perf_counter() - begin
        best = Candidate.from_params(self.best_params_)
        self.best_estimator_ = NetworkClassifier.wrap(network, best, plan.recipe, history, self.classes_)
        if hasattr(self, "feature_names_in_"):
            self.best_estimator_.feature_names_in_ = self.feature_names_in_
