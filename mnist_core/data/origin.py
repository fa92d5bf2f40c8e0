"""What was understood of the file that a data set came from, and what its user chose."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from mnist_core.ground.errors import LayoutError

NONE = "none"
"""As a choice of labels or of a test part: there is none."""

TOGETHER = "together"
"""As a choice of the test part: those images join the others, and a hold-out is drawn from all."""

APART = "apart"
"""As a choice for writers: no writer is both in the training part and among the held-out images."""

FEWEST_APART = 6
"""Writers from which on splits can keep them apart: those of one part in so many are held out."""

NOTE = "lab_note"
"""The variable of a file that the lab wrote which says, as JSON, what need not be recognised again."""

REMARK = "lab_remark"
"""The variable in which a reader of files says what its user should know of how it read one."""

TEST_PART = "test_part"
"""The variable of a `.npz` file that the lab wrote with the places of its own test images, from 0 on."""

WORDS = {
    "coding": ("digits", "ten-is-zero", "one-is-zero", "letters", "names"),
    "values": ("unit", "bytes", "signed", "stretch", "each"),
    "ink": ("bright", "dark", "each"),
    "orientation": (
        "upright",
        "transposed",
        "rotated90",
        "rotated180",
        "rotated270",
        "flipped_horizontal",
        "flipped_vertical",
        "antitransposed",
        "unsure",
    ),
    "writers": ("mixed", APART),
}
"""What can be chosen of decisions that are the same for every file."""


@dataclass(frozen=True)
class Choices:
    """What a user overrules; a field that is None is left to the rules.

    All values are words, those of the options that `Understanding.decisions` lists under the same name.
    A variable is named by its path: `X`, or `dataset.train.images` within a struct.

    Attributes
    ----------
    images, labels : str or None
        The variables of the images and of their labels; `"none"` for labels that are to be left out.
    axes : str or None
        What the axes of the images are, in order, such as `"pixels n"` or `"rows columns n"`.
    size : str or None
        Height and width of the images as the file has them, such as `"28x20"`.
    test, test_labels : str or None
        The variables of the file's own test images and of their labels; as `test` also `"together"`
        (they join the others) and `"none"` (they are left out).
    coding : str or None
        What a label means: `"digits"` (itself), `"ten-is-zero"`, `"one-is-zero"` (one more than the
        digit), `"letters"` (the place of a letter) or `"names"` (each different label is a class of that
        name).
    class_names : str or None
        What the classes are called, with commas between, the first for the least label.
    values : str or None
        How pixel values become 0 to 1: `"unit"`, `"bytes"`, `"signed"`, `"stretch"` or `"each"`.
    ink : str or None
        `"bright"` on dark, or `"dark"` on bright: then the images are inverted; `"each"` settles it for
        each image.
    orientation : str or None
        How the file's images lie, a value of `mnist_core.data.orientation.Orientation`.
    writers : str or None
        `"apart"` keeps the writers of training images and of held-out images apart.

    Raises
    ------
    LayoutError
        If a word is none of `WORDS`.
    """

    images: str | None = None
    labels: str | None = None
    axes: str | None = None
    size: str | None = None
    test: str | None = None
    test_labels: str | None = None
    coding: str | None = None
    class_names: str | None = None
    values: str | None = None
    ink: str | None = None
    orientation: str | None = None
    writers: str | None = None

    def __post_init__(self) -> None:
        for name, words in WORDS.items():
            value = getattr(self, name)
            if value not in (None, *words):
                raise LayoutError(f"A choice of {name} must be one of {', '.join(words)}, but is {value}.")

    def given(self) -> dict[str, str]:
        """Return what was chosen, as plain JSON values; `Choices.from_values` makes the same again."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Choices":
        """Make choices from what `given` returned.

        Raises
        ------
        LayoutError
            If a name or a value is none that can be chosen.
        """
        names = [one.name for one in fields(Choices)]
        odd = [name for name, value in values.items() if name not in names or not isinstance(value, str)]
        if odd:
            raise LayoutError(f"A choice must be a word for one of {', '.join(names)}, but {odd[0]} is not.")
        return Choices(**values)


@dataclass(frozen=True)
class Origin:
    """What was understood of the file that a data set came from.

    Attributes
    ----------
    layout : str
        Name of the layout rule that matched.
    variables : tuple of (str, str)
        The path of every variable of the file, and its shape and type in words.
    value_range : tuple of float
        Least and greatest pixel value in the file, before scaling.
    orientation : str
        How the file's images lay; those of the data set are upright, unless it is `unsure`: then they
        were left as they lay.
    warnings : tuple of str
        What the user should know, a sentence each.
    reasons : tuple of str
        Why the file was understood so, a sentence a decision.
    choices : Choices
        What the user overruled.
    taken : tuple of (str, str)
        The name of every decision and the option that was taken; the reasons are in the same order.
    """

    layout: str
    variables: tuple[tuple[str, str], ...]
    value_range: tuple[float, float]
    orientation: str = "upright"
    warnings: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    choices: Choices = field(default_factory=Choices)
    taken: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Origin":
        """Make an origin from what `dataclasses.asdict` returned, also by an earlier version."""
        chosen = {name: value for name, value in values.get("choices", {}).items() if value is not None}
        return Origin(
            layout=values["layout"],
            variables=tuple((name, words) for name, words in values["variables"]),
            value_range=(values["value_range"][0], values["value_range"][1]),
            orientation=values["orientation"],
            warnings=tuple(values["warnings"]),
            reasons=tuple(values.get("reasons", ())),
            choices=Choices.from_values(chosen),
            taken=tuple((name, value) for name, value in values.get("taken", ())),
        )
