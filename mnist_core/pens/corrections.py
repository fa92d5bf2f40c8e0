"""Drawings whose digit a person has told: kept here alone, a file each, to be looked at and learned from."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from mnist_core.ground.errors import CorrectionError, LabError
from mnist_core.ground.replacing import replace_file
from mnist_core.pens import Drawing, Stroke, parse_strokes
from mnist_core.pens.strokes import stroke_points

_DECIMALS = 2  # of a coordinate in screen pixels; finer than any pen
_NAME = 16  # hexadecimal digits of a SHA-256


class Source(StrEnum):
    """Where a drawing was made."""

    DRAW = "draw"
    GAME = "game"
    FILE = "file"


@dataclass(frozen=True)
class Correction:
    """A drawing, what it was meant to be, and what was read.

    Attributes
    ----------
    strokes : tuple of strokes
        As `draw_strokes` takes them.
    label : int
        The digit that was meant.
    read : int or None
        The digit that a model read; None where no model was asked.
    model : str or None
        The name of that model.
    time : str
        When, ISO 8601 in UTC.
    source : Source
        Where it was drawn.
    seconds : float or None
        How long the drawing took, in the game.
    writer : int, str or None
        Whose hand it is, where that was told.
    """

    strokes: tuple[Stroke, ...]
    label: int
    read: int | None
    model: str | None
    time: str
    source: Source = Source.DRAW
    seconds: float | None = None
    writer: int | str | None = None

    @property
    def name(self) -> str:
        """Return the name under which it is kept: of its strokes alone, so that a drawing is kept once."""
        return hashlib.sha256(json.dumps(self.strokes).encode()).hexdigest()[:_NAME]

    @property
    def is_fooled(self) -> bool:
        """Whether the model read another digit than was meant."""
        return self.read is not None and self.read != self.label


def make_correction(
    strokes: Sequence[Stroke],
    label: int,
    read: int | None,
    model: str | None,
    source: Source = Source.DRAW,
    seconds: float | None = None,
    writer: str | None = None,
) -> Correction:
    """Make a correction of a drawing that was made now; times of points are left out.

    Raises
    ------
    DrawingError
        If the strokes have no point, or one that is no finite number.
    """
    points = tuple(stroke.round(_DECIMALS).tolist() for stroke in stroke_points(strokes))
    return Correction(points, label, read, model, _now(), source, seconds, writer)


def keep_correction(correction: Correction, folder: Path) -> None:
    """Keep a correction, whole or not at all; one of the same strokes is replaced.

    Raises
    ------
    CorrectionError
        If it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replace_file(folder / f"{correction.name}.json") as file:
            file.write(json.dumps(describe(correction)).encode())
    except OSError as error:
        raise CorrectionError(
            f"A correction needs room in {folder}, but it cannot be written: {error}."
        ) from error


def read_correction(name: str, folder: Path) -> Correction | None:
    """Read the correction that is kept under a name; None where there is none.

    Raises
    ------
    CorrectionError
        If its file was damaged.
    """
    return _read_one(folder / f"{name}.json")


def list_corrections(folder: Path) -> list[Correction]:
    """List the corrections that are kept, the oldest first.

    Raises
    ------
    CorrectionError
        If one of the files was damaged.
    """
    kept = [_read_one(path) for path in folder.glob("*.json") if path.name[0] != "."]
    return sorted((one for one in kept if one is not None), key=lambda one: (one.time, one.name))


def list_own_writing(folder: Path) -> list[Correction]:
    """List the corrections to learn from, the oldest first: those of the game are left out.

    Who plays it writes in haste, and may be anybody.

    Raises
    ------
    CorrectionError
        If one of the files was damaged.
    """
    return [one for one in list_corrections(folder) if one.source is not Source.GAME]


def delete_corrections(names: Iterable[str], folder: Path) -> int:
    """Delete corrections by name; return how many there were."""
    paths = [folder / f"{Path(name).name}.json" for name in names]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return len(there)


def export_corrections(corrections: Sequence[Correction]) -> str:
    """Write corrections as the strokes JSON that `predict`, `evaluate` and `learn` read."""
    return json.dumps([describe(correction) for correction in corrections])


def import_corrections(document: Any) -> list[Correction]:
    """Read corrections from a strokes document; what has no label is left out.

    Parameters
    ----------
    document : object
        As JSON gave it: what `export_corrections` wrote, or any strokes with labels.

    Raises
    ------
    DrawingError
        If the document is no strokes document.
    CorrectionError
        If no drawing has a label.
    """
    drawings = parse_strokes(document)
    found = [
        _read_entry(entry, drawing)
        for entry, drawing in zip(document, drawings, strict=True)
        if drawing.label is not None
    ]
    if not found:
        raise CorrectionError(
            'A correction needs the digit that was meant, but no drawing has a "label" from 0 to 9: add them.'
        )
    return found


def describe(correction: Correction) -> dict[str, Any]:
    """Describe a correction as an entry of a strokes document."""
    return {
        "label": correction.label,
        "read": correction.read,
        "model": correction.model,
        "time": correction.time,
        "source": correction.source.value,
        "seconds": correction.seconds,
        **({} if correction.writer is None else {"writer": correction.writer}),
        "strokes": correction.strokes,
    }


def _read_one(path: Path) -> Correction | None:
    """Read a kept correction; None where its file is not there, or no more."""
    try:
        document = [json.loads(path.read_text(encoding="utf-8"))]
        return import_corrections(document)[0]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, LabError) as error:
        raise CorrectionError(
            f"{path} must hold one drawing, but is damaged ({error}): delete that file."
        ) from error


def _read_entry(entry: Mapping[str, Any], drawing: Drawing) -> Correction:
    read, model, seconds = (entry.get(key) for key in ("read", "model", "seconds"))
    source = entry.get("source")
    assert drawing.label is not None
    return Correction(
        strokes=tuple(drawing.strokes),
        label=drawing.label,
        read=read if type(read) is int and 0 <= read <= 9 else None,
        model=model if isinstance(model, str) else None,
        time=str(entry.get("time") or _now()),
        source=Source(source) if source in list(Source) else Source.FILE,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        writer=drawing.writer,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
