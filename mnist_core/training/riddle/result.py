"""The result of a study as files, and the one that comes with the lab."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int8

from mnist_core.ground.arrays import Fields
from mnist_core.ground.replacing import write_out
from mnist_core.training.riddle.networks_table import Row, read_rows, write_rows

BUILTIN = Path(__file__).parent / "builtin"

FILES = ("networks.csv", "fields.npz", "facts.json")

_STRONGEST = 127  # of 8 bits with a sign
_GAP = " | "


@dataclass(frozen=True, eq=False)
class Study:
    """What came out.

    Attributes
    ----------
    rows : list of Row
        A network each.
    pictures : dict of (str, str) to ndarray of shape (classes, side, side), float32
        The output fields of the first network of each factor and level; of the paper's recipe also those of
        the lowest and of the highest score, as levels `least` and `most`.
    linear : dict of float to float
        What a linear map that is fitted on noisy images scores, by the noise.
    """

    rows: list[Row]
    pictures: dict[tuple[str, str], Fields]
    linear: dict[float, float]


@dataclass(frozen=True, eq=False)
class Result:
    """A study that was carried out.

    Attributes
    ----------
    rows : list of Row
        A network each.
    pictures : dict of (str, str) to ndarray of shape (classes, side, side), float32
        Output fields by factor and level, each field at its own scale, -1 to 1.
    facts : dict
        Data, networks, seconds, command, versions, and the scores of linear maps.
    """

    rows: list[Row]
    pictures: dict[tuple[str, str], Fields]
    facts: dict[str, Any]


def save_result(study: Study, facts: dict[str, Any], folder: Path) -> list[Path]:
    """Write a study as `networks.csv`, `fields.npz` and `facts.json`.

    Raises
    ------
    StorageError
        If the folder cannot be written.
    """
    paths = [folder / name for name in FILES]
    names = np.array([_GAP.join(key) for key in study.pictures])
    fields = np.stack([_to_bytes(one) for one in study.pictures.values()])
    linear = {f"{noise:g}": score for noise, score in study.linear.items()}
    with write_out(paths[0], "The table of networks") as file:
        file.write(write_rows(study.rows).encode())
    with write_out(paths[1], "The fields") as file:
        np.savez_compressed(file, names=names, fields=fields)
    with write_out(paths[2], "The facts of the study") as file:
        file.write((json.dumps({**facts, "linear": linear}, indent=1) + "\n").encode())
    return paths


def read_result(folder: Path = BUILTIN) -> Result:
    """Read the files of a study; of the one that comes with the lab, where no other is named."""
    with np.load(folder / "fields.npz", allow_pickle=False) as arrays:
        names = [str(name) for name in arrays["names"]]
        fields = arrays["fields"].astype(np.float32) / _STRONGEST
    keys = [(name.partition(_GAP)[0], name.partition(_GAP)[2]) for name in names]
    return Result(
        rows=read_rows((folder / "networks.csv").read_text(encoding="utf-8")),
        pictures=dict(zip(keys, fields, strict=True)),
        facts=json.loads((folder / "facts.json").read_text(encoding="utf-8")),
    )


def _to_bytes(fields: Fields) -> Int8[np.ndarray, "classes side side"]:
    strongest = np.abs(fields).max(axis=(1, 2), keepdims=True)
    scaled = np.divide(fields, strongest, out=np.zeros_like(fields), where=strongest > 0)
    levels: Int8[np.ndarray, "classes side side"] = np.round(scaled * _STRONGEST).astype(np.int8)
    return levels
