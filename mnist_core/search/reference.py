"""The reference engine: scikit-learn's `GridSearchCV` over skorch, a fit after the other."""

import numpy as np
from sklearn.model_selection import GridSearchCV

from mnist_core.arrays import Images, Labels
from mnist_core.classifier import classifier_params, make_classifier
from mnist_core.grid import SearchPlan
from mnist_core.search.events import EventSender, FitScorer, SearchMonitor
from mnist_core.search.results import SearchResults, tabulate


def search_by_sklearn(
    images: Images, labels: Labels, plan: SearchPlan, sender: EventSender, n_processes: int
) -> SearchResults:
    """Fit every candidate on every fold with scikit-learn and skorch themselves.

    Takes what `search.search_grid` takes, and the number of processes, one thread each.
    """
    search = GridSearchCV(
        make_classifier(plan.recipe, n_inputs=images[0].size),
        # A grid for each candidate keeps their order ours.
        [
            {name: [value] for name, value in classifier_params(candidate).items()}
            for candidate in plan.grid.candidates()
        ],
        scoring=FitScorer(sender, plan.cv),
        cv=plan.cv,
        refit=False,
        error_score="raise",
        n_jobs=n_processes,
    )
    search.set_callbacks(SearchMonitor(sender, plan.cv))
    found = search.fit(images.reshape(len(images), -1), labels).cv_results_
    scores = np.stack([found[f"split{fold}_test_score"] for fold in range(plan.cv)], axis=1)
    # scikit-learn keeps the mean time of a candidate's folds only.
    times = [np.repeat(found[f"mean_{name}_time"][:, None], plan.cv, axis=1) for name in ("fit", "score")]
    return tabulate(plan, scores, *times)
