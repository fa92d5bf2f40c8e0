"""How long a search will take, before it starts and while it runs."""

import math
import statistics
from collections.abc import Sequence

from mnist_core.grid import SearchPlan
from mnist_core.history import REFIT_FOLD
from mnist_core.runs.rows import FitRow, FitState, RunRow

# The paper's grid took 5,648 epochs for its 405 fits to 40,000 images each, before each stopped early.
_PAPER_EPOCHS = 5_648 / 405
_PAPER_IMAGES = 40_000
# Fewer images are fewer steps an epoch, so it takes more of them: the same grid took 6,157 epochs for 162
# fits to 2,083 images, which is the paper's number times the ratio of the images to this power.
_EPOCHS_POWER = 0.34


def forecast_epochs(plan: SearchPlan, n_train: int) -> float:
    """Estimate the epochs of a fit, from what the paper's grid took on two sizes of data.

    Parameters
    ----------
    plan : SearchPlan
        What is to be searched.
    n_train : int
        Training images, before they are cut into folds.
    """
    ratio = _PAPER_IMAGES / _count_images(plan, n_train)
    return min(float(plan.recipe.max_epochs), _PAPER_EPOCHS * math.pow(ratio, _EPOCHS_POWER))


def forecast_search(plan: SearchPlan, n_train: int, seconds_per_image: float, cores: int) -> float:
    """Estimate the seconds that a search will take, its last retraining left out.

    Parameters
    ----------
    plan : SearchPlan
        What is to be searched.
    n_train : int
        Training images, before they are cut into folds.
    seconds_per_image : float
        Wall time of one epoch of one network on one thread, an image that it is given; those that the
        recipe sets aside for validation are among them.
    cores : int
        Processes that the machine can carry side by side.
    """
    epochs = plan.n_fits * forecast_epochs(plan, n_train)
    seconds = epochs * _count_images(plan, n_train) * seconds_per_image
    return seconds / min(plan.workers or cores, cores, plan.n_fits)


def _count_images(plan: SearchPlan, n_train: int) -> float:
    return n_train * (1 - 1 / plan.cv)


def forecast_rest(run: RunRow, fits: Sequence[FitRow]) -> float | None:
    """Estimate the seconds that a run still needs, from the epochs that it has done so far.

    None where no fit has ended yet, as then nothing tells how many epochs one takes.
    """
    folds = [fit for fit in fits if fit.fold != REFIT_FOLD]
    done = [fit for fit in folds if fit.state is FitState.DONE]
    if not done or run.seconds <= 0:
        return None
    usual = statistics.fmean(fit.n_epochs for fit in done)
    begun = sum(max(usual - fit.n_epochs, 0.0) for fit in folds if fit.state is FitState.RUNNING)
    epochs_a_second = sum(fit.n_epochs for fit in folds) / run.seconds
    rest = (usual * (run.n_fits - len(folds)) + begun) / max(epochs_a_second, 1e-9)
    return rest + _forecast_refit(run, fits, done)


def _forecast_refit(run: RunRow, fits: Sequence[FitRow], done: Sequence[FitRow]) -> float:
    # The winner is retrained on all training images, of which a fold's fit lacks one part.
    seconds = statistics.fmean(fit.seconds for fit in done) * run.plan.cv / (run.plan.cv - 1)
    spent = sum(fit.seconds for fit in fits if fit.fold == REFIT_FOLD)
    return max(seconds - spent, 0.0)
