"""Strokes JSON: what a pen did, as lists of points."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from mnist_core.ground.errors import DrawingError, EmptyDrawingError, say_reason

Point: TypeAlias = Sequence[float | int]
"""x to the right, y down, at any scale; a time may follow, which is ignored."""

Stroke: TypeAlias = Sequence[Point]
"""Where the pen went between touching down and lifting."""

_LARGEST = 1e12  # of a coordinate, either way: differences stay exact enough and finite

_SHAPE = 'a list of {"strokes": [[[x, y], ...], ...]}'


@dataclass(frozen=True)
class Drawing:
    """One digit as a pen drew it.

    Attributes
    ----------
    strokes : sequence of strokes
        Each a sequence of (x, y) or (x, y, time), y down, any scale; at least one point in all.
    label : int or None
        The digit that was meant, where it is known.
    writer : int, str or None
        Whose hand it is, where it is known.
    """

    strokes: Sequence[Stroke]
    label: int | None = None
    writer: int | str | None = None


def parse_strokes(document: Any) -> list[Drawing]:
    """Check a strokes document, as JSON gave it, and read its drawings.

    Parameters
    ----------
    document : object
        A list of `{"strokes": [[[x, y], ...], ...]}`; a point may also be `[x, y, time]`. `label` is read
        where it is a digit, `writer` where it is a whole number or text, and other keys are ignored.

    Returns
    -------
    list of Drawing
        In the order of the document.

    Raises
    ------
    DrawingError
        If the document has another shape, or a coordinate that is no finite number.
    EmptyDrawingError
        If there is no drawing, or one of them has no point.
    """
    if not isinstance(document, list):
        raise DrawingError(f"Strokes must be {_SHAPE}, but came as {_describe(document)}: put it in a list.")
    if not document:
        raise EmptyDrawingError(f"Strokes must be {_SHAPE}, but the list is empty: add a drawing.")
    return [_parse_drawing(entry, f"drawing {number}") for number, entry in enumerate(document, start=1)]


def read_drawings(path: Path) -> list[Drawing]:
    """Read a file of strokes.

    Raises
    ------
    DrawingError
        If it cannot be read, is no JSON, or no strokes document.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DrawingError(
            f"{path} must be a JSON file of pen strokes, but cannot be read ({say_reason(error)}): "
            f"write {_SHAPE}."
        ) from error
    return parse_strokes(document)


def stroke_points(strokes: Sequence[Stroke]) -> list[np.ndarray]:
    """Turn strokes into arrays of shape (points, 2), float64; times and strokes without a point are left out.

    Raises
    ------
    DrawingError
        If a stroke is no list of points, or holds a coordinate that is no finite number.
    EmptyDrawingError
        If no stroke has a point.
    """
    return _check_points(strokes, "the drawing")


def _check_points(strokes: Sequence[Any], name: str) -> list[np.ndarray]:
    points = [_points(stroke, name) for stroke in strokes if len(stroke)]
    if not points:
        raise EmptyDrawingError(f"A digit needs ink, but {name} has no point: draw a digit first.")
    return points


def _parse_drawing(entry: Any, name: str) -> Drawing:
    strokes = entry.get("strokes") if isinstance(entry, Mapping) else None
    if not isinstance(strokes, list) or not all(isinstance(stroke, list) for stroke in strokes):
        raise DrawingError(
            f'Strokes must be {_SHAPE}, but {name} is {_describe(entry)}: give it a list of "strokes".'
        )
    _check_points(strokes, name)
    label = entry.get("label")
    writer = entry.get("writer")
    return Drawing(
        strokes,
        label if type(label) is int and 0 <= label <= 9 else None,
        writer if type(writer) in (int, str) else None,
    )


def _points(stroke: Any, name: str) -> np.ndarray:
    try:
        points = np.asarray(stroke)
    except ValueError:  # rows of unequal length
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] not in (2, 3) or points.dtype.kind not in "iuf":
        raise DrawingError(
            f"A stroke must be a list of [x, y] or [x, y, time] numbers, but one of {name} is not: "
            "mend that stroke."
        )
    points = points[:, :2]
    if not (np.abs(points) <= _LARGEST).all():  # false for NaN too
        raise DrawingError(
            f"Coordinates must be numbers up to {_LARGEST:g}, but {name} has NaN, infinity or more: mend it."
        )
    return points.astype(np.float64, copy=False)


def _describe(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"an object with {', '.join(map(repr, list(value)[:5])) or 'no keys'}"
    kinds = {list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "null" if value is None else type(value).__name__)
