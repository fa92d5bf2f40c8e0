"""Claim: digits are read from hard photos as well as from their strokes, within three points for each kind.

`python -m benchmarks.pictures [N]` composes N seeded photos (24) of each kind from pen digits that the lab
ships, reads them with `models/paper`, and times a photo of twelve megapixels.
"""

import io
import sys
import time
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from benchmarks import describe_machine
from mnist_core.ground.errors import DrawingError
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import predict
from mnist_core.network.models import load_model
from mnist_core.pens import read_picture
from mnist_core.training.robust.pen import draw_pens, read_pens

_SLACK = 0.03
_BLUE, _GREEN = (0.2, 0.3, 0.85), (0.2, 0.65, 0.3)
_RED, _YELLOW, _PINK, _SKY = (0.9, 0.2, 0.2), (0.95, 0.8, 0.15), (0.95, 0.55, 0.7), (0.4, 0.8, 0.95)
_COLOURS = (_BLUE, _GREEN, _RED, _YELLOW, _PINK, _SKY)


@dataclass(frozen=True)
class _Kind:
    """What is hard about a photo: its light, paper, ink, grain and coding."""

    darkest: float = 1.0  # light in the darkest corner, of that in the brightest
    paper: tuple[float, float, float] = (0.92, 0.91, 0.88)
    inks: tuple[tuple[float, float, float], ...] = ((0.12, 0.12, 0.15),)
    rules: tuple[float, float, float] | None = None
    is_squared: bool = False
    grain: float = 0.015
    quality: int = 85


_KINDS = {
    "plain": _Kind(),
    "shade": _Kind(darkest=0.45),
    "deep shade": _Kind(darkest=0.25),
    "ruled": _Kind(darkest=0.45, rules=(0.55, 0.68, 0.9)),
    "squared": _Kind(darkest=0.45, rules=(0.7, 0.7, 0.72), is_squared=True),
    "dark rules": _Kind(darkest=0.45, rules=(0.35, 0.4, 0.6)),
    "coloured pens": _Kind(darkest=0.45, inks=_COLOURS),
    "chalk": _Kind(paper=(0.13, 0.27, 0.2), inks=((0.85, 0.87, 0.83),)),
    "faint": _Kind(darkest=0.45, inks=((0.7, 0.69, 0.67),)),
    "coarse JPEG": _Kind(darkest=0.6, quality=30),
    "grain": _Kind(grain=0.06),
}


def main() -> int:
    """Read the photos, print a table, return 1 where the claim breaks."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    network, rng = load_model(SHIPPED_MODELS / "paper").network, np.random.default_rng(0)
    pens = read_pens()
    chosen = pens.choose(rng.choice(len(pens), n, replace=False))
    from_strokes = float(np.mean(predict(network, draw_pens(chosen)).argmax(axis=1) == chosen.labels))
    print(f"strokes: {from_strokes:.1%} of {n}")
    is_kept = True
    for name, kind in _KINDS.items():
        photos = [_photograph(strokes, kind, rng) for strokes in chosen.strokes]
        begin = time.process_time()
        images = np.stack([_read(photo, kind) for photo in photos])
        each_ms = (time.process_time() - begin) / n * 1e3
        right = float(np.mean(predict(network, images).argmax(axis=1) == chosen.labels))
        is_kept &= right >= from_strokes - _SLACK
        print(f"{name}: {right:.1%}, {each_ms:.0f} ms each")
    large = Pillow.fromarray(_photograph(chosen.strokes[0], _KINDS["shade"], rng)).resize((3000, 4000))
    begin = time.process_time()
    _read(np.asarray(large), _KINDS["shade"])
    print(f"12 megapixels, its writing as JPEG included: {time.process_time() - begin:.2f} s")
    print(f"  processor time, {describe_machine()}")
    if not is_kept:
        print("  The claim breaks.", file=sys.stderr)
    return 0 if is_kept else 1


def _read(photo: np.ndarray, kind: _Kind) -> np.ndarray:
    file = io.BytesIO()
    Pillow.fromarray(photo).save(file, "JPEG", quality=kind.quality)
    try:
        return read_picture(file)
    except DrawingError:
        return np.zeros((28, 28), dtype=np.float32)


def _photograph(strokes: tuple[np.ndarray, ...], kind: _Kind, rng: np.random.Generator) -> np.ndarray:
    """Photograph a digit somewhere on a sheet, with a pen of any width."""
    side = int(rng.integers(200, 500))
    ink = _pen(strokes, side, rng)[:, :, None]
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
    for stroke in strokes:
        places = 2 * ((stroke - low) / extent * size + corner)
        ImageDraw.Draw(canvas).line(places.ravel().tolist(), fill=255, width=2 * pen, joint="curve")
        for x, y in places:
            ImageDraw.Draw(canvas).ellipse((x - pen, y - pen, x + pen, y + pen), fill=255)
    return np.asarray(canvas.resize((side, side), Pillow.Resampling.BOX), dtype=np.float32) / 255


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


if __name__ == "__main__":
    sys.exit(main())
