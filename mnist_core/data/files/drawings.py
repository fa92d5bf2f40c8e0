"""Reads strokes JSON: drawings become images as the Draw page makes them, with their labels and writers.

The variables are named as in the lab's own files, with a note of what need not be recognised.
"""

import json
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import is_cut_short, is_damaged
from mnist_core.data.origin import APART, FEWEST_APART, NOTE, REMARK
from mnist_core.ground.errors import DataFileError, DrawingError
from mnist_core.pens import Drawing, draw_strokes, parse_strokes

_KNOWN = {"coding": "digits", "values": "unit", "ink": "bright", "orientation": "upright"}


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read and draw the drawings of a file; a `ReadVariables`.

    Where some have a label, those without one are left out. From as many writers on as splits can keep apart,
    they do.
    """
    stream.seek(0)
    try:
        drawings, remarks = _choose(parse_strokes(_parse(stream.read(n_bytes))))
        images = np.stack([draw_strokes(one.strokes).ravel() for one in drawings])
    except DrawingError as error:
        sentence = str(error)
        raise DataFileError(f"must hold drawings: {sentence[0].lower()}{sentence[1:]}") from error
    variables = {"input_images": packer.add(images)}
    if drawings[0].label is not None:
        variables["output_labels"] = _add_column([one.label or 0 for one in drawings], packer)
    known, writers = dict(_KNOWN), _number_writers(drawings)
    if writers:
        variables["writers"] = _add_column(writers, packer)
        known |= {"writers": APART} if len(set(writers)) >= FEWEST_APART else {}
    variables[NOTE] = {"text": json.dumps(known)}
    return variables | ({REMARK: {"text": " ".join(remarks)}} if remarks else {})


def _parse(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()):
            raise is_cut_short() from error
        raise is_damaged(f"line {error.lineno}, column {error.colno} is no JSON") from error
    except UnicodeDecodeError as error:
        raise is_damaged("its text is not UTF-8") from error


def _choose(drawings: Sequence[Drawing]) -> tuple[Sequence[Drawing], list[str]]:
    """Choose the drawings with a label, where there are any; say what is left out and taken as one."""
    labelled = [one for one in drawings if one.label is not None]
    chosen = labelled or drawings
    n_left, n_nameless = len(drawings) - len(chosen), sum(one.writer is None for one in chosen)
    remarks = []
    if n_left:
        tell = "tells" if n_left == 1 else "tell"
        remarks.append(f"{_count(n_left)} {tell} no digit from 0 to 9, so {_is(n_left)} left out.")
    if 0 < n_nameless < len(chosen):
        name = "names" if n_nameless == 1 else "name"
        remarks.append(f"{_count(n_nameless)} {name} no writer, and {_is(n_nameless)} taken as one more's.")
    return chosen, remarks


def _number_writers(drawings: Sequence[Drawing]) -> list[int]:
    """Give writers numbers as they come, from 1; none where no drawing names one."""
    names = [one.writer for one in drawings]
    if not any(name is not None for name in names):
        return []
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}
    return [numbers[name] for name in names]


def _add_column(numbers: Sequence[int], packer: Packer) -> Tree:
    return packer.add(np.array(numbers, dtype=np.float64)[:, None])


def _count(n: int) -> str:
    return f"{n:,} drawing{'' if n == 1 else 's'}"


def _is(n: int) -> str:
    return "is" if n == 1 else "are"
