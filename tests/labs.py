"""A lab with something of everything, and what a home holds."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from stored_runs import OUTCOME, add_run, begin_run, make_record
from trained import make_dataset, make_model

from mnist_core.data.kept import keep_dataset
from mnist_core.ground.settings import Settings
from mnist_core.pens.corrections import keep_correction, make_correction
from mnist_core.pens.game import Round
from mnist_core.pens.scores import keep_score, make_score
from mnist_core.store import Database, WorkState, add_job, claim, end, record
from mnist_core.store.marks import mark_candidate
from mnist_core.store.people.roll import add_person

FILLED = {"n_runs": 2, "n_jobs": 1, "n_people": 1, "n_models": 2, "n_datasets": 1}
FILLED |= {"n_corrections": 1, "n_scores": 1}
"""What `fill_lab` makes."""


def fill_lab(settings: Settings, store: Database) -> str:
    """Fill a lab of two people who have one data set, and return the space of the second."""
    ada = settings.of(add_person(store, "Ada", "ada", "a hash").id)
    dataset = keep_dataset(make_dataset(60), settings.datasets_folder)
    keep_dataset(make_dataset(60), ada.datasets_folder, ada.pool_folder)
    for one in (settings, ada):
        make_model(one.models_folder / "mine", dataset, n_steps=1)
    _fill_store(ada, store)
    keep_correction(make_correction([[[1, 2], [3, 4]]], 7, 1, "paper"), ada.corrections_folder)
    keep_score(make_score("Ada", Round((5,), "robust").play(5, 2.0)), settings.scores_folder)
    (settings.home / "last_dataset").write_text(dataset.fingerprint, encoding="utf-8")
    return ada.space


def _fill_store(settings: Settings, store: Database) -> None:
    run_id = begin_run(store, "done")
    record(store, run_id, [(1, 0, make_record(1)), (1, 0, make_record(2, float("nan")))])
    mark_candidate(store, run_id, 1, is_flagged=True, note="=1+1")
    folder = settings.runs_folder / run_id
    folder.mkdir(parents=True)
    (folder / "results.csv").write_bytes(b"a,b\n")
    outcome = replace(OUTCOME, model=str(settings.models_folder / "mine"))
    end(store, run_id, WorkState.DONE, outcome=vars(outcome))
    add_run(store, "waits")
    job_id = add_job(store, "training", {"parent": None}, name="rests", wishes={"epochs": 3})
    claim(store, job_id)
    end(store, job_id, WorkState.PAUSED, "paused")


def read_home(home: Path) -> dict[str, str]:
    """Read the mark of each file below a home, without the store and what was there before."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    names = {path.relative_to(home).as_posix(): path for path in files}
    return {
        name: sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if not name.startswith(("lab.db", "backups/"))
    }
