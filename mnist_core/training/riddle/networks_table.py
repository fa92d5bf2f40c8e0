"""The table of the study: a row a network, as a CSV file that anyone can read."""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

_GAP = " "


@dataclass(frozen=True)
class Row:
    """One network of the study.

    Attributes
    ----------
    factor, level : str
        What was changed of the paper's recipe, and to what.
    seed : int
        Of its weights.
    candidate : str
        Layer widths, activation, learning rate.
    epochs : int
        After which training stopped.
    valid_accuracy, accuracy : float
        Share read right of the images for early stopping, and of the held-out ones.
    score : float
        Digit-likeness of its output fields: the mean of `own`.
    p : float
        How often chance scores as high.
    own : tuple of float
        Correlation of each field with the centred mean image of its digit.
    read_by_itself, read_by_reader : tuple of int
        As what the network, and as what an independent one, reads the ink of each field; the latter is empty
        where there is no such network.
    """

    factor: str
    level: str
    seed: int
    candidate: str
    epochs: int
    valid_accuracy: float
    accuracy: float
    score: float
    p: float
    own: tuple[float, ...]
    read_by_itself: tuple[int, ...]
    read_by_reader: tuple[int, ...]


def write_rows(rows: Iterable[Row]) -> str:
    """Write rows as CSV; several numbers in a cell have spaces between them."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in fields(Row)])
    for row in rows:
        writer.writerow(
            [_GAP.join(map(str, cell)) if isinstance(cell, tuple) else cell for cell in astuple(row)]
        )
    return stream.getvalue()


def read_rows(text: str) -> list[Row]:
    """Read rows back from CSV."""
    return [_read_row(cells) for cells in csv.DictReader(io.StringIO(text))]


def _read_row(cells: dict[str, str]) -> Row:
    return Row(
        factor=cells["factor"],
        level=cells["level"],
        seed=int(cells["seed"]),
        candidate=cells["candidate"],
        epochs=int(cells["epochs"]),
        valid_accuracy=float(cells["valid_accuracy"]),
        accuracy=float(cells["accuracy"]),
        score=float(cells["score"]),
        p=float(cells["p"]),
        own=tuple(map(float, cells["own"].split())),
        read_by_itself=tuple(map(int, cells["read_by_itself"].split())),
        read_by_reader=tuple(map(int, cells["read_by_reader"].split())),
    )
