"""The drawings of a class, pooled into one data set in which each writer stands apart."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mnist_core.data.dataset import Choices, Dataset, Origin, make_dataset, split_dataset
from mnist_core.data.origin import APART, FEWEST_APART
from mnist_core.ground.errors import CorrectionError, DataError
from mnist_core.ground.settings import Settings
from mnist_core.pens import draw_strokes
from mnist_core.pens.corrections import Correction, Source, describe, list_corrections
from mnist_core.store import Database
from mnist_core.store.people.roll import Person, list_people


@dataclass(frozen=True)
class Writer:
    """A person of a class with what they drew, under a number that stays theirs and tells no name."""

    number: int
    person: Person
    drawings: tuple[Correction, ...]


@dataclass(frozen=True)
class ClassDrawings:
    """The drawings of a class whose digit was told, and what could not be read of them, a sentence each."""

    writers: tuple[Writer, ...]
    troubles: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Count the drawings."""
        return sum(len(writer.drawings) for writer in self.writers)


def gather_drawings(store: Database, settings: Settings, *, of_game: bool = False) -> ClassDrawings:
    """Read what everybody has drawn and told the digit of.

    Parameters
    ----------
    store : Database
        Of the whole lab.
    settings : Settings
        Name the lab's folders.
    of_game : bool
        Whether what was drawn in the game is among it: that is drawn in haste, and only kept where it was
        misread.
    """
    writers, troubles = [], []
    # By when they came: who comes later changes no number.
    people = sorted(list_people(store), key=lambda person: (person.created, person.id))
    for number, person in enumerate(people, start=1):
        try:
            drawings = list_corrections(settings.of(person.id).corrections_folder)
        except CorrectionError as error:
            troubles.append(f"Of {person.name} nothing is taken: {error}")
            continue
        drawings = [one for one in drawings if of_game or one.source is not Source.GAME]
        if drawings:
            writers.append(Writer(number, person, tuple(drawings)))
    return ClassDrawings(tuple(writers), tuple(troubles))


def pool_drawings(found: ClassDrawings, name: str = "Drawings of the class") -> Dataset:
    """Make one data set of the drawings of a class.

    Splits keep its writers apart where there are enough of them; else it says that they do not.

    Parameters
    ----------
    found : ClassDrawings
        As `gather_drawings` returned them.
    name : str
        Of the data set.

    Raises
    ------
    DataError
        If they are too few to train on some and to hold others out.
    """
    if not found.n:
        raise DataError(
            "Nobody has told the digit of a drawing yet: let the class draw on the Draw page, and say "
            "what each was meant to be."
        )
    drawn = [(writer.number, one) for writer in found.writers for one in writer.drawings]
    is_apart = len(found.writers) >= FEWEST_APART
    dataset = make_dataset(
        name,
        np.stack([draw_strokes(one.strokes) for _, one in drawn]),
        np.array([one.label for _, one in drawn], np.int64),
        _tell_origin(found, is_apart),
        writers=np.array([number for number, _ in drawn], np.int64),
        keeps_writers_apart=is_apart,
    )
    try:
        split_dataset(dataset)
    except DataError as error:
        raise DataError(
            f"{_count(found)} are too few for a data set: let the class draw more. {error}"
        ) from error
    return dataset


def export_drawings(writers: Iterable[Writer]) -> str:
    """Write drawings as the strokes JSON that `predict` reads, each with a writer's number."""
    return json.dumps(
        [{**describe(one), "writer": writer.number} for writer in writers for one in writer.drawings]
    )


def _tell_origin(found: ClassDrawings, is_apart: bool) -> Origin:
    n = len(found.writers)
    apart = f"Splits keep the {n} writers apart, so that figures hold for people unseen."
    mixed = f"From {FEWEST_APART} writers on splits keep them apart; here are {n}, so they are mixed."
    drawn = f"{_count(found)}, drawn as the Draw page shows them to a network."
    return Origin(
        "drawings of a class",
        (("strokes", f"{found.n} drawings"),),
        (0.0, 1.0),
        warnings=() if is_apart else (mixed,),
        reasons=(drawn, apart if is_apart else mixed),
        choices=Choices(writers=APART) if is_apart else Choices(),
        taken=(("images", "strokes"), ("writers", APART if is_apart else "mixed")),
    )


def _count(found: ClassDrawings) -> str:
    people = "1 person" if len(found.writers) == 1 else f"{len(found.writers)} people"
    return f"{found.n:,} drawings of {people}"
