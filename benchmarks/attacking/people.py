"""People of a lab whose things are named by words that nobody else knows."""

import hashlib
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.tabs.home import PaperRun
from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.settings import SHIPPED_MODELS, Settings
from mnist_core.pens.corrections import keep_correction, make_correction
from mnist_core.store import Database, rename_work
from mnist_core.store.people.entering import hash_code, make_token
from mnist_core.store.people.roll import Person, add_person, read_secret
from mnist_ui.who import COOKIE

CODE = "a code of theirs"
_LINES = [[[40, 40], [200, 60], [120, 240]]]


@dataclass(frozen=True)
class Victim:
    """Somebody with a data set, a finished search, a model and a drawing.

    Attributes
    ----------
    word : str
        Part of the name of each of their things.
    handle : str
        Part of the name of their model, which others may have heard of.
    cookie : str
        That their browser sends.
    """

    person: Person
    settings: Settings
    word: str
    handle: str
    cookie: str
    fingerprint: str
    run: str

    @property
    def ids(self) -> tuple[str, ...]:
        """What could be named of theirs."""
        model = str(self.settings.models_folder / self.handle)
        return self.run, self.handle, self.fingerprint, self.person.id, model, f"../{self.person.id}"

    def find_words(self, text: str, sent: str = "") -> list[str]:
        """Find in a text what only they know; not what was sent, which may come back."""
        secrets = [self.word, *(one for one in (self.handle, self.run) if one not in sent)]
        return [one for one in secrets if one in text]

    def read(self) -> list[Any]:
        """Return all that is theirs: the hash of each file, and the rows of the store."""
        folders = self.settings.folder, self.settings.runs_folder / self.run
        files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
        with sqlite3.connect(self.settings.home / "lab.db") as connection:
            query = "select * from runs where space = ? order by id"
            rows = connection.execute(query, [self.person.id]).fetchall()
        return [*rows, *((str(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files)]


def make_victim(settings: Settings, store: Database, name: str, word: str, handle: str) -> Victim:
    """Give somebody a space, and something of everything."""
    person = add_person(store, name, name.casefold(), hash_code(CODE))
    places, view = settings.of(person.id), store.of(person.id)
    dataset = replace(read_dataset(SAMPLE_PATH), name=f"{word}.mat")
    kept = keep_dataset(dataset, places.datasets_folder, places.pool_folder)
    places.last_dataset_path.write_text(kept.fingerprint, encoding="utf-8")
    shutil.copytree(SHIPPED_MODELS / "paper", places.models_folder / handle)
    run = PaperRun(view, kept)
    run.end()
    rename_work(view, run.run_id, f"{word} grid")
    results: Path = places.runs_folder / run.run_id / "results.csv"
    results.parent.mkdir(parents=True)
    results.write_text(f"{word}\n", encoding="utf-8")
    keep_correction(make_correction(_LINES, 7, 1, f"{word} reader"), places.corrections_folder)
    cookie = f"{COOKIE}={make_token(read_secret(store), person)}"
    return Victim(person, places, word, handle, cookie, kept.fingerprint, run.run_id)
