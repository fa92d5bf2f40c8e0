"""A live training from its beginning to its end at once, as a command has it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from mnist_core.data.dataset import Dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.ground.errors import GridError, RunError
from mnist_core.ground.settings import Settings
from mnist_core.network.history import EpochRecord
from mnist_core.store import Database, claim, get_job, rest, wish
from mnist_core.store.job import Job, Turn, beating
from mnist_core.training.live.learner import Learner
from mnist_core.training.live.live_plan import LivePlan, Rates, Wishes
from mnist_core.training.live.watched import add_training, open_learner, settle, train_epoch, wants_more


def train_keeping(
    store: Database,
    settings: Settings,
    dataset: Dataset,
    plan: LivePlan,
    changes: Mapping[int, Rates],
    report: Callable[[EpochRecord], None],
) -> str:
    """Train a network until it stops early, keep its epochs, and return the id of the training, which rests.

    Parameters
    ----------
    store : Database
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
    fingerprint = keep_dataset(dataset, settings.datasets_folder, settings.pool_folder).fingerprint
    # All of it is on record before it begins: a kill must not lose what was asked for.
    wishes = Wishes(plan.recipe.max_epochs, plan.rates, changes=changes, stops_early=True)
    row = claim(store, add_training(store, plan, dataset.name, fingerprint, wishes))
    if row is None:
        raise RunError("The training was taken by another process at once: end that one, then try again.")
    job, learner = Job(store, row, settings, Turn()), open_learner(row, settings)
    try:
        with beating(store, row.id):
            while wants_more(learner, wishes := _read_wishes(job)):
                report(train_epoch(job, learner, wishes))
    finally:
        _rest(job, learner)
    return row.id


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


def _read_wishes(job: Job) -> Wishes:
    return Wishes.from_values(get_job(job.store, job.row.id).wishes)


def _rest(job: Job, learner: Learner) -> None:
    wishes = _read_wishes(job)
    settle(job, learner, wishes)
    if wants_more(learner, wishes):  # it was interrupted: the page goes on to what was asked for
        wish(job.store, job.row.id, until=learner.epoch, target=wishes.until)
    seen = get_job(job.store, job.row.id)
    rest(job.store, seen.id, seen.n_wishes, f"rests at epoch {learner.epoch}")
