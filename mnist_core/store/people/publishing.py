"""What people give to the others: a data set, a model, a run; to look at and to use, not to change.

What is published is linked into the class's folder, so that it costs no room and stays as it was: files are
replaced, never changed. To take it back removes the links. Who has opened a data set meanwhile keeps it.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from mnist_core.data.kept import link_dataset, list_datasets, remove_dataset
from mnist_core.ground.errors import DataError, ModelError, PersonError
from mnist_core.ground.replacing import link_file
from mnist_core.ground.settings import Settings
from mnist_core.network.models import list_models
from mnist_core.store import Database, WorkRow, check_yours, get_search
from mnist_core.store.tables import RUNS

_DATASETS, _MODELS = "datasets", "models"


@dataclass(frozen=True)
class Given:
    """A data set that somebody has published.

    Attributes
    ----------
    space : str
        Whose it is.
    fingerprint, name : str
        What it is.
    folder : Path
        Holds its folder.
    """

    space: str
    fingerprint: str
    name: str
    folder: Path


def list_given(settings: Settings) -> list[Given]:
    """List the data sets that anybody has published, the latest of each first."""
    folders = sorted(settings.class_folder.glob(f"*/{_DATASETS}"))
    return [
        Given(folder.parent.name, fingerprint, name, folder)
        for folder in folders
        for fingerprint, name in list_datasets(folder)
    ]


def take_given(settings: Settings, fingerprint: str) -> None:
    """Let a space have a data set that somebody has published, by links; nothing where it has it.

    Raises
    ------
    DataError
        If nobody has published it.
    """
    if any(fingerprint == known for known, _ in list_datasets(settings.datasets_folder)):
        return
    for given in list_given(settings):
        if given.fingerprint == fingerprint:
            link_dataset(fingerprint, given.folder, settings.datasets_folder)
            return
    raise DataError(f"No data set {fingerprint} is kept here: open its file again on the Data page.")


def find_datasets_folder(settings: Settings, fingerprint: str) -> Path:
    """Return the folder that a data set is kept in: the space's own, else that of who has published it."""
    own = settings.datasets_folder
    if (own / fingerprint).exists():
        return own
    return next((one.folder for one in list_given(settings) if one.fingerprint == fingerprint), own)


def is_given(settings: Settings, fingerprint: str) -> bool:
    """Say whether this space has published a data set."""
    return any(fingerprint == known for known, _ in list_datasets(settings.shared_folder / _DATASETS))


def give_dataset(settings: Settings, fingerprint: str) -> None:
    """Publish a data set of the space.

    Raises
    ------
    DataError
        If the space does not have it, or it cannot be written.
    """
    _check_person(settings)
    link_dataset(fingerprint, settings.datasets_folder, settings.shared_folder / _DATASETS)


def take_back_dataset(settings: Settings, fingerprint: str) -> None:
    """Publish a data set no longer."""
    if is_given(settings, fingerprint):
        remove_dataset(fingerprint, settings.shared_folder / _DATASETS, settings.pool_folder)


def is_given_model(settings: Settings, name: str) -> bool:
    """Say whether this space has published a model."""
    return (settings.shared_folder / _MODELS / name / "model.json").exists()


def give_model(settings: Settings, name: str) -> None:
    """Publish a model of the space, as it is now.

    Raises
    ------
    ModelError
        If the space has none of that name, or somebody else has published one of it.
    """
    _check_person(settings)
    own = settings.models_folder / name
    if own.parent != settings.models_folder or own not in list_models([settings.models_folder]):
        raise ModelError(f"Only a model of your own can be published, but {name} is none.")
    others = [root for root in settings.model_roots if root != settings.models_folder]
    target = settings.shared_folder / _MODELS / name
    if any(one.name == name and one != target for one in list_models(others)):
        raise ModelError(f"The class has a model named {name} already: save yours by another name first.")
    try:
        _link_folder(own, target)
    except OSError as error:
        raise ModelError(f"The model needs room in {target.parent}: {error}.") from error


def take_back_model(settings: Settings, name: str) -> None:
    """Publish a model no longer."""
    if is_given_model(settings, name):
        shutil.rmtree(settings.shared_folder / _MODELS / name)


def give_run(store: Database, settings: Settings, run_id: str) -> None:
    """Publish a search of the space, with its winner and its data set.

    Raises
    ------
    RunError
        If it is none of the space's, or goes on.
    LabError
        If what belongs to it cannot be published.
    """
    _check_person(settings)
    check_yours(store, run_id)
    run = get_search(store, run_id)
    if run.state.is_active:
        raise PersonError("A run can be published once it has stopped: wait for its end, or cancel it.")
    give_dataset(settings, run.fingerprint)
    if run.found is not None and Path(run.found.model).parent == settings.models_folder:
        give_model(settings, Path(run.found.model).name)
    _mark(store, run_id, True)


def take_back_run(store: Database, settings: Settings, run_id: str) -> None:
    """Publish a search no longer, nor its winner; its data set is taken back by itself."""
    check_yours(store, run_id)
    run = get_search(store, run_id)
    _mark(store, run_id, False)
    if run.found is not None:
        take_back_model(settings, Path(run.found.model).name)


def find_winner(settings: Settings, run: WorkRow) -> Path | None:
    """Return the folder of a run's winner: its own, or what is published of another's; None without one."""
    if run.found is None:
        return None
    folder = Path(run.found.model)
    if run.space == settings.space:
        return folder
    return settings.of(run.space).shared_folder / _MODELS / folder.name


def _mark(store: Database, run_id: str, is_published: bool) -> None:
    changed = sa.update(RUNS).where(RUNS.c.id == run_id, store.changes)
    store.write(changed.values(is_published=is_published))


def _link_folder(source: Path, target: Path) -> None:
    """Link all files of a folder into a new one, which is seen whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for path in source.rglob("*"):
        place = fresh / path.relative_to(source)
        if path.is_dir():
            place.mkdir(exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            link_file(path, place)
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)


def _check_person(settings: Settings) -> None:
    if not settings.space:
        raise PersonError("Only in a lab of many people can something be published: see MNIST_LAB_PEOPLE.")
