"""A home of the lab that has been used: a data set is open, and the paper's whole search is on record."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks import DATA, find_mnist
from mnist_core.data.dataset import Dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.settings import SHIPPED_MODELS, Settings
from mnist_core.network.history import EpochRecord
from mnist_core.network.plan import SearchPlan
from mnist_core.store import Database, Outcome, WorkState, add_search, beat, claim, end, record

N_EPOCHS = 5_820
"""Of the paper's search on `MNIST.mat`."""
_LEAST = 4  # epochs of a fit

_Epoch = tuple[int, int, EpochRecord]


def find_settings(folder: Path) -> Settings:
    """Return the settings of a home with a store of its own."""
    return Settings(folder, f"sqlite:///{folder / 'lab.db'}")


def make_home(folder: Path) -> tuple[Settings, Dataset]:
    """Make a home where a data set is open: the real one, else the sample that comes with the lab."""
    settings = find_settings(folder)
    dataset = keep_dataset(read_dataset(find_mnist(DATA) or SAMPLE_PATH), settings.datasets_folder)
    (folder / "last_dataset").write_text(dataset.fingerprint, encoding="utf-8")
    return settings, dataset


class PaperRun:
    """The paper's search as its worker writes it, with scores that are drawn instead of trained.

    Parameters
    ----------
    store : Database
        Gets the run.
    dataset : Dataset
        That it is said to search on.
    n_late : int
        Epochs that are still to come, by `go_on`.
    """

    def __init__(self, store: Database, dataset: Dataset, n_late: int = 0) -> None:
        self._store, plan = store, SearchPlan()
        self.run_id = add_search(store, plan, dataset.name, dataset.fingerprint, "The paper's grid")
        assert claim(store, self.run_id)
        epochs = list(_make_epochs(plan))
        self._late = epochs[len(epochs) - n_late :]
        self._last = {(candidate, fold): record.epoch for candidate, fold, record in epochs}
        self._scores = np.random.default_rng(1).normal(0.95, 0.01, (plan.n_candidates, plan.cv))
        self._write(epochs[: len(epochs) - n_late])

    def go_on(self, n_epochs: int) -> None:
        """Have some more epochs end, and the fits that end with them."""
        self._write(self._late[:n_epochs])
        del self._late[:n_epochs]

    def beat(self) -> None:
        """Give a sign of life, as a worker does each 2 s."""
        beat(self._store, self.run_id)

    def end(self) -> None:
        """End as a search that has found its winner."""
        self.go_on(len(self._late))
        best = SearchPlan().grid.candidates()[int(self._scores.mean(axis=1).argmax())]
        outcome = Outcome(
            best.params(),
            float(self._scores.mean(axis=1).max()),
            0.97,
            str(SHIPPED_MODELS / "paper"),
            "",
            True,
        )
        end(self._store, self.run_id, WorkState.DONE, "done", asdict(outcome))

    def _write(self, epochs: list[_Epoch]) -> None:
        ended = [one[:2] for one in epochs if self._last[one[:2]] == one[2].epoch]
        record(self._store, self.run_id, epochs)
        record(self._store, self.run_id, scores=[(*fit, float(self._scores[fit])) for fit in ended])


def _make_epochs(plan: SearchPlan) -> Iterator[_Epoch]:
    """Make the epochs of all fits, fold by fold and side by side within one."""
    spare = N_EPOCHS - _LEAST * plan.n_fits
    lengths = _LEAST + np.random.default_rng(0).multinomial(spare, np.full(plan.n_fits, 1 / plan.n_fits))
    for fold, of_fold in enumerate(lengths.reshape(plan.cv, -1)):
        for epoch in range(1, of_fold.max() + 1):
            record = EpochRecord(epoch, 1 / epoch, 1.1 / epoch, 1 - 0.5 / epoch, 0.05)
            for candidate in np.flatnonzero(of_fold >= epoch):
                yield int(candidate), fold, record
