"""A live training from its beginning to its end at once, as a command has it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from mnist_core.data.dataset import Dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.ground.errors import GridError, RunError
from mnist_core.ground.settings import Settings
from mnist_core.network.history import EpochRecord
from mnist_core.store.jobs import Jobs
from mnist_core.store.work import beating
from mnist_core.training.live.job import add_training, open_learner, settle, train_epoch, wants_more
from mnist_core.training.live.learner import Learner
from mnist_core.training.live.plan import LivePlan, Rates, Wishes


def train_keeping(
    store: Jobs,
    settings: Settings,
    dataset: Dataset,
    plan: LivePlan,
    changes: Mapping[int, Rates],
    report: Callable[[EpochRecord], None],
) -> str:
    """Train a network until it stops early, keep its epochs, and return the id of the training, which rests.

    Parameters
    ----------
    store : Jobs
        Where the training is recorded.
    settings : Settings
        Names the folders.
    dataset : Dataset
        The images; kept, so that the training can go on later.
    plan : LivePlan
        What is trained; here the recipe's epochs and patience count.
    changes : mapping of int to Rates
        The rates that hold from an epoch on.
    report : callable
        Called with each epoch as it ends.

    Raises
    ------
    DataError
        If there are too few images of a digit.
    StorageError
        If the epochs cannot be kept.
    """
    fingerprint = keep_dataset(dataset, settings.datasets_folder).fingerprint
    # All of it is on record before it begins: a kill must not lose what was asked for.
    wishes = Wishes(plan.recipe.max_epochs, plan.rates, changes=changes, stops_early=True)
    job = store.claim_job(add_training(store, plan, dataset.name, fingerprint, wishes))
    if job is None:
        raise RunError("The training was taken by another process at once: end that one, then try again.")
    learner = open_learner(job, settings)
    try:
        with beating(store, job.id):
            while wants_more(learner, wishes := _read_wishes(store, job.id)):
                report(train_epoch(store, job.id, learner, wishes))
    finally:
        _rest(store, job.id, learner)
    return job.id


def read_change(words: str, usual: Rates) -> tuple[int, Rates]:
    """Read a change of rates such as `12:lr=0.0001,weight_decay=0`; what it does not name is as usual.

    Raises
    ------
    GridError
        If it is none.
    """
    epoch, _, settings = words.partition(":")
    try:
        named = dict(setting.split("=") for setting in settings.split(","))
        return int(epoch), replace(usual, **{name: float(value) for name, value in named.items()})
    except (ValueError, TypeError) as error:
        raise GridError(
            f"A change must be like 12:lr=0.0001 or 12:lr=0.0001,weight_decay=0.001, but is {words!r}: "
            "write it like that."
        ) from error


def _read_wishes(store: Jobs, job_id: str) -> Wishes:
    return Wishes.from_values(store.get_job(job_id).wishes)


def _rest(store: Jobs, job_id: str, learner: Learner) -> None:
    wishes = _read_wishes(store, job_id)
    settle(store, job_id, learner, wishes)
    if wants_more(learner, wishes):  # it was interrupted: the page goes on to what was asked for
        store.wish(job_id, until=learner.epoch, target=wishes.until)
    seen = store.get_job(job_id)
    store.rest_job(job_id, seen.n_wishes, f"rests at epoch {learner.epoch}")
