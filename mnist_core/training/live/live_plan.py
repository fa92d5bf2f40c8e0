"""What a live training is asked for: at its beginning, and while it goes on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Candidate
from mnist_core.network.recipe import MOST_EPOCHS, Keep, Recipe
from mnist_core.store import WorkRow

TRAINING = "live"
"""The kind of job that a live training is."""

_MOST_PACE = 1_000.0


@dataclass(frozen=True)
class Rates:
    """What may change from one epoch to the next: learning rate and weight decay.

    Raises
    ------
    GridError
        If no network can be trained with them.
    """

    lr: float
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        Candidate.from_params({"lr": self.lr, "hidden1": 1, "hidden2": 1, "activation": "tanh"})
        Recipe(weight_decay=self.weight_decay)

    def __str__(self) -> str:
        return f"lr {self.lr:g}" + (f", weight decay {self.weight_decay:g}" if self.weight_decay else "")


@dataclass(frozen=True)
class LivePlan:
    """What stays the same through a live training.

    Attributes
    ----------
    candidate : Candidate
        Layer widths and activation; its learning rate is that of the beginning.
    recipe : Recipe
        Batches, seed, classes, dropout and noise; its weight decay is that of the beginning. Epochs and
        patience count where it is wished that it stops early; else the user decides when it ends.
    limit : int or None
        Images kept after the shuffle, which has the recipe's seed.
    parent : str or None
        The training that it is a branch of.
    parent_epoch : int
        The last epoch that they share.
    """

    candidate: Candidate
    recipe: Recipe = field(default_factory=Recipe)
    limit: int | None = None
    parent: str | None = None
    parent_epoch: int = 0

    @property
    def rates(self) -> Rates:
        """Return what it begins with."""
        return Rates(self.candidate.lr, self.recipe.weight_decay)

    @property
    def network(self) -> str:
        """Return in words what stays the same: the rates may change."""
        return f"{self.candidate.architecture} {self.candidate.activation.label}"

    def values(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        return {**asdict(self), "candidate": self.candidate.params()}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "LivePlan":
        """Make a plan from what `values` returned."""
        parts = {
            **values,
            "candidate": Candidate.from_params(values["candidate"]),
            "recipe": Recipe(**values["recipe"]),
        }
        return LivePlan(**parts)

    def branch(self, parent: str, epoch: int) -> "LivePlan":
        """Return the plan of a branch of the training of this plan."""
        return replace(self, parent=parent, parent_epoch=epoch)

    def endless(self) -> Recipe:
        """Return the recipe for the engine, which never stops by itself, and goes back to no epoch."""
        return replace(self.recipe, max_epochs=MOST_EPOCHS, patience=MOST_EPOCHS, keep=Keep.LAST)


@dataclass(frozen=True)
class Wishes:
    """What its user wants of a live training now.

    Attributes
    ----------
    until : int
        The epoch after which it rests.
    rates : Rates
        For the epochs to come.
    pace : float
        Epochs a second at most; 0 is as fast as it goes.
    changes : mapping of int to Rates
        From each of these epochs on its rates hold, instead of those above.
    stops_early : bool
        Whether it also rests where the plan's recipe ends a training, by its patience or its epochs.

    Raises
    ------
    GridError
        If a number cannot be used.
    """

    until: int
    rates: Rates
    pace: float = 0.0
    changes: Mapping[int, Rates] = field(default_factory=dict)
    stops_early: bool = False

    def __post_init__(self) -> None:
        if (
            isinstance(self.until, bool)
            or not isinstance(self.until, int)
            or not 0 <= self.until <= MOST_EPOCHS
        ):
            raise GridError(
                f"The epoch to rest at must be a whole number up to {MOST_EPOCHS:,}, but is {self.until!r}: "
                "choose one."
            )
        if not 0 <= self.pace <= _MOST_PACE:
            raise GridError(
                f"The epochs a second must be from 0 to {_MOST_PACE:g}, but are {self.pace!r}: choose others."
            )

    def rates_of(self, epoch: int) -> Rates:
        """Return the rates that an epoch is to be trained with."""
        begun = [first for first in self.changes if first <= epoch]
        return self.changes[max(begun)] if begun else self.rates

    def values(self) -> dict[str, Any]:
        """Return the wishes as plain JSON values."""
        changes = {str(epoch): asdict(rates) for epoch, rates in self.changes.items()}
        words = {"until": self.until, **asdict(self.rates), "pace": self.pace}
        return {**words, "changes": changes, "stops_early": self.stops_early}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Wishes":
        """Make wishes from what `values` returned; earlier versions knew neither changes nor early stops."""
        rates = Rates(values["lr"], values["weight_decay"])
        changes = {int(epoch): Rates(**its) for epoch, its in values.get("changes", {}).items()}
        return Wishes(values["until"], rates, values["pace"], changes, values.get("stops_early", False))


def name_training(job: WorkRow) -> str:
    """Name a live training without a rate: earlier versions named it, and its branches, by the first."""
    plan = LivePlan.from_values(job.settings)
    return job.name.replace(str(plan.candidate), plan.network)


def title_training(job: WorkRow) -> str:
    """Title a live training by its name and the rates that hold now."""
    return f"{name_training(job)}, {Wishes.from_values(job.wishes).rates}"
