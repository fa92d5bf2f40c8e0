"""What a search process needs to know; light to import, as whoever starts one does."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mnist_core.network.plan import SearchPlan
from mnist_core.search.messages import MessageSender

GIVE_WAY = b"give way"
"""What a search process is told after its order, to end at its next checkpoint."""

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
    finish : tuple of int
        Candidates that are trained to their end also where they fall behind in a race.
    """

    plan: SearchPlan
    fingerprint: str
    datasets_folder: Path
    model_folder: Path
    results_csv: Path
    checkpoint_folder: Path
    temp_folder: Path
    sender: MessageSender
    finish: tuple[int, ...] = ()

    def write(self) -> str:
        """Write the order as JSON."""
        return json.dumps({**asdict(self), "plan": self.plan.values()}, default=str)

    @staticmethod
    def read(text: str | bytes) -> "SearchOrder":
        """Read what `write` wrote."""
        values = json.loads(text)
        values |= {name: Path(values[name]) for name in _PATHS} | {"finish": tuple(values["finish"])}
        plan, sender = SearchPlan.from_values(values["plan"]), MessageSender(**values["sender"])
        return SearchOrder(**{**values, "plan": plan, "sender": sender})
