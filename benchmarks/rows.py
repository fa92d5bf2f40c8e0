"""Claim: of four-digit numbers composed of pen digits, at least 97 % are cut into their digits rightly.

`python -m benchmarks.rows [MODEL]` composes seeded numbers, each of one writer's digits that vary in size,
stand unevenly and come as close as to overlap, and reads them. How many are read wholly right depends on the
model: one that was trained on these writers, as `robust` is, reads more of theirs than of a stranger's.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import describe_machine
from mnist_core.drawing import Stroke
from mnist_core.evaluation import wilson_interval
from mnist_core.modelstore import load_model
from mnist_core.reading.row import read_row
from mnist_core.robust.pen import Pens, read_pens
from mnist_core.settings import SHIPPED_MODELS

_AT_LEAST = 0.97
_N = 500
_N_DIGITS = 4
_GAPS = (-0.1, 0.5)  # between digits, in heights; below 0 their boxes overlap


def main() -> int:
    """Read the numbers, print the shares, return 1 where the claim breaks."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED_MODELS / "paper"
    model = load_model(folder)
    n_cut = n_right = n_digits = 0
    for number, digits in compose_numbers(read_pens(), _N, seed=0):
        row = read_row(model, [stroke for digit in digits for stroke in digit])
        is_cut = [sorted(map(len, group)) for group in row.groups] == [sorted(map(len, d)) for d in digits]
        n_cut += is_cut
        n_right += row.number == number
        n_digits += sum(one == other for one, other in zip(row.number, number, strict=True)) if is_cut else 0
    for words, count in (("cut rightly", n_cut), ("read wholly right", n_right)):
        low, high = wilson_interval(count, _N)
        print(f"{count / _N:.1%} of {_N} numbers {words} (95 %: {low:.1%} to {high:.1%})")
    print(f"{n_digits / max(n_cut * _N_DIGITS, 1):.2%} of the digits in those cut rightly are read right")
    print(f"  {folder.name}, {describe_machine()}")
    if n_cut < _AT_LEAST * _N:
        print(f"  The claim breaks: needed {_AT_LEAST:.0%} cut rightly.", file=sys.stderr)
        return 1
    return 0


def compose_numbers(pens: Pens, n: int, seed: int) -> Iterator[tuple[str, list[list[Stroke]]]]:
    """Compose numbers of one writer's digits: what they are, and the strokes of each digit."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        own = np.flatnonzero(pens.writers == rng.choice(np.unique(pens.writers)))
        places = rng.choice(own, _N_DIGITS)
        edge, digits = 0.0, []
        for place in places:
            scale = _find_scale(pens.strokes[place], rng)
            digit = [stroke * scale for stroke in pens.strokes[place]]
            points = np.concatenate(digit)
            shift = np.array([edge, rng.uniform(-10, 10)]) - points.min(axis=0)
            digits.append([(stroke + shift).tolist() for stroke in digit])
            edge += float(np.ptp(points[:, 0])) + 100 * rng.uniform(*_GAPS)
        yield "".join(str(pens.labels[place]) for place in places), digits


def _find_scale(strokes: tuple[np.ndarray, ...], rng: np.random.Generator) -> float:
    sides = np.ptp(np.concatenate(strokes), axis=0)
    return float(rng.uniform(80, 120) / max(sides[1], sides[0] / 2, 1.0))


if __name__ == "__main__":
    sys.exit(main())
