"""Claim: numbers are cut rightly in 97 of 100 cases; strangers' are read wholly right in 95, a photo's in 90.

`python -m benchmarks.rows [MODEL]` composes seeded four-digit numbers, each of one writer's digits that vary
in size, stand unevenly and come as close as to overlap, and reads them as strokes, as strokes of which one
runs on from one digit into the next, and from photos of one to three numbers in rows. How many are read
wholly right depends on the model: one that was trained on these writers, as `robust` is, reads more of theirs
than of a stranger's.

`python -m benchmarks.rows --strangers` trains three networks by a sixth of the robust recipe, each without a
third of the writers, and has each read numbers of that third only. It takes a quarter of an hour.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from benchmarks import DATA, describe_machine, find_mnist
from benchmarks.pictures import KINDS, Kind, expose, write
from mnist_core.data.dataset import split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.errors import EmptyDrawingError
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.insight.reading.picture_numbers import read_picture_numbers
from mnist_core.insight.reading.row import read_row
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.models import Model, load_model
from mnist_core.pens import Stroke
from mnist_core.pens.picture_rows import read_picture_rows
from mnist_core.training.robust.effort import ROBUST, WRITER_FOLDS, Effort
from mnist_core.training.robust.fit import FitPlan
from mnist_core.training.robust.pen import Pens, read_pens
from mnist_core.training.robust.pool import PoolSize
from mnist_core.training.robust.robust_recipe import train_robust
from mnist_core.training.robust.writers import split_writers

_LEAST_CUT, _LEAST_READ, _LEAST_THIRD, _LEAST_PHOTO = 0.97, 0.95, 0.92, 0.9
_N = 500
_N_PHOTOS = 100
_N_DIGITS = 4
_GAPS = (-0.1, 0.5)  # between digits, in heights; below 0 their boxes overlap
_PHOTO_GAPS = (0.0, 0.5)  # ink on paper tells no strokes apart
_LEAST_LINK = 10.0  # a hundredth of a height is 1: who would have to go back lifts the pen
_LINK_SPEEDS = (1.5, 3.0)  # of the pen elsewhere
_SIDE, _SHARE = 800, 0.84  # pixels of a photo, and what numbers take of it
_ROW = 180.0  # from one number's middle to the next one's
_TILT = 0.05  # radians, either way
_CANDIDATE = Candidate(0.003, 96, 24, Activation.RELU)
_RECIPE = replace(ROBUST, max_epochs=48, patience=48)
_EFFORT = Effort(PoolSize(n_passes=8, n_drawings=4), teacher=FitPlan(8, 256, 0.002), writer_folds=0)


@dataclass(frozen=True)
class _Counts:
    """What came of some numbers of a writer."""

    n: int
    cut: int
    right: int
    digits: int  # read right, in those cut rightly

    def __add__(self, other: "_Counts") -> "_Counts":
        return _Counts(
            self.n + other.n, self.cut + other.cut, self.right + other.right, self.digits + other.digits
        )


_NOTHING = _Counts(0, 0, 0, 0)


def main() -> int:
    """Read the numbers, print the shares, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", default=SHIPPED_MODELS / "paper")
    parser.add_argument("--strangers", action="store_true", help="train without the writers that are read")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of MNIST.mat")
    arguments = parser.parse_args()
    pens = read_pens()
    if not arguments.strangers:
        model = load_model(arguments.model)
        return max([_judge(_count(model, pens, way, 0), way, arguments.model.name) for way in _WAYS])
    source = find_mnist(arguments.data)
    return 0 if source is None else _judge_strangers(_read_strangers(source, pens))


def _read_strangers(source: Path, pens: Pens) -> dict[str, list[list[_Counts]]]:
    """Count for each way what came of the numbers of each third."""
    dataset, thirds = read_dataset(source), defaultdict[str, list[list[_Counts]]](list)
    for number, writers in enumerate(split_writers(pens, WRITER_FOLDS, 0)):
        theirs = np.isin(pens.writers, writers)
        with tempfile.TemporaryDirectory() as folder:
            split, others = split_dataset(dataset), pens.choose(~theirs)
            trained = train_robust(
                dataset, split, None, _CANDIDATE, _RECIPE, Path(folder) / "model", _ignore, _EFFORT, others
            )
        for way in _WAYS:
            counts = _count(trained.model, pens.choose(theirs), way, number)
            total = sum(counts, _NOTHING)
            print(f"part {number + 1}: {total.right} of {total.n} {way} read wholly right", flush=True)
            thirds[way].append(counts)
    return thirds


def _ignore(_: str) -> None:
    """Say nothing of how far a training is."""


def _judge_strangers(thirds: dict[str, list[list[_Counts]]]) -> int:
    broken = 0
    for way, parts in thirds.items():
        everyone = [counts for part in parts for counts in part]
        broken = max(broken, _judge(everyone, way, "networks that never saw the writer", _LEAST[way]))
    totals = [sum(part, _NOTHING) for part in thirds["numbers"]]
    worst = min(total.right / total.n for total in totals)
    print(f"{worst:.1%} of the numbers of the worst third are read wholly right")
    if worst < _LEAST_THIRD:
        print(f"  The claim breaks: needed {_LEAST_THIRD:.0%}.", file=sys.stderr)
    return max(broken, int(worst < _LEAST_THIRD))


def _count(model: Model, pens: Pens, way: str, seed: int) -> list[_Counts]:
    """Count what came of each writer's numbers."""
    counts: defaultdict[int, _Counts] = defaultdict(lambda: _NOTHING)
    for number, found, is_cut, writer in _WAYS[way](model, pens, seed):
        n_digits = sum(one == other for one, other in zip(found, number, strict=True)) if is_cut else 0
        counts[writer] += _Counts(1, int(is_cut), int(found == number), n_digits)
    return list(counts.values())


_Read = Iterator[tuple[str, str, bool, int]]
"""What a number is and was read as, whether it was cut rightly, and its writer."""


def _read_apart(model: Model, pens: Pens, seed: int) -> _Read:
    for number, digits, writer in compose_numbers(pens, _N, seed):
        row = read_row(model, [stroke for digit in digits for stroke in digit])
        yield number, row.number, _describe(row.groups) == _describe(digits), writer


def _describe(groups: Sequence[Sequence[Stroke]]) -> list[list[int]]:
    return [sorted(map(len, group)) for group in groups]


def _read_joined(model: Model, pens: Pens, seed: int) -> _Read:
    rng = np.random.default_rng(seed)
    for number, digits, writer in compose_numbers(pens, _N, seed):
        strokes = join_digits(digits, rng)
        if strokes:
            found = read_row(model, strokes).number
            yield number, found, len(found) == len(number), writer


def _read_photos(model: Model, pens: Pens, seed: int) -> _Read:
    rng, kinds = np.random.default_rng(seed), list(KINDS.values())
    for place in range(_N_PHOTOS):
        writer = int(rng.choice(np.unique(pens.writers)))
        own = pens.choose(pens.writers == writer)
        numbers = list(compose_numbers(own, int(rng.integers(1, 4)), int(rng.integers(2**31)), _PHOTO_GAPS))
        photo = photograph_numbers([digits for _, digits, _ in numbers], kinds[place % len(kinds)], rng)
        try:
            found = [row.number for row in read_picture_numbers(model, read_picture_rows(photo))]
        except EmptyDrawingError:
            found = []
        found += [""] * (len(numbers) - len(found))  # a row too many counts against the others
        if len(found) > len(numbers):
            found = [""] * len(numbers)
        for (number, _, _), one in zip(numbers, found, strict=True):
            yield number, one, len(one) == len(number), writer


def _judge(everyone: list[_Counts], way: str, readers: str, least_read: float = 0.0) -> int:
    counts, n = sum(everyone, _NOTHING), [one.n for one in everyone]
    for words, each in (
        ("cut rightly", [one.cut for one in everyone]),
        ("read wholly right", [one.right for one in everyone]),
    ):
        low, high = people_interval(each, n)
        share = f"{sum(each) / counts.n:.1%} of {counts.n} {way} of {len(n)} writers {words}"
        print(f"{share} (95 %, over writers: {low:.1%} to {high:.1%})")
    of_digits = counts.digits / max(counts.cut * _N_DIGITS, 1)
    print(f"{of_digits:.2%} of the digits in those cut rightly are read right")
    print(f"  {readers}, {describe_machine()}")
    least_cut = _LEAST_CUT if way == "numbers" else 0.0
    if counts.cut < least_cut * counts.n or counts.right < least_read * counts.n:
        needs = f"{least_cut:.0%} cut rightly and {least_read:.0%} read wholly right"
        print(f"  The claim breaks: needed {needs}.", file=sys.stderr)
        return 1
    return 0


def compose_numbers(
    pens: Pens, n: int, seed: int, gaps: tuple[float, float] = _GAPS
) -> Iterator[tuple[str, list[list[Stroke]], int]]:
    """Compose numbers of one writer's digits: what they are, the strokes of each digit, and the writer."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        writer = int(rng.choice(np.unique(pens.writers)))
        own = np.flatnonzero(pens.writers == writer)
        places = rng.choice(own, _N_DIGITS)
        edge, digits = 0.0, []
        for place in places:
            scale = _find_scale(pens.strokes[place], rng)
            digit = [stroke * scale for stroke in pens.strokes[place]]
            points = np.concatenate(digit)
            shift = np.array([edge, rng.uniform(-10, 10)]) - points.min(axis=0)
            digits.append([(stroke + shift).tolist() for stroke in digit])
            edge += float(np.ptp(points[:, 0])) + 100 * rng.uniform(*gaps)
        yield "".join(str(pens.labels[place]) for place in places), digits, writer


def _find_scale(strokes: tuple[np.ndarray, ...], rng: np.random.Generator) -> float:
    sides = np.ptp(np.concatenate(strokes), axis=0)
    return float(rng.uniform(80, 120) / max(sides[1], sides[0] / 2, 1.0))


def join_digits(digits: Sequence[Sequence[Stroke]], rng: np.random.Generator) -> list[Stroke] | None:
    """Let the pen run on from one digit into the next, fast and nearly straight.

    Returns
    -------
    list of strokes or None
        None where no digit ends left of where the next one begins.
    """
    gaps = [right[0][0][0] - left[-1][-1][0] for left, right in pairwise(digits)]
    places = [place for place, gap in enumerate(gaps) if gap >= _LEAST_LINK]
    if not places:
        return None
    place = int(rng.choice(places))
    (*before, first), (last, *behind) = digits[place], digits[place + 1]
    link = _draw_link(np.array(first), np.array(last), rng)
    others = [stroke for one, digit in enumerate(digits) if one not in (place, place + 1) for stroke in digit]
    return [*others, *before, [*first, *link, *last], *behind]


def _draw_link(first: np.ndarray, last: np.ndarray, rng: np.random.Generator) -> list[list[float]]:
    """Draw the points between two strokes, as far from one another as a hurried pen leaves them."""
    steps = np.hypot(*np.diff(np.concatenate([first, last]), axis=0).T)
    start, end = first[-1], last[0]
    step = float(np.median(steps)) * rng.uniform(*_LINK_SPEEDS)
    n = int(np.hypot(*(end - start)) / max(step, 1.0))
    shares = np.linspace(0, 1, n + 2)[1:-1, None]
    sag = np.array([0.0, rng.uniform(-0.1, 0.15) * np.hypot(*(end - start))])
    points: list[list[float]] = (start + shares * (end - start) + 4 * shares * (1 - shares) * sag).tolist()
    return points


def photograph_numbers(
    numbers: Sequence[Sequence[Sequence[Stroke]]], kind: Kind, rng: np.random.Generator
) -> Pillow.Image:
    """Photograph numbers that stand one below the other on a sheet, somewhat tilted."""
    strokes = []
    for place, digits in enumerate(numbers):
        shift = np.array([rng.uniform(0, 60), place * _ROW])
        strokes += [np.array(stroke) + shift for digit in digits for stroke in digit]
    angle = rng.uniform(-_TILT, _TILT)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    strokes = [stroke @ turn for stroke in strokes]
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    scale = _SHARE * _SIDE / float(span.max())
    corner = (_SIDE - span * scale) / 2
    canvas = Pillow.new("L", (2 * _SIDE, 2 * _SIDE))
    write(canvas, [2 * ((stroke - low) * scale + corner) for stroke in strokes], int(rng.integers(3, 9)))
    inked = np.asarray(canvas.resize((_SIDE, _SIDE), Pillow.Resampling.BOX), dtype=np.float32) / 255
    return Pillow.fromarray(expose(inked, kind, rng))


_WAYS: dict[str, Callable[[Model, Pens, int], _Read]] = {
    "numbers": _read_apart,
    "numbers with a stroke through two digits": _read_joined,
    "numbers in photos": _read_photos,
}
_LEAST = dict(zip(_WAYS, (_LEAST_READ, 0.0, _LEAST_PHOTO), strict=True))

if __name__ == "__main__":
    sys.exit(main())
