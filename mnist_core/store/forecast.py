"""How long a search will take, before it starts and while it runs."""

import math
import statistics
from collections.abc import Sequence

import numpy as np

from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import Engine, SearchPlan, Strategy
from mnist_core.store.rows import FitRow, FitState, WorkRow

# Epochs that a fit to 40,000 images took before it stopped early, in the paper's grid on its data, by rate;
# the mean of all is 5,806 / 405.
_RATES = (0.001, 0.01, 0.1)
_PAPER_EPOCHS = {
    Activation.SIGMOID: (37.7, 9.2, 15.3),
    Activation.RELU: (19.7, 6.8, 7.8),
    Activation.TANH: (16.8, 9.0, 7.0),
    Activation.LINEAR: (19.7, 6.8, 7.8),  # the paper has none: as ReLU, its half above zero
    Activation.SQUARE: (19.7, 6.8, 7.8),  # nor of these
}
_PAPER_PATIENCE = 3
_PAPER_IMAGES = 40_000
# Fewer images are fewer steps an epoch, so it takes more of them: the same grid took 6,157 epochs for 162
# fits to 2,083 images, which is the paper's number times the ratio of the images to this power.
_EPOCHS_POWER = 0.34
_RACED = 0.24  # of the epochs of a whole grid, the mean of `python -m benchmarks.race`
_FIXED_UNITS = 8  # what a network takes besides hidden 1, in units of hidden 1
_USUAL_UNITS = 56  # the mean of the paper's grid


def forecast_epochs(plan: SearchPlan, n_train: int) -> float:
    """Estimate the mean epochs of a fit, from what the paper's grid took on two sizes of data.

    Parameters
    ----------
    plan : SearchPlan
        What is to be searched.
    n_train : int
        Training images, before they are cut into folds.
    """
    candidates = plan.list_likely()
    return statistics.fmean(forecast_fit(one, plan, n_train) for one in candidates)


def forecast_fit(candidate: Candidate, plan: SearchPlan, n_train: int) -> float:
    """Estimate the epochs of a fit of one candidate, as `forecast_epochs` does that of all."""
    usual = float(np.interp(math.log(candidate.lr), np.log(_RATES), _PAPER_EPOCHS[candidate.activation]))
    ratio = _PAPER_IMAGES / _count_images(plan, n_train)
    epochs = usual * math.pow(ratio, _EPOCHS_POWER) + plan.recipe.patience - _PAPER_PATIENCE
    return min(float(plan.recipe.max_epochs), max(epochs, 1.0))


def measure_load(candidate: Candidate, engine: Engine) -> float:
    """Say how long an epoch of a candidate takes, where the usual network of the paper's grid takes 1.

    By the fused engine that grows with hidden 1; skorch spends its time elsewhere.
    """
    if engine is not Engine.FUSED:
        return 1.0
    return (candidate.hidden1 + _FIXED_UNITS) / (_USUAL_UNITS + _FIXED_UNITS)


def forecast_search(
    plan: SearchPlan, n_train: int, seconds_per_image: float, cores: int, start_s: float = 0.0
) -> float:
    """Estimate the seconds that a search will take, from its start to the retrained winner.

    Parameters
    ----------
    plan : SearchPlan
        What is to be searched.
    n_train : int
        Training images, before they are cut into folds.
    seconds_per_image : float
        Time of one epoch of a network of the paper's grid, the mean of all, on one thread, an image that it
        is given; those that the recipe sets aside for validation are among them.
    cores : int
        Processes that the machine can carry side by side.
    start_s : float
        Until the first of them trains.
    """
    work = statistics.fmean(
        forecast_fit(one, plan, n_train) * measure_load(one, plan.engine) for one in plan.list_likely()
    )
    n_processes = min(plan.workers or cores, cores, plan.n_fits)
    share = _RACED if plan.strategy is Strategy.RACE else 1.0
    images = share * plan.n_fits * _count_images(plan, n_train) / n_processes
    # In the end the winner, alone, on all training images.
    return start_s + work * (images + n_train) * seconds_per_image


def _count_images(plan: SearchPlan, n_train: int) -> float:
    return n_train * (1 - 1 / plan.n_parts)


def forecast_rest(run: WorkRow, fits: Sequence[FitRow]) -> float | None:
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


def _forecast_refit(run: WorkRow, fits: Sequence[FitRow], done: Sequence[FitRow]) -> float:
    # The winner is retrained on all training images, of which a fold's fit lacks one part.
    seconds = statistics.fmean(fit.seconds for fit in done) * run.plan.n_parts / (run.plan.n_parts - 1)
    spent = sum(fit.seconds for fit in fits if fit.fold == REFIT_FOLD)
    return max(seconds - spent, 0.0)
