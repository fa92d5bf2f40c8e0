"""A whole search as one job for a process of its own: search, retrain, measure, save."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mnist_core.dataset.kept import open_dataset
from mnist_core.grid import SearchPlan
from mnist_core.history import EpochRecord
from mnist_core.runs import REFIT_FOLD, Outcome
from mnist_core.search import check_plan, search_grid
from mnist_core.search.events import EventSender
from mnist_core.search.results import write_results
from mnist_core.training import train_model


@dataclass(frozen=True)
class SearchJob:
    """What a search process needs to know.

    Attributes
    ----------
    plan : SearchPlan
        What to search.
    fingerprint : str
        Of the kept data set.
    datasets_folder : Path
        Where it is kept.
    model_folder : Path
        Where the winner is saved.
    results_csv : Path
        Where scikit-learn's `cv_results_` go.
    temp_folder : Path
        Scratch room; its owner empties it.
    sender : EventSender
        Gets the news.
    """

    plan: SearchPlan
    fingerprint: str
    datasets_folder: Path
    model_folder: Path
    results_csv: Path
    temp_folder: Path
    sender: EventSender

    def values(self) -> dict[str, Any]:
        """Return the job as plain JSON values."""
        folders = ("datasets_folder", "model_folder", "results_csv", "temp_folder")
        paths = {name: str(getattr(self, name)) for name in folders}
        return {
            **paths,
            "plan": self.plan.values(),
            "fingerprint": self.fingerprint,
            "sender": asdict(self.sender),
        }

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "SearchJob":
        """Make a job from what `values` returned."""
        return SearchJob(
            plan=SearchPlan.from_values(values["plan"]),
            fingerprint=values["fingerprint"],
            datasets_folder=Path(values["datasets_folder"]),
            model_folder=Path(values["model_folder"]),
            results_csv=Path(values["results_csv"]),
            temp_folder=Path(values["temp_folder"]),
            sender=EventSender(**values["sender"]),
        )


def carry_out_job(job: SearchJob) -> None:
    """Search the grid, retrain the winner on all training images, measure, save and check it.

    Raises
    ------
    LabError
        If the data or the plan do not allow it.
    """
    plan = job.plan
    dataset = open_dataset(job.fingerprint, job.datasets_folder)
    split = check_plan(plan, dataset.labels)
    job.sender.send("phase", text="searches the grid")
    images, labels = dataset.images[split.train], dataset.labels[split.train]
    search = search_grid(images, labels, plan, job.sender, job.temp_folder)
    write_results(search, job.results_csv)

    best_index = search.best_index
    best = plan.grid.candidates()[best_index]
    job.sender.send("phase", text=f"retrains the winner, {best}, on all {len(labels):,} training images")

    def report(record: EpochRecord) -> None:
        epoch = {"candidate": best_index, "fold": REFIT_FOLD, "record": asdict(record)}
        job.sender.send("epochs", epochs=[epoch])

    trained = train_model(
        dataset, split, plan.limit, best, plan.recipe, job.model_folder, report, plan.engine
    )
    accuracy = trained.model.info.test.accuracy
    job.sender.send("fits", fits=[{"candidate": best_index, "fold": REFIT_FOLD, "score": accuracy}])
    outcome = Outcome(
        best=best.params(),
        best_score=search.best_score,
        test_accuracy=accuracy,
        model=str(job.model_folder),
        results_csv=str(job.results_csv),
        is_identical=trained.is_identical,
    )
    job.sender.send("done", outcome=asdict(outcome))
