"""What a rule makes of a file's variables, before any pixel is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mnist_core.data.dataset import Choices
from mnist_core.data.layouts.axes import Axes
from mnist_core.data.layouts.labels import RawLabels
from mnist_core.data.layouts.understanding import Decision
from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import LayoutError


@dataclass(frozen=True, eq=False)
class ImageStack:
    """The images of one variable.

    Attributes
    ----------
    path : str
        Of the variable.
    array : ndarray
        As the file has it.
    axes : Axes
        How to read it.
    is_uneven : bool
        Whether these are pictures of many sizes, in the middle of squares of the largest.
    """

    path: str
    array: np.ndarray
    axes: Axes
    is_uneven: bool = False


@dataclass(frozen=True, eq=False)
class Group:
    """Images that belong together, such as the training images of a file.

    Attributes
    ----------
    stacks : tuple of ImageStack
        One after the other.
    labels : RawLabels or None
        A label for each image; None where there are none.
    writers : ndarray of shape (n,) or None
        Who wrote each image.
    is_test : bool
        Whether it is the file's own test part.
    """

    stacks: tuple[ImageStack, ...]
    labels: RawLabels | None
    writers: np.ndarray | None = None
    is_test: bool = False

    @property
    def n(self) -> int:
        """Count the images."""
        return sum(stack.axes.n for stack in self.stacks)

    def take(self, places: np.ndarray, is_test: bool) -> "Group":
        """Take some of the images, of one variable, with what belongs to each."""
        (stack,) = self.stacks
        axis = stack.axes.words.split().index("n")
        axes = replace(stack.axes, n=len(places))
        part = ImageStack(stack.path, np.take(stack.array, places, axis=axis), axes, stack.is_uneven)
        labels = None if self.labels is None else replace(self.labels, values=self.labels.values[places])
        return Group((part,), labels, None if self.writers is None else self.writers[places], is_test)


@dataclass(frozen=True, eq=False)
class Found:
    """What a rule makes of a file's variables.

    Attributes
    ----------
    layout : str
        The name of the rule.
    groups : tuple of Group
        The images; training images first.
    decisions : tuple of Decision
        What was decided, and why.
    warnings : tuple of str
        What the user should know.
    names : dict of int to str
        What the file calls its labels; empty where it does not say.
    settled : Choices
        What is known of such a file without a look at its images.
    usual_orientation : str or None
        How the images of such files lie, where they themselves do not tell.
    """

    layout: str
    groups: tuple[Group, ...]
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    settled: Choices = field(default_factory=Choices)
    usual_orientation: str | None = None


class UndecidedError(LayoutError):
    """Variables of a rule's kind that are not sound, or leave a choice to the user.

    Attributes
    ----------
    decisions : tuple of Decision
        Those that were taken, and that which is left.
    examples : mapping of str to image
        An image of each different label, where it is asked what labels mean.
    """

    def __init__(self, sentence: str, decisions: Sequence[Decision] = ()) -> None:
        super().__init__(sentence)
        self.decisions = tuple(decisions)
        self.examples: Mapping[str, Image] = {}
