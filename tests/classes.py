"""A class of people who have drawn, searched and saved models, by the product's own functions."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace

from digits import ROOT
from stored_runs import OUTCOME, PLAN

from mnist_core.data.dataset import Dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.ground.settings import Settings, fold_name
from mnist_core.network.plan import SearchPlan
from mnist_core.pens.corrections import Source, keep_correction, make_correction
from mnist_core.store import Database, WorkState, add_search, claim, end
from mnist_core.store.people.roll import Person, add_person

_FIRST = ("Ada", "Ben", "Cem", "Dora", "Emil", "Fee", "Gül", "Hugo", "Ida", "Jon")
NAMES = [f"{first} {last}" for last in ("Lovelace", "Öz", "van Dam") for first in _FIRST]


def add_people(store: Database, names: Sequence[str]) -> list[Person]:
    return [add_person(store, name, fold_name(name)) for name in names]


def draw_digits(
    settings: Settings, person: Person, labels: Sequence[int], source: Source = Source.DRAW
) -> None:
    """Let a person draw such digits, each another line, and tell what each is."""
    places, chance = settings.of(person.id), random.Random(f"{person.name} {source}")
    for label in labels:
        strokes = [[(chance.randrange(200), chance.randrange(200)) for _ in range(5)]]
        made = make_correction(strokes, label, 1, "paper", source, writer=person.name)
        keep_correction(made, places.corrections_folder)


def open_for(settings: Settings, person: Person, dataset: Dataset) -> None:
    """Let a person open a data set."""
    places = settings.of(person.id)
    keep_dataset(dataset, places.datasets_folder, places.pool_folder)
    places.last_dataset_path.write_text(dataset.fingerprint, encoding="utf-8")


def add_searches(
    store: Database, people: Sequence[Person], dataset: Dataset, plan: SearchPlan = PLAN
) -> list[str]:
    """Let each person ask for a search; return the ids of these."""
    return [
        add_search(store.of(one.id), plan, dataset.name, dataset.fingerprint, f"{one.name}'s grid")
        for one in people
    ]


def finish_search(
    store: Database, settings: Settings, person: Person, score: float, name: str = "a grid"
) -> str:
    """Let a person have finished a search whose winner is a copy of the shipped model; return its id."""
    view, places = store.of(person.id), settings.of(person.id)
    run_id = add_search(view, PLAN, "digits.mat", "f" * 16, name)
    claim(view, run_id)
    folder = places.models_folder / run_id
    shutil.copytree(ROOT / "models" / "paper", folder)
    end(view, run_id, WorkState.DONE, outcome=asdict(replace(OUTCOME, best_score=score, model=str(folder))))
    return run_id
