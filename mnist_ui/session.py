"""What one browser tab has open, as far as pages share it; what one page holds is in `state` of its room."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import streamlit as st

from mnist_core.data import kept
from mnist_core.data.dataset import Dataset
from mnist_core.data.files.gathering import Source
from mnist_core.data.kept import (
    find_times,
    keep_dataset,
    list_datasets,
    open_dataset,
)
from mnist_core.data.kept_sources import find_sources, keep_sources
from mnist_core.ground.errors import DataError
from mnist_core.ground.logs import Who
from mnist_core.ground.replacing import write_out
from mnist_core.ground.settings import Settings, read_settings
from mnist_core.network.models import list_models
from mnist_core.store import Database, list_all_work
from mnist_core.store.allowance import check_datasets
from mnist_core.store.people.publishing import take_given
from mnist_ui import who

_T = TypeVar("_T")


def _leave(value: Any) -> Any:
    return value


class Held(str, Generic[_T]):
    """A key of the session state, with what a tab holds under it; a widget takes it for its key too.

    Parameters
    ----------
    key : str
        The key.
    usual : object
        What a tab holds before anything was put there.
    is_kept : bool
        Whether it outlives a reload of the page, as a draft.
    revive : callable
        Makes what was put there of what JSON has made of it.
    """

    kept: ClassVar[list["Held[Any]"]] = []
    usual: _T
    revive: Callable[[Any], _T]

    def __new__(  # noqa: D102
        cls, key: str, usual: _T, *, is_kept: bool = False, revive: Callable[[Any], _T] = _leave
    ) -> "Held[_T]":
        held = super().__new__(cls, key)
        held.usual, held.revive = usual, revive
        if is_kept:
            cls.kept.append(held)
        return held

    def get(self) -> _T:
        """Return what the tab holds."""
        held: _T = st.session_state.get(self, self.usual)
        return held

    def put(self, value: _T) -> None:
        """Hold something else from now on."""
        st.session_state[self] = value

    def take(self) -> _T:
        """Return what the tab holds, and forget it."""
        held: _T = st.session_state.pop(self, self.usual)
        return held

    def forget(self) -> None:
        """Hold nothing any more."""
        self.take()

    def is_there(self) -> bool:
        """Say whether anything was put there."""
        return self in st.session_state

    def of(self, name: object) -> "Held[_T]":
        """Return the same of one of several, told by a name."""
        return Held(f"{self}-{name}", self.usual)

    def count_up(self: "Held[int]") -> None:
        """Add one to a count."""
        self.put(self.get() + 1)

    def shows(self, value: _T, follow: Callable[[_T], object]) -> dict[str, Any]:
        """Put a value; return the arguments of a widget that shows it and hands on what is chosen."""
        self.put(value)
        return {"key": self, "on_change": lambda: follow(self.get())}


AWAITED = Held[frozenset[str]]("lab-awaited", frozenset())
"""Runs whose winner the tab opens once they have ended."""

DATASET = Held[Dataset | None]("lab-dataset", None)
DRAFT = Held[str | None]("lab-draft", None)
"""The word that a reload finds its draft by."""

DRAFT_TEXT = Held("lab-draft-text", "")
"""What was kept last under the word."""

IS_WATCHING = Held("lab-is-watching", False)
MODEL = Held[str | None]("lab-model", None)
"""The model that the tab looked at last, so that every page opens on it."""

MODEL_WIDGET = Held("lab-model-widget", "")
REFUSAL = Held[str | None]("lab-refusal", None)
"""Why something was refused, to be shown once after the page has started over."""

SHOWN = Held("lab-shown", Who())
"""Who looks at the tab and which page it shows, for the log."""

TOLD = Held[int | None]("draw-told", None)
"""The digit that a drawing was told to be, by its name."""


def read_sent(key: str) -> Mapping[str, Any]:
    """Return what a component of our own has sent last; empty where it has sent nothing."""
    return Held[Mapping[str, Any]](key, {}).get()


def settings() -> Settings:
    """Return the places that the lab works in, as the space of who looks at the page has them.

    Raises
    ------
    PersonError
        If the lab does not know who looks.
    """
    return read_settings().of(who.space())


def store() -> Database:
    """Return the store of work, as who looks at the page sees it; raises as `settings` does."""
    return who.open_whole_store(read_settings()).of(who.space())


def current_dataset() -> Dataset | None:
    """Return the open data set: this tab's, else the one that was opened last in any tab of the space.

    None where none was ever opened, or where the one that was is no longer kept.
    """
    dataset = DATASET.get() or last_dataset()
    if dataset is not None:
        DATASET.put(dataset)
    return dataset


def last_dataset() -> Dataset | None:
    """Return the data set that was opened last in any tab of the space; None where there is none."""
    try:
        fingerprint = settings().last_dataset_path.read_text(encoding="utf-8").strip()
        return _open_shared(fingerprint)
    except (OSError, DataError):
        return None


def use_dataset(dataset: Dataset, sources: Sequence[tuple[Source, str]] = ()) -> Dataset:
    """Keep a data set and open it in this tab and in every tab of the space to come.

    Parameters
    ----------
    dataset : Dataset
        What was read.
    sources : sequence of (Source, str)
        The files that it was read from with their names, kept beside it so that they can be read another way
        later.

    Raises
    ------
    DataError
        If it cannot be written; the previous one stays open.
    PersonError
        If the space has as many as one may keep.
    """
    places = settings()
    _check_room(dataset.fingerprint)
    fingerprint = keep_dataset(dataset, places.datasets_folder, places.pool_folder).fingerprint
    if sources:
        keep_sources(sources, fingerprint, places.datasets_folder)
    return reopen_dataset(fingerprint)


def reopen_dataset(fingerprint: str) -> Dataset:
    """Open a data set that is kept, in this tab and in every tab of the space to come.

    Raises
    ------
    DataError
        If none is kept under the fingerprint; the previous one stays open.
    PersonError
        If somebody has published it, and the space has as many as one may keep.
    """
    _check_room(fingerprint)
    take_given(settings(), fingerprint)
    dataset = _open_shared(fingerprint)
    _remember(dataset)
    return dataset


def remove_dataset(fingerprint: str) -> None:
    """Remove a data set that is kept from the space; it is open no more.

    Raises
    ------
    DataError
        If none is kept under the fingerprint, or work that goes on or waits needs it.
    """
    places = settings()
    for work in list_all_work(store()):
        if work.state.is_active and work.fingerprint == fingerprint:
            raise DataError(f"The data set is what {work.id} works on: wait for its end, or cancel it.")
    kept.remove_dataset(fingerprint, places.datasets_folder, places.pool_folder)
    DATASET.forget()


def find_dataset_sources(dataset: Dataset) -> list[tuple[Path, str]]:
    """Return the files that a kept data set was read from, each with its name; none where not kept."""
    return find_sources(dataset.fingerprint, settings().datasets_folder)


def list_model_folders() -> dict[str, Path]:
    """List the model folders by name: those made here, then the shipped ones; of two of a name the first."""
    folders: dict[str, Path] = {}
    for folder in list_models(settings().model_roots):
        folders.setdefault(folder.name, folder)
    return folders


def kept_datasets() -> list[tuple[str, str]]:
    """List the kept data sets as (fingerprint, name), the latest first."""
    return list_datasets(settings().datasets_folder)


def _check_room(fingerprint: str) -> None:
    own = [known for known, _ in kept_datasets()]
    if fingerprint not in own:
        check_datasets(store(), len(own))


def _remember(dataset: Dataset) -> None:
    DATASET.put(dataset)
    with write_out(settings().last_dataset_path, "The name of the open data set") as file:
        file.write(dataset.fingerprint.encode())


def _open_shared(fingerprint: str) -> Dataset:
    """Open a kept data set once for all tabs, each of which would map its images anew."""
    folder = settings().datasets_folder
    return _open_once(str(folder), fingerprint, find_times(fingerprint, folder))


@st.cache_resource(show_spinner=False, max_entries=8)
def _open_once(
    folder: str,
    fingerprint: str,
    files: tuple[tuple[str, int], ...],  # noqa: ARG001 - part of the key
) -> Dataset:
    return open_dataset(fingerprint, Path(folder))
