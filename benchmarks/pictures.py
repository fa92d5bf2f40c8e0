"""Claim: a digit is read from hard photos as from its strokes, and in a corner as in the middle.

`python -m benchmarks.pictures [N]` composes N seeded pictures (200) a kind from pen digits of the lab:

`kinds` reads hard photos with `models/paper`, within three points of the strokes for each kind;
`corners` reads digits of 12 % of the sheet with `models/robust`, in each corner within a point of the middle,
and sevens with a bar, ones with a foot and open fours likewise;
`large` times photos of 12 and 108 megapixels and measures the memory that one takes (Linux): at most 50 MB
for a JPEG, 500 MB for a PNG.
"""

import io
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import NamedTemporaryFile

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from benchmarks import ROOT, describe_machine, make_parser
from benchmarks.strangers import draw_hand, hands
from mnist_core.ground.errors import DrawingError
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import predict
from mnist_core.network.models import load_model
from mnist_core.pens import draw_strokes, read_picture
from mnist_core.training.robust.pen import Pens, draw_pens, read_pens

_SLACK = 0.03
_CORNER_SLACK = 0.01
_SMALL = 0.12  # of the canvas
_CANVAS, _SMALL_PEN, _MARGIN = 400, 3, 6  # pixels; the pen's is half its width
_PLACES = ((0.5, 0.5), (0, 0), (1, 0), (0, 1), (1, 1))
_MOST_JPEG_MB, _MOST_PNG_MB = 50, 500
_MEASURE = """
import io, re, sys, time
from pathlib import Path
from PIL import Image, ImageDraw
from mnist_core.pens import read_picture

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

small, file = Image.new("L", (300, 300), 230), io.BytesIO()
ImageDraw.Draw(small).line((150, 60, 150, 240), fill=20, width=12)
small.save(file, "PNG")
read_picture(file)  # what only the first one pays
before, begin = peak(), time.process_time()
read_picture(Path(sys.argv[1]))
print(time.process_time() - begin, peak() - before)
"""
_BLUE, _GREEN = (0.2, 0.3, 0.85), (0.2, 0.65, 0.3)
_RED, _YELLOW, _PINK, _SKY = (0.9, 0.2, 0.2), (0.95, 0.8, 0.15), (0.95, 0.55, 0.7), (0.4, 0.8, 0.95)
_COLOURS = (_BLUE, _GREEN, _RED, _YELLOW, _PINK, _SKY)


@dataclass(frozen=True)
class Kind:
    """What is hard about a photo: its light, paper, ink, grain and coding."""

    darkest: float = 1.0  # light in the darkest corner, of that in the brightest
    paper: tuple[float, float, float] = (0.92, 0.91, 0.88)
    inks: tuple[tuple[float, float, float], ...] = ((0.12, 0.12, 0.15),)
    rules: tuple[float, float, float] | None = None
    is_squared: bool = False
    grain: float = 0.015
    quality: int = 85


KINDS = {
    "plain": Kind(),
    "shade": Kind(darkest=0.45),
    "deep shade": Kind(darkest=0.25),
    "ruled": Kind(darkest=0.45, rules=(0.55, 0.68, 0.9)),
    "squared": Kind(darkest=0.45, rules=(0.7, 0.7, 0.72), is_squared=True),
    "dark rules": Kind(darkest=0.45, rules=(0.35, 0.4, 0.6)),
    "coloured pens": Kind(darkest=0.45, inks=_COLOURS),
    "chalk": Kind(paper=(0.13, 0.27, 0.2), inks=((0.85, 0.87, 0.83),)),
    "faint": Kind(darkest=0.45, inks=((0.7, 0.69, 0.67),)),
    "coarse JPEG": Kind(darkest=0.6, quality=30),
    "grain": Kind(grain=0.06),
}
"""What photos of the benchmarks are like."""


def main() -> int:
    """Read the photos that are asked for, print what came, return 1 where a claim breaks."""
    parser = make_parser(__doc__, _PARTS)
    parser.add_argument("n", type=int, nargs="?", default=200)
    arguments = parser.parse_args()
    pens = read_pens()
    chosen = pens.choose(np.random.default_rng(0).choice(len(pens), arguments.n, replace=False))
    kept = [_PARTS[part](chosen) for part in arguments.only]
    print(f"  processor time, {describe_machine()}")
    if not all(kept):
        print("  The claim breaks.", file=sys.stderr)
    return 0 if all(kept) else 1


def _try_kinds(chosen: Pens) -> bool:
    network, rng = load_model(SHIPPED_MODELS / "paper").network, np.random.default_rng(0)
    from_strokes = float(np.mean(predict(network, draw_pens(chosen)).argmax(axis=1) == chosen.labels))
    print(f"strokes: {from_strokes:.1%} of {len(chosen)}")
    is_kept = True
    for name, kind in KINDS.items():
        photos = [_photograph(strokes, kind, rng) for strokes in chosen.strokes]
        begin = time.process_time()
        images = np.stack([_read(photo, kind) for photo in photos])
        each_ms = (time.process_time() - begin) / len(chosen) * 1e3
        right = float(np.mean(predict(network, images).argmax(axis=1) == chosen.labels))
        is_kept &= right >= from_strokes - _SLACK
        print(f"{name}: {right:.1%}, {each_ms:.0f} ms each")
    return is_kept


def _try_corners(chosen: Pens) -> bool:
    is_kept = _compare_places("pen digits", list(chosen.strokes), chosen.labels)
    rng, n_each = np.random.default_rng(0), -(-len(chosen) // len(hands()))
    names = [name for name in hands() for _ in range(n_each)]
    drawn = [tuple(map(np.array, draw_hand(name, rng))) for name in names]
    return _compare_places(", ".join(hands()), drawn, np.array([hands()[name] for name in names])) and is_kept


def _compare_places(name: str, digits: list[tuple[np.ndarray, ...]], labels: np.ndarray) -> bool:
    """Read small digits in the middle and in the corners of sheets; say whether no corner is worse."""
    network, is_kept = load_model(SHIPPED_MODELS / "robust").network, True
    print(f"{len(digits)} small {name}")
    for sheet, read in _SHEETS.items():
        shares = []
        for place in _PLACES:
            rng = np.random.default_rng(0)
            images = np.stack([read(_place(strokes, place), rng) for strokes in digits])
            shares.append(float(np.mean(predict(network, images).argmax(axis=1) == labels)))
        is_kept &= min(shares) >= shares[0] - _CORNER_SLACK - 1e-9
        print(f"  {sheet}: middle {shares[0]:.1%}, corners {', '.join(f'{s:.1%}' for s in shares[1:])}")
    return is_kept


def _place(strokes: tuple[np.ndarray, ...], place: tuple[float, float]) -> list[np.ndarray]:
    """Write a digit small; by whole pixels, so that it is the same ink everywhere."""
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    scale = _SMALL * _CANVAS / float(span.max())
    corner = _MARGIN + np.array(place) * (_CANVAS - 2 * _MARGIN - span * scale)
    return [np.rint((stroke - low) * scale) + np.rint(corner) for stroke in strokes]


def _ink_small(strokes: list[np.ndarray]) -> np.ndarray:
    canvas = Pillow.new("L", (2 * _CANVAS, 2 * _CANVAS))
    write(canvas, [2 * stroke for stroke in strokes], _SMALL_PEN)
    return np.asarray(canvas.resize((_CANVAS, _CANVAS), Pillow.Resampling.BOX), dtype=np.float32) / 255


def _read_strokes(strokes: list[np.ndarray], _: np.random.Generator) -> np.ndarray:
    return draw_strokes([stroke.tolist() for stroke in strokes])


def _read_dark(strokes: list[np.ndarray], _: np.random.Generator) -> np.ndarray:
    return _read((255 * (1 - _ink_small(strokes))).astype(np.uint8), KINDS["plain"], "PNG")


def _read_light(strokes: list[np.ndarray], _: np.random.Generator) -> np.ndarray:
    return _read((255 * _ink_small(strokes)).astype(np.uint8), KINDS["plain"], "PNG")


def _read_photo(strokes: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    kind = KINDS["shade"]
    return _read(expose(_ink_small(strokes), kind, rng), kind)


def _try_large(chosen: Pens) -> bool:
    rng, is_kept = np.random.default_rng(0), True
    photo = Pillow.fromarray(_photograph(chosen.strokes[0], KINDS["shade"], rng))
    for size in ((3000, 4000), (9000, 12000)):
        for coding, most_mb in (("JPEG", _MOST_JPEG_MB), ("PNG", _MOST_PNG_MB)):
            with NamedTemporaryFile(suffix=f".{coding.lower()}") as file:
                photo.resize(size).save(file, coding)
                seconds, more_mb = _measure_reading(file.name)
            is_kept &= more_mb <= most_mb
            print(
                f"{size[0] * size[1] / 1e6:.0f} megapixels, {coding}: {seconds:.2f} s, {more_mb:.0f} MB more"
            )
    return is_kept


def _measure_reading(path: str) -> tuple[float, float]:
    """Read a picture in a process of its own: seconds, and megabytes above what a small one needs."""
    answer = subprocess.run(
        [sys.executable, "-c", _MEASURE, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, more_mb = map(float, answer.stdout.split())
    return seconds, more_mb


def _read(photo: np.ndarray, kind: Kind, coding: str = "JPEG") -> np.ndarray:
    file = io.BytesIO()
    Pillow.fromarray(photo).save(file, coding, quality=kind.quality)
    try:
        return read_picture(file)
    except DrawingError:
        return np.zeros((28, 28), dtype=np.float32)


def _photograph(strokes: tuple[np.ndarray, ...], kind: Kind, rng: np.random.Generator) -> np.ndarray:
    """Photograph a digit somewhere on a sheet, with a pen of any width."""
    side = int(rng.integers(200, 500))
    return expose(_pen(strokes, side, rng), kind, rng)


def expose(inked: np.ndarray, kind: Kind, rng: np.random.Generator) -> np.ndarray:
    """Lay light, rules, colour and grain over a sheet."""
    side, ink = len(inked), inked[:, :, None]
    picture = np.ones((side, side, 3)) * kind.paper
    if kind.rules:
        lines = _rule(side, kind.is_squared, rng)[:, :, None]
        picture = picture * (1 - lines) + np.array(kind.rules) * lines
    picture = picture * (1 - ink) + np.array(kind.inks[rng.integers(len(kind.inks))]) * ink
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(angle) * columns + np.sin(angle) * rows) / np.sqrt(8) + 0.5
    picture = picture * (kind.darkest + (1 - kind.darkest) * slope)[:, :, None]
    picture += rng.normal(0, kind.grain, picture.shape)
    photo: np.ndarray = (picture.clip(0, 1) * 255).astype(np.uint8)
    return photo


def _pen(strokes: tuple[np.ndarray, ...], side: int, rng: np.random.Generator) -> np.ndarray:
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), float(np.ptp(points, axis=0).max())
    size, pen = rng.uniform(0.3, 0.75) * side, int(rng.integers(3, max(4, side // 25)))
    corner = rng.uniform(0.1, 0.9, 2) * (side - size)
    canvas = Pillow.new("L", (2 * side, 2 * side))
    write(canvas, [2 * ((stroke - low) / extent * size + corner) for stroke in strokes], pen)
    return np.asarray(canvas.resize((side, side), Pillow.Resampling.BOX), dtype=np.float32) / 255


def write(canvas: Pillow.Image, strokes: Sequence[np.ndarray], pen: int) -> None:
    """Write strokes with a pen of `2 * pen` pixels."""
    for places in strokes:
        ImageDraw.Draw(canvas).line(places.ravel().tolist(), fill=255, width=2 * pen, joint="curve")
        for x, y in places:
            ImageDraw.Draw(canvas).ellipse((x - pen, y - pen, x + pen, y + pen), fill=255)


def _rule(side: int, is_squared: bool, rng: np.random.Generator) -> np.ndarray:
    """Draw lines a finger apart, tilted by up to three degrees."""
    canvas = Pillow.new("L", (2 * side, 2 * side))
    rise, step, width = np.tan(np.deg2rad(rng.uniform(-3, 3))), int(rng.integers(side // 14, side // 6)), 3
    for place in range(-2 * side, 4 * side, 2 * step):
        ends = (-side, place - rise * side, 3 * side, place + 3 * rise * side)
        ImageDraw.Draw(canvas).line(ends, fill=255, width=width)
        if is_squared:
            ImageDraw.Draw(canvas).line(
                (-ends[1] + 2 * place, -side, 2 * place - ends[3], 3 * side), fill=255, width=width
            )
    return np.asarray(canvas.resize((side, side), Pillow.Resampling.BOX), dtype=np.float32) / 255


_SHEETS: dict[str, Callable[[list[np.ndarray], np.random.Generator], np.ndarray]] = {
    "strokes": _read_strokes,
    "dark on light": _read_dark,
    "light on dark": _read_light,
    "photo": _read_photo,
}
_PARTS: dict[str, Callable[[Pens], bool]] = {
    "kinds": _try_kinds,
    "corners": _try_corners,
    "large": _try_large,
}

if __name__ == "__main__":
    sys.exit(main())
