"""How people go: with all that is theirs."""

import shutil

import sqlalchemy as sa

from mnist_core.data.kept import list_datasets, remove_dataset
from mnist_core.ground.errors import RunError
from mnist_core.ground.settings import Settings
from mnist_core.store import Database, list_all_work, remove_work, request_cancel
from mnist_core.store.tables import PEOPLE


def remove_person(store: Database, settings: Settings, person_id: str) -> None:
    """Remove somebody with their data sets, runs, models and drawings, and what they have published.

    Parameters
    ----------
    store : Database
        Of the whole lab.
    settings : Settings
        Name the lab's folders.
    person_id : str
        Whom.

    Raises
    ------
    RunError
        If work of theirs goes on: it has been asked to stop, and they can be removed once it has.
    """
    theirs, places = store.of(person_id), settings.of(person_id)
    work = list_all_work(theirs)
    for one in work:
        if one.state.is_active:
            request_cancel(theirs, one.id)
    stopping = [one.name for one in list_all_work(theirs) if one.state.is_active]
    if stopping:
        raise RunError(
            f"Work of theirs was asked to stop, but still ends what it has begun ({stopping[0]}): remove "
            "them in a moment."
        )
    for one in work:
        remove_work(theirs, one.id, places)
    for folder in (places.folder, places.shared_folder):
        for fingerprint, _ in list_datasets(folder / "datasets"):
            remove_dataset(fingerprint, folder / "datasets", places.pool_folder)
        shutil.rmtree(folder, ignore_errors=True)
    store.write(sa.delete(PEOPLE).where(PEOPLE.c.id == person_id))
