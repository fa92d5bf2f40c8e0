"""Named values to a data set: which variable is what, how images lie, what labels mean.

`read_dataset` is the short way, for who takes what comes or knows what to choose. `understand` is the long
one, for who wants to show and to overrule: it tells the variables, every decision with its reason and its
alternatives, and what is wrong, if anything.
"""

from collections.abc import Mapping, Sequence
from io import BufferedIOBase
from pathlib import Path

from mnist_core.data.dataset import Choices, Dataset
from mnist_core.data.files import make_printable, name_source, read_file
from mnist_core.data.layouts.assembly import understand
from mnist_core.data.layouts.export import save_dataset, write_mat, write_npz
from mnist_core.data.layouts.rules import RULES
from mnist_core.data.layouts.several import gather_pictures, join_names, read_files
from mnist_core.data.layouts.understanding import Decision, Option, Understanding, Variable
from mnist_core.data.origin import APART, NONE, TOGETHER
from mnist_core.data.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.ground.errors import LayoutError
from mnist_core.ground.variables import Value

__all__ = ["APART", "NONE", "RULES", "TOGETHER", "Choices", "Decision", "Option", "Understanding", "Variable"]
__all__ += ["read_dataset", "read_or_sample", "recognise_layout", "save_dataset", "understand", "write_mat"]
__all__ += ["write_npz"]


def read_dataset(
    source: Path | str | BufferedIOBase | Sequence[Path | str],
    name: str | None = None,
    choices: Choices | None = None,
) -> Dataset:
    """Read a file, or several that belong together, as a data set.

    Parameters
    ----------
    source : Path, str, binary file or sequence of Path or str
        The file, its bytes open for reading, or a folder of pictures; or files that hold images and labels,
        or training and test images, each for themselves.
    name : str or None
        What the data set is called; None takes the name of the path.
    choices : Choices or None
        What the user overrules.

    Raises
    ------
    DataFileError
        If it cannot be read.
    LayoutError
        If its variables hold no sound digit images, or leave a choice to the user.
    """
    source = Path(source) if isinstance(source, str) else source
    if isinstance(source, Sequence):
        paths = [Path(path) for path in source]
        files = gather_pictures([(path, make_printable(name_source(path))) for path in paths])
        return recognise_layout(read_files(files), name or join_names([one for _, one in files]), choices)
    name = make_printable(name or name_source(source))
    return recognise_layout(read_file(source, name), name, choices)


def read_or_sample(path: Path | None = None) -> Dataset:
    """Read a file as `read_dataset` does, or the built-in sample where none is named."""
    return read_dataset(SAMPLE_PATH, SAMPLE_NAME) if path is None else read_dataset(path)


def recognise_layout(values: Mapping[str, Value], name: str, choices: Choices | None = None) -> Dataset:
    """Find the digit images and their labels among named values.

    Raises
    ------
    LayoutError
        If they hold no sound digit images, or leave a choice to the user.
    """
    found = understand(values, name, choices)
    if found.dataset is None:
        raise LayoutError(f"{name}: {found.problem}")
    return found.dataset
