"""What a search process needs to know; light to import, as whoever starts one does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mnist_core.network.grid import SearchPlan
from mnist_core.search.messages import MessageSender

_PATHS = ("datasets_folder", "model_folder", "results_csv", "checkpoint_folder", "temp_folder")


@dataclass(frozen=True)
class SearchOrder:
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
    checkpoint_folder : Path
        What was done before, if anything, and where to note what is done now.
    temp_folder : Path
        Scratch room; its owner empties it.
    sender : MessageSender
        Gets the news.
    """

    plan: SearchPlan
    fingerprint: str
    datasets_folder: Path
    model_folder: Path
    results_csv: Path
    checkpoint_folder: Path
    temp_folder: Path
    sender: MessageSender

    def values(self) -> dict[str, Any]:
        """Return the order as plain JSON values."""
        paths = {name: str(getattr(self, name)) for name in _PATHS}
        plan, sender = self.plan.values(), asdict(self.sender)
        return {**paths, "plan": plan, "fingerprint": self.fingerprint, "sender": sender}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "SearchOrder":
        """Make an order from what `values` returned."""
        paths = {name: Path(values[name]) for name in _PATHS}
        plan, sender = SearchPlan.from_values(values["plan"]), MessageSender(**values["sender"])
        return SearchOrder(**{**values, **paths, "plan": plan, "sender": sender})
