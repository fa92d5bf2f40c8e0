"""A file that was read but is not open yet, as its user decides how it is to be understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mnist_core.data.dataset import Choices
from mnist_core.data.files import make_printable
from mnist_core.data.files.gathering import Source
from mnist_core.data.layouts import Understanding, understand
from mnist_core.data.layouts.several import gather_pictures, join_names, read_files
from mnist_core.ground.errors import LayoutError
from mnist_core.ground.variables import Value
from mnist_ui import session
from mnist_ui.data import state


@dataclass(frozen=True, eq=False)
class Pending:
    """A file in decision.

    Attributes
    ----------
    sources : sequence of (Source, str)
        The files that it came from, each with its name.
    values : mapping of str to Value
        Its variables.
    choices : Choices
        What its user has overruled so far.
    understanding : Understanding
        What comes of it.
    """

    sources: Sequence[tuple[Source, str]]
    values: Mapping[str, Value]
    choices: Choices
    understanding: Understanding


def open_files(sources: Sequence[tuple[Source, str]]) -> None:
    """Read files as one and open what they hold; where it leaves something to choose, it becomes pending.

    A file without images is joined to the open data set where that has no labels.

    Raises
    ------
    LabError
        If it cannot be read, holds no digit images whatever one chooses, or cannot be kept.
    """
    read = _read([(source, make_printable(name)) for source, name in gather_pictures(sources)], Choices())
    read = _add_to_open(read) or read
    drop_pending()
    if read.understanding.dataset is not None:
        session.use_dataset(read.understanding.dataset, read.sources)
    elif any(len(decision.options) > 1 for decision in read.understanding.decisions):
        state.PENDING.put(read)
    else:
        raise LayoutError(f"{read.understanding.name}: {read.understanding.problem}")


def reopen_files(sources: Sequence[tuple[Source, str]], choices: Choices) -> None:
    """Make the files of a kept data set pending, to be read another way.

    Raises
    ------
    LabError
        If it cannot be read.
    """
    state.PENDING.put(_read(sources, choices))


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
    session.use_dataset(pending.understanding.require_dataset(), pending.sources)
    drop_pending()


def drop_pending() -> None:
    """Forget the pending file; what is open stays open."""
    state.PENDING.forget()


def _read(sources: Sequence[tuple[Source, str]], choices: Choices) -> Pending:
    values, name = read_files(sources), join_names([name for _, name in sources])
    return Pending(sources, values, choices, understand(values, name, choices))


def _add_to_open(read: Pending) -> Pending | None:
    """Join a file without images to the open data set, where that has no labels and both fit each other."""
    dataset = session.current_dataset()
    if read.understanding.layout or read.understanding.dataset or dataset is None or dataset.is_labelled:
        return None
    kept = session.find_dataset_sources(dataset)
    if not kept:
        return None
    sources = [*kept, *read.sources]
    values = read_files(sources)
    understanding = understand(values, join_names([name for _, name in sources]), dataset.origin.choices)
    if understanding.dataset is None or not understanding.dataset.is_labelled:
        return None
    return Pending(sources, values, dataset.origin.choices, understanding)


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
