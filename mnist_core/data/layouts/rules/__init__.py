"""The layout families: ways in which files hold digit images.

To read a new kind of file, write a function that takes the leaves of the file's variables and the user's
choices, and returns what it found, or None where they are not of its kind; and add a `Rule` to `RULES`. The
first rule that knows the variables reads them. Its first decision is `layout`, and says why it matched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mnist_core.data.dataset import Choices
from mnist_core.data.layouts.found import Found
from mnist_core.data.layouts.rules.classes import find_classes
from mnist_core.data.layouts.rules.named import find_pairs, find_paper, find_parts, find_structs
from mnist_core.data.layouts.rules.position import find_positions
from mnist_core.data.layouts.tree import Leaf


@dataclass(frozen=True)
class Rule:
    """One way in which files hold digit images.

    Attributes
    ----------
    name : str
        What the page and the command call the layout.
    words : str
        What a file of this kind holds.
    find : callable
        Leaves and choices to what was found, or None where they are not of this kind.
    """

    name: str
    words: str
    find: Callable[[Sequence[Leaf], Choices], Found | None]


RULES: tuple[Rule, ...] = (
    Rule("classes", "a variable, or a cell, for the images of each digit", find_classes),
    Rule("paper", "`input_images`, an image a row, and `output_labels`, its digit", find_paper),
    Rule("parts", "training images and test images of their own, by their names", find_parts),
    Rule("struct", "a struct with images and their labels, or one for each part", find_structs),
    Rule("pair", "images and their labels under any names", find_pairs),
    Rule("position", "a cube of pixels, images of a digit, and digits", find_positions),
)
