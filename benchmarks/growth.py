"""Claim: a search's time grows no faster than its work, and its memory stays below 2.5 GB.

`python -m benchmarks.growth` measures searches of more and more candidates on the built-in sample, and of
the paper's grid on more and more images of `MNIST.mat`, at a fixed number of epochs. The default stops
early; `--full` goes on to 729 candidates and to 60,000 images. Work is network-epochs times images: the
time that one takes may not grow, as larger searches spread the start of their processes over more of it.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks import DATA, describe_machine, find_mnist, run_command
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.network.grid import PAPER_GRID, PAPER_WINNER, Grid

_MOST_BYTES = 2.5e9
_MOST_GROWTH = 1.25  # of the time that a unit of work takes, from a search to the next larger one
_LOOK_EVERY_S = 0.5
_RATES = tuple(float(rate) for rate in np.geomspace(0.1, 0.001, 27))
# The same mean width and the same shares of the activations in each: they differ in number only.
_GRIDS = (
    replace(PAPER_GRID, lr=(PAPER_WINNER.lr,), hidden2=PAPER_WINNER.hidden[1:]),
    PAPER_GRID,
    replace(PAPER_GRID, lr=_RATES),
)
_IMAGES = (6_000, 12_000, 24_000, 60_000)


@dataclass(frozen=True)
class _Measured:
    """What a search took."""

    n_candidates: int
    n_images: int
    seconds: float
    n_epochs: int
    peak_bytes: int

    @property
    def seconds_a_unit(self) -> float:
        """Return the seconds that an epoch of a network on an image took."""
        return self.seconds / (self.n_epochs * self.n_images)


def main() -> int:
    """Measure both kinds of growth, print a table each, return 1 where a claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="all sizes; takes some minutes")
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    _search(SAMPLE_PATH, _GRIDS[0], None, 1)  # compiles, the first time on a machine
    n_epochs, n_sizes = (2, None) if arguments.full else (1, 2)
    is_kept = _judge([_search(SAMPLE_PATH, grid, None, n_epochs) for grid in _GRIDS[:n_sizes]])
    source = find_mnist(arguments.data)
    if source is not None:
        is_kept &= _judge([_search(source, PAPER_GRID, n, n_epochs) for n in _IMAGES[:n_sizes]])
    print(describe_machine())
    return 0 if is_kept else 1


def _judge(rows: list[_Measured]) -> bool:
    print("| candidates | images | seconds | network-epochs a second | memory of all processes |")
    print("| --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row.n_candidates} | {row.n_images:,} | {row.seconds:.1f} "
            f"| {row.n_epochs / row.seconds:,.0f} | {row.peak_bytes / 1e9:.2f} GB |"
        )
    growth = max(row.seconds_a_unit / before.seconds_a_unit for before, row in pairwise(rows))
    print(f"\nAn epoch of a network on an image takes at most {growth:.2f} times that of the size before.\n")
    kept = {
        "time grows no faster than the work": growth <= _MOST_GROWTH,
        "at most 2.5 GB": max(row.peak_bytes for row in rows) <= _MOST_BYTES,
    }
    for claim in (claim for claim, is_kept in kept.items() if not is_kept):
        print(f"The claim breaks: {claim}.", file=sys.stderr)
    return all(kept.values())


def _search(source: Path, grid: Grid, limit: int | None, n_epochs: int) -> _Measured:
    with tempfile.TemporaryDirectory() as home:
        grid_path = Path(home) / "grid.json"
        grid_path.write_text(json.dumps(grid.values()), encoding="utf-8")
        words = ["search", str(source), "--grid", str(grid_path), "--workers", str(os.cpu_count() or 1)]
        # As patient as there are epochs, none stops early.
        words += ["--max-epochs", str(n_epochs), "--patience", str(n_epochs)]
        words += [] if limit is None else ["--limit", str(limit)]
        document, peak = run_command(words, home, _LOOK_EVERY_S)
    n_images = limit or 5_000
    return _Measured(grid.n_candidates, n_images, document["seconds"], document["n_epochs"], peak)


if __name__ == "__main__":
    sys.exit(main())
