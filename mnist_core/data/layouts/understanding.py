"""What was made of a file: its variables, every decision, its reason and alternatives, the data set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import LayoutError


@dataclass(frozen=True)
class Variable:
    """A variable of a file, or a field of a struct.

    Attributes
    ----------
    path : str
        Names it in `Choices`: `X`, or `dataset.train.images` within a struct.
    name : str
        The last part of the path.
    words : str
        Its shape and type, such as `60000 x 784 float64`.
    children : tuple of Variable
        The fields of a struct; empty for others.
    """

    path: str
    name: str
    words: str
    children: "tuple[Variable, ...]" = ()


@dataclass(frozen=True)
class Option:
    """A way in which a decision can be taken.

    Attributes
    ----------
    value : str
        What to put into `Choices` under the decision's name.
    words : str
        What a page calls it.
    """

    value: str
    words: str


@dataclass(frozen=True)
class Decision:
    """A decision that was taken, and how else it can be taken.

    Attributes
    ----------
    name : str
        The field of `Choices` that overrules it, such as `labels`.
    value : str or None
        The option that was taken; None where it is ambiguous and nobody has chosen.
    reason : str
        Why, a sentence.
    options : tuple of Option
        All that can be chosen, that which was taken among them; one alone where there is no choice.
    is_chosen : bool
        Whether the user chose, not a rule.
    """

    name: str
    value: str | None
    reason: str
    options: tuple[Option, ...] = ()
    is_chosen: bool = False

    @property
    def is_ambiguous(self) -> bool:
        """Whether more than one option is plausible, and the user has to choose."""
        return self.value is None


def decide(
    name: str, value: str | None, reason: str, options: Mapping[str, str], is_chosen: bool = False
) -> Decision:
    """Make a decision; its options are values and their words."""
    return Decision(name, value, reason, tuple(Option(*pair) for pair in options.items()), is_chosen)


@dataclass(frozen=True, eq=False)
class Understanding:
    """What was made of a file.

    Attributes
    ----------
    name : str
        What the data set is called.
    layout : str
        The rule that matched, such as `paper`; empty where none did.
    variables : tuple of Variable
        All that the file holds, as a tree.
    decisions : tuple of Decision
        In the order in which they were taken; where there is a problem, those before it.
    dataset : Dataset or None
        What came out; None where there is a problem.
    problem : str or None
        Why there is no data set, a sentence: nothing that could be images, an ambiguity, unsound values.
        Other choices may mend it.
    examples : mapping of str to image
        An image of each different label, as the file has it, where it is asked what labels mean.
    """

    name: str
    layout: str
    variables: tuple[Variable, ...]
    decisions: tuple[Decision, ...]
    dataset: Dataset | None
    problem: str | None = None
    examples: Mapping[str, Image] = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return why the file was understood so, a sentence a decision."""
        return tuple(decision.reason for decision in self.decisions)

    @property
    def is_ambiguous(self) -> bool:
        """Whether the user has to choose among the options of a decision."""
        return any(decision.is_ambiguous for decision in self.decisions)

    def require_dataset(self) -> Dataset:
        """Return the data set.

        Raises
        ------
        LayoutError
            If there is none, with the problem.
        """
        if self.dataset is None:
            raise LayoutError(self.problem or f"{self.name} holds no digit images.")
        return self.dataset
