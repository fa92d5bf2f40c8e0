"""What everybody has open, has at work, and has reached; for who looks after them."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mnist_core.data.kept import read_name
from mnist_core.ground.errors import ModelError
from mnist_core.ground.settings import Settings
from mnist_core.network.models import list_models
from mnist_core.network.models.model_json import read_info
from mnist_core.store import Database, Outcome, WorkRow, WorkState, read_best_scores
from mnist_core.store.people.roll import Person, list_people
from mnist_core.store.reading import IN_TURN, IS_HELD, IS_SEARCH, IS_WAITING, read_rows
from mnist_core.store.tables import PEOPLE, RUNS

_IS_DONE = RUNS.c.state == WorkState.DONE


@dataclass(frozen=True)
class Standing:
    """What one person has open, has at work, and has reached.

    Attributes
    ----------
    person : Person
        Who; with the page that they have open.
    dataset : str
        The name of the data set that they opened last; empty where there is none.
    work : tuple of WorkRow
        Of theirs, what is carried out or waits, in its turn.
    best_score : float or None
        Mean accuracy of the best candidate of all their searches, over its folds so far.
    n_models, n_drawings : int
        Models that they have made, drawings whose digit they have told.
    """

    person: Person
    dataset: str
    work: tuple[WorkRow, ...]
    best_score: float | None
    n_models: int
    n_drawings: int


@dataclass(frozen=True)
class BestRun:
    """The best finished search of one person, by its cross-validated accuracy.

    Attributes
    ----------
    person : Person
        Who.
    work_id, name, dataset_name : str
        Of the search.
    found : Outcome
        What it came to.
    n_test : int or None
        Held-out images that its winner was measured on; None where its model is gone.
    """

    person: Person
    work_id: str
    name: str
    dataset_name: str
    found: Outcome
    n_test: int | None


def read_standings(store: Database, settings: Settings, open_work: Sequence[WorkRow]) -> list[Standing]:
    """Read what everybody has open, has at work, and has reached, in order of the alphabet.

    Parameters
    ----------
    store : Database
        Of the whole lab.
    settings : Settings
        Name the lab's folders.
    open_work : sequence of WorkRow
        As `list_open_work` returned it.
    """
    work: dict[str, list[WorkRow]] = defaultdict(list)
    for row in open_work:
        work[row.space].append(row)
    scores = _read_scores(store)
    return [
        _describe(person, settings.of(person.id), work[person.id], scores.get(person.id))
        for person in list_people(store)
    ]


def list_open_work(store: Database) -> list[WorkRow]:
    """Read the work of everybody that is carried out or waits: the former first, then each in its turn.

    Of what waits the first of each space comes first, then the second of each.
    """
    places: Counter[str] = Counter()
    rows = read_rows(store, IS_HELD | IS_WAITING, *IN_TURN)
    turns = {}
    for row in rows:
        turns[row.id] = (row.is_waiting, places[row.space] if row.is_waiting else 0)
        places[row.space] += row.is_waiting
    return sorted(rows, key=lambda row: turns[row.id])


def read_standings_stamp(store: Database) -> tuple[Hashable, ...]:
    """Read what differs once work has begun, come further or ended, or somebody has opened another page."""
    open_work = sa.select(RUNS.c.id, RUNS.c.state, RUNS.c.queue_position, RUNS.c.message, RUNS.c.heartbeat)
    ended = sa.select(sa.func.count(), sa.func.max(RUNS.c.ended)).select_from(RUNS)
    people = sa.select(PEOPLE.c.id, PEOPLE.c.page, PEOPLE.c.seen).order_by(PEOPLE.c.id)
    queries = (open_work.where(IS_HELD | IS_WAITING).order_by(RUNS.c.id), ended, people)
    with store.reading() as connection:
        return tuple(tuple(tuple(row) for row in connection.execute(query)) for query in queries)


def read_best_runs(store: Database) -> list[BestRun]:
    """Read the best finished search of everybody who has one, the most accurate first."""
    columns = (RUNS.c.space, RUNS.c.id, RUNS.c.name, RUNS.c.dataset_name, RUNS.c.outcome)
    best: dict[str, tuple[Any, Outcome]] = {}
    with store.reading() as connection:
        rows = connection.execute(sa.select(*columns).where(IS_SEARCH, _IS_DONE).order_by(RUNS.c.created))
        for row in rows:
            found = Outcome(**row.outcome)
            if row.space not in best or found.best_score > best[row.space][1].best_score:
                best[row.space] = row, found
    runs = [
        BestRun(person, row.id, row.name, row.dataset_name, found, _count_test_images(found))
        for person in list_people(store)
        if person.id in best
        for row, found in [best[person.id]]
    ]
    return sorted(runs, key=lambda run: -run.found.best_score)


def _describe(person: Person, places: Settings, work: list[WorkRow], score: float | None) -> Standing:
    drawings = (path for path in places.corrections_folder.glob("*.json") if path.name[0] != ".")
    return Standing(
        person,
        _read_dataset_name(places),
        tuple(work),
        score,
        len(list_models([places.models_folder])),
        sum(1 for _ in drawings),
    )


def _read_dataset_name(places: Settings) -> str:
    try:
        fingerprint = places.last_dataset_path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return read_name(fingerprint, places.datasets_folder) or ""


def _read_scores(store: Database) -> dict[str, float]:
    """Read the best score of each space: what ended tells its own, so that only open work is summed up."""
    spaces, scores = _read_ended_scores(store)
    for run_id, score in read_best_scores(store, ~_IS_DONE & IS_SEARCH).items():
        space = spaces[run_id]
        scores[space] = max(score.mean, scores.get(space, 0.0))
    return scores


def _read_ended_scores(store: Database) -> tuple[dict[str, str], dict[str, float]]:
    """Read whose each search is, and the best score of each space among those that are done."""
    spaces: dict[str, str] = {}
    scores: dict[str, float] = {}
    query = sa.select(RUNS.c.id, RUNS.c.space, RUNS.c.state, RUNS.c.outcome).where(IS_SEARCH)
    with store.reading() as connection:
        for row in connection.execute(query):
            spaces[row.id] = row.space
            if row.state == WorkState.DONE and row.outcome:
                scores[row.space] = max(row.outcome["best_score"], scores.get(row.space, 0.0))
    return spaces, scores


def _count_test_images(found: Outcome) -> int | None:
    try:
        return read_info(Path(found.model)).test.n
    except ModelError:
        return None
