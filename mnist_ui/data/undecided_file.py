"""A file that was read but is not open yet, as its user decides how it is to be understood."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BufferedIOBase
from pathlib import Path

from mnist_core.data.dataset import Choices
from mnist_core.data.layouts import Understanding, understand
from mnist_core.data.matfile import make_printable, read_mat
from mnist_core.ground.errors import LayoutError
from mnist_core.ground.variables import Value
from mnist_ui import session
from mnist_ui.data import state

Source = Path | BufferedIOBase
"""A file, or the bytes of one that was uploaded."""


@dataclass(frozen=True, eq=False)
class Pending:
    """A file in decision.

    Attributes
    ----------
    source : Path or binary file
        Where it came from.
    values : mapping of str to Value
        Its variables.
    choices : Choices
        What its user has overruled so far.
    understanding : Understanding
        What comes of it.
    """

    source: Source
    values: Mapping[str, Value]
    choices: Choices
    understanding: Understanding


def open_file(source: Source, name: str) -> None:
    """Read a file and open it; where it leaves something to choose, it becomes pending instead.

    Raises
    ------
    LabError
        If it cannot be read, holds no digit images whatever one chooses, or cannot be kept.
    """
    read = _read(source, make_printable(name), Choices())
    drop_pending()
    if read.understanding.dataset is not None:
        session.use_dataset(read.understanding.dataset, source)
    elif any(len(decision.options) > 1 for decision in read.understanding.decisions):
        state.PENDING.put(read)
    else:
        raise LayoutError(f"{read.understanding.name}: {read.understanding.problem}")


def reopen_file(source: Path, name: str, choices: Choices) -> None:
    """Make the file of a kept data set pending, to be read another way.

    Raises
    ------
    LabError
        If it cannot be read.
    """
    state.PENDING.put(_read(source, name, choices))


def choose(name: str, value: str | None) -> None:
    """Overrule a decision of the pending file, or with None leave it to the rules again."""
    more = {"class_names": None} if name == "coding" else {}  # names are a meaning of labels too
    _choose(replace(_require_pending().choices, **{name: value}, **more))


def name_classes(names: list[str]) -> None:
    """Name the classes of the pending file, the first for the least label."""
    _choose(replace(_require_pending().choices, coding=None, class_names=",".join(names)))


def forget_choices() -> None:
    """Leave every decision of the pending file to the rules again."""
    _choose(Choices())


def use_pending() -> None:
    """Open the pending file as it is understood now.

    Raises
    ------
    LabError
        If it is not understood, or cannot be kept; it stays pending.
    """
    pending = _require_pending()
    session.use_dataset(pending.understanding.require_dataset(), pending.source)
    drop_pending()


def drop_pending() -> None:
    """Forget the pending file; what is open stays open."""
    state.PENDING.forget()


def _read(source: Source, name: str, choices: Choices) -> Pending:
    values = read_mat(source, name)
    return Pending(source, values, choices, understand(values, name, choices))


def _require_pending() -> Pending:
    pending = state.PENDING.get()
    assert pending is not None  # only its own widgets call
    return pending


def _choose(choices: Choices) -> None:
    pending = _require_pending()
    understanding = understand(pending.values, pending.understanding.name, choices)
    state.PENDING.put(replace(pending, choices=choices, understanding=understanding))
    # New widgets: their old values would pass for choices.
    state.CHOICES.count_up()
