"""The doors that harmed files are sent to: small sound files of each, by what they differ in."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.fuzzing.archives import make_compressed, make_pictures, make_zips, pack_pictures
from benchmarks.fuzzing.drawings import make_drawings
from benchmarks.fuzzing.files import make_files
from benchmarks.fuzzing.mutations import harm
from benchmarks.fuzzing.tables import (
    make_idx,
    make_npy,
    make_parquet,
    make_sparse_rows,
    make_tables,
    pack_npz,
)


@dataclass(frozen=True)
class Door:
    """What is harmed for a door.

    Attributes
    ----------
    make : callable
        Images and digits to sound files by name.
    wrap : callable or None
        What makes a file of the door of each of these; then every other one is harmed before, so that what
        is inside of a container is harmed and the container is sound.
    """

    make: Callable[[np.ndarray, np.ndarray], Mapping[str, bytes]]
    wrap: Callable[[bytes], bytes] | None = None

    def make_harmed(self, number: int, seed: int, files: Mapping[str, bytes]) -> tuple[str, bytes]:
        """Make one harmed file of some; the same number and seed make the same one."""
        name = sorted(files)[number % len(files)]
        rng = np.random.default_rng((seed, number))
        content = files[name]
        if self.wrap is None:
            return name, harm(content, rng)
        if number // len(files) % 2:
            return f"{name}, inside", self.wrap(harm(content, rng))
        return name, harm(self.wrap(content), rng)


DOORS = {
    "mat": Door(make_files),
    "idx": Door(make_idx),
    "npy": Door(make_npy),
    "npz": Door(make_npy, pack_npz),
    "tables": Door(make_tables),
    "libsvm": Door(make_sparse_rows),
    "parquet": Door(make_parquet),
    "compressed": Door(make_compressed),
    "gzip": Door(make_npy, gzip.compress),
    "zip": Door(make_zips),
    "pictures": Door(make_pictures, pack_pictures),
    "drawings": Door(make_drawings),
}
"""By the name that the command takes."""
