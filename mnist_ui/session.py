"""What one browser tab has open: every key of the session state, typed, in one place."""

from enum import StrEnum
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.data.kept import (
    find_source,
    find_times,
    keep_dataset,
    keep_source,
    list_datasets,
    open_dataset,
)
from mnist_core.ground.errors import DataError
from mnist_core.ground.replacing import write_out
from mnist_core.ground.settings import Settings, read_settings
from mnist_core.network.models import list_models

if TYPE_CHECKING:
    from mnist_core.store import Database


class Key(StrEnum):
    """The keys of the session state that pages share."""

    AWAITED = "lab-awaited"
    DATASET = "lab-dataset"
    MAP_CLOUD_WIDGET = "map-cloud"
    MAP_COLOUR_WIDGET = "map-colour"
    MAP_METHOD_WIDGET = "map-method"
    MAP_NUMBERS_WIDGET = "map-numbers"
    MAP_PATH_WIDGET = "map-path"
    MAP_PICKED = "map-picked"
    MAP_STORE_WIDGET = "map-store"
    MODEL = "lab-model"
    MODEL_WIDGET = "lab-model-widget"
    TRUTH_WIDGET = "results-truth"
    GUESS_WIDGET = "results-guess"
    PART_WIDGET = "results-part"
    LIVE_DELIVERY = "live-delivery"
    LIVE_LAYER_WIDGET = "live-layer"
    LIVE_REFUSAL = "live-refusal"
    LIVE_SAVING = "live-saving"
    LIVE_SEEN = "live-seen"
    LIVE_WIDGET = "live-training"
    CONFUSION_WIDGET = "results-confusion"
    RESULTS_TAB = "results-tab"
    RIVAL_WIDGET = "results-rival"
    NOTICE_WIDGET = "lab-notice"
    ROBUST_MODELS_WIDGET = "results-robust-models"
    ROBUST_IMAGES_WIDGET = "results-robust-images"
    FACTOR_WIDGET = "riddle-factor"
    FIELDS_LINK = "fields-link"
    LAYER_WIDGET = "fields-layer"
    SCALE_WIDGET = "fields-scale"
    TURNED_WIDGET = "fields-turned"
    UNIT_WIDGET = "fields-unit"
    UNITS_WIDGET = "fields-units"
    LINKS_WIDGET = "fields-links"
    SOURCES_WIDGET = "fields-sources"
    TWIN_WIDGET = "fields-twin"
    METHOD_WIDGET = "fields-method"
    DIGIT_WIDGET = "fields-digit"
    DIGITS_WIDGET = "fields-digits"
    IMAGE_WIDGET = "fields-image"
    ORDER_WIDGET = "fields-order"
    HIDE_WIDGET = "fields-hide"
    ALL_WAYS_WIDGET = "fields-all-ways"
    WAYS_WIDGET = "fields-ways"
    OPERATE_BITS_WIDGET = "operate-bits"
    OPERATE_CELL = "operate-cell"
    OPERATE_CONFUSION_WIDGET = "operate-confusion"
    OPERATE_CURVE_WIDGET = "operate-curve"
    OPERATE_FACTOR_WIDGET = "operate-factor"
    OPERATE_FIRST_WIDGET = "operate-first"
    OPERATE_IMAGE_WIDGET = "operate-image"
    OPERATE_KEEP_WIDGET = "operate-keep"
    OPERATE_LAYER_WIDGET = "operate-layer"
    OPERATE_NAME_WIDGET = "operate-name"
    OPERATE_ORDER_WIDGET = "operate-order"
    OPERATE_SAVED = "operate-saved"
    OPERATE_SCALED_WIDGET = "operate-scaled"
    OPERATE_SECOND_WIDGET = "operate-second"
    OPERATE_SIDE_WIDGET = "operate-side"
    OPERATE_SOURCE_WIDGET = "operate-source"
    OPERATE_STEPS = "operate-steps"
    OPERATE_UNITS_WIDGET = "operate-units"
    REFUSAL = "lab-refusal"
    IS_WATCHING = "lab-is-watching"
    SIGHT_WIDGET = "lab-sight"
    PENDING = "data-pending"
    CHOICES = "lab-choices"
    DRAFT = "lab-draft"
    EXAMPLES = "lab-examples"
    RUN = "search-run"
    SEARCH_TAB = "search-tab"
    COMPARED_FIRST = "search-compared-first"
    COMPARED_FIRST_WIDGET = "search-compared-first-widget"
    COMPARED_SECOND_WIDGET = "search-compared-second-widget"
    COMPARED_SECOND = "search-compared-second"
    HISTORY_ASKED = "search-history-asked"
    HISTORY_TEXT = "search-history-text"
    HISTORY_REFUSAL = "search-history-refusal"
    HISTORY_TAGS = "search-history-tags"
    HISTORY_STATES = "search-history-states"
    RUN_CURVES_DELIVERY = "search-curves-delivery"
    RUN_VIEW = "search-view"
    RUN_REFUSAL = "search-refusal"
    NEXT_SEARCH_TAB = "search-next-tab"
    GAME_ASKED_AT = "game-asked-at"
    GAME_FACE_WIDGET = "game-face"
    GAME_FOOLED_WIDGET = "game-fooled"
    GAME_GIVEN_UP = "game-given-up"
    GAME_KEPT = "game-kept"
    GAME_KEPT_MODEL_WIDGET = "game-kept-model"
    GAME_KEPT_WIDGET = "game-kept-chosen"
    GAME_NAME_WIDGET = "game-name"
    GAME_NAMES_WIDGET = "game-names"
    GAME_ON_BOARD = "game-on-board"
    GAME_ROUND = "game-round"
    ANSWER = "draw-answer"
    LIVE_ANSWER_WIDGET = "draw-live-answer"
    NETWORK_STORE_WIDGET = "draw-network-store"
    SOURCE_WIDGET = "draw-source"
    STALE_EVIDENCE = "draw-stale-evidence"
    STALE_HINT = "draw-stale-hint"
    STALE_TRUTH = "draw-stale-truth"
    STALE_UNITS = "draw-stale-units"
    PICTURE_WIDGET = "draw-picture"
    COPY_NAME_WIDGET = "draw-copy-name"
    TOLD_ASKED = "draw-told-asked"
    TOLD_CHANGED = "draw-told-changed"
    TOLD_CHOSEN_WIDGET = "draw-told-chosen"
    TOLD_WIDGET = "draw-told"
    PLAN = "search-plan"


class Canvas(StrEnum):
    """The canvases: of the Draw page for a digit and for a number, and of the game."""

    DRAW = "draw"
    GAME = "game"
    NUMBER = "number"


class CanvasPart(StrEnum):
    """What each canvas keeps in the session state, under a key of its own."""

    CLEAR_WIDGET = "clear"
    DRAWN = "drawn"
    PAPER_WIDGET = "canvas"
    PEN_WIDGET = "pen"
    SHEET = "sheet"
    UNDO_WIDGET = "undo"
    WAYS_WIDGET = "ways"

    def of(self, canvas: Canvas) -> str:
        """Return the key of this part of a canvas."""
        return f"{canvas}-{self}"


def settings() -> Settings:
    """Return the places that the lab works in."""
    return read_settings()


def store() -> "Database":
    """Return the store of runs, which all tabs share."""
    return _open_store(settings().database)


def current_dataset() -> Dataset | None:
    """Return the open data set: this tab's, else the one that was opened last in any tab.

    None where none was ever opened, or where the one that was is no longer kept.
    """
    dataset = st.session_state.get(Key.DATASET)
    if isinstance(dataset, Dataset):
        return dataset
    dataset = last_dataset()
    if dataset is not None:
        st.session_state[Key.DATASET] = dataset
    return dataset


def last_dataset() -> Dataset | None:
    """Return the data set that was opened last in any tab; None where there is none."""
    try:
        fingerprint = _last_path().read_text(encoding="utf-8").strip()
        return _open_shared(fingerprint)
    except (OSError, DataError):
        return None


def use_dataset(dataset: Dataset, source: Path | BufferedIOBase | None = None) -> Dataset:
    """Keep a data set and open it in this tab and in every tab to come.

    Parameters
    ----------
    dataset : Dataset
        What was read.
    source : Path, binary file or None
        The file that it was read from, kept beside it so that it can be read another way later.

    Raises
    ------
    DataError
        If it cannot be written; the previous one stays open.
    """
    fingerprint = keep_dataset(dataset, settings().datasets_folder).fingerprint
    if source is not None:
        keep_source(source, fingerprint, settings().datasets_folder)
    return reopen_dataset(fingerprint)


def reopen_dataset(fingerprint: str) -> Dataset:
    """Open a data set that is kept, in this tab and in every tab to come.

    Raises
    ------
    DataError
        If none is kept under the fingerprint; the previous one stays open.
    """
    dataset = _open_shared(fingerprint)
    _remember(dataset)
    return dataset


def find_dataset_source(dataset: Dataset) -> Path | None:
    """Return the file that a kept data set was read from; None where it is not kept."""
    return find_source(dataset.fingerprint, settings().datasets_folder)


def refuse(sentence: str) -> None:
    """Remember why a file was refused, to be shown once after the page has started over."""
    st.session_state[Key.REFUSAL] = sentence


def take_refusal() -> str | None:
    """Return why a file was refused since the last call; None where none was."""
    sentence = st.session_state.pop(Key.REFUSAL, None)
    return sentence if isinstance(sentence, str) else None


def count(key: Key) -> int:
    """Return how often `count_up` was called for a key in this tab."""
    return int(st.session_state.get(key, 0))


def count_up(key: Key) -> None:
    """Add one to a count of this tab."""
    st.session_state[key] = count(key) + 1


def list_model_folders() -> dict[str, Path]:
    """List the model folders by name: those made here, then the shipped ones; of two of a name the first."""
    folders: dict[str, Path] = {}
    for folder in list_models(settings().model_roots):
        folders.setdefault(folder.name, folder)
    return folders


def current_model() -> str | None:
    """Return the name of the model that this tab looked at last; None before it looked at any."""
    name = st.session_state.get(Key.MODEL)
    return name if isinstance(name, str) else None


def use_model(name: str) -> None:
    """Remember which model this tab looks at, so that every page opens on it."""
    st.session_state[Key.MODEL] = name


def kept_datasets() -> list[tuple[str, str]]:
    """List the kept data sets as (fingerprint, name), the latest first."""
    return list_datasets(settings().datasets_folder)


def _last_path() -> Path:
    return settings().home / "last_dataset"


def _remember(dataset: Dataset) -> None:
    st.session_state[Key.DATASET] = dataset
    with write_out(_last_path(), "The name of the open data set") as file:
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


@st.cache_resource(show_spinner=False)
def _open_store(url: str) -> "Database":
    from mnist_core.store import Database  # noqa: PLC0415 - a page without runs need not load SQLAlchemy

    settings().make_home()
    return Database(url)
