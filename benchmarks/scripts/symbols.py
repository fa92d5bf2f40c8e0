"""Seeded images of printed digits, and of what is no digit, to train and to test how the lab doubts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from scipy import ndimage

from mnist_core.ground.arrays import Images, Labels

Maker: TypeAlias = Callable[[np.random.Generator, int], Images]
"""Makes so many images of shape (28, 28)."""

SIDE = 28
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYacdefhjkmnprtuvwxy&@#%?$"
"""Symbols that every font has and no digit looks like; not I, O, S, Z, b, g, i, l, o, q, s, z."""

FAR_LETTERS = "ÄÖÜßñΓΔΘΛΞΠΣΦΨΩαβγδεζηθλμξπσφψωЖИЛЦШЮЯ"
"""More, that only large fonts have."""

_SCALE = 4  # drawn so much larger, and averaged down


def write_letters(
    fonts: Sequence[Path | None], rng: np.random.Generator, n: int, letters: str = LETTERS
) -> Images:
    """Write one letter an image, its font, size and place by chance; None is Pillow's own font."""
    chosen = rng.integers(len(fonts), size=n)
    return np.stack([_write_letter(fonts[int(place)], letters, rng) for place in chosen])


def print_digits(fonts: Sequence[Path | None], rng: np.random.Generator, n: int) -> tuple[Images, Labels]:
    """Print one digit an image, as letters are written; equally many of each, in order."""
    printed = [write_letters(fonts, rng, n // 10, str(digit)) for digit in range(10)]
    return np.concatenate(printed), np.repeat(np.arange(10, dtype=np.int64), n // 10)


def draw_scribbles(rng: np.random.Generator, n: int) -> Images:
    """Draw one to four curved strokes an image."""
    return np.stack([_draw_scribble(rng) for _ in range(n)])


def draw_shapes(rng: np.random.Generator, n: int) -> Images:
    """Draw polygons, ellipses and arcs, filled or not, one to three an image."""
    return np.stack([_draw_shape(rng) for _ in range(n)])


def draw_faces(rng: np.random.Generator, n: int) -> Images:
    """Draw a face an image: a round outline, two eyes and a mouth."""
    return np.stack([_draw_face(rng) for _ in range(n)])


def make_noise(rng: np.random.Generator, n: int) -> Images:
    """Make noise, from single pixels to soft clouds, some of them cut to black and white."""
    return np.stack([_make_cloud(rng) for _ in range(n)])


def shuffle_pixels(images: Images, rng: np.random.Generator, n: int) -> Images:
    """Shuffle the pixels of images by chance, each image otherwise."""
    chosen = images[rng.integers(len(images), size=n)]
    shuffled: Images = rng.permuted(chosen.reshape(n, -1), axis=1).reshape(chosen.shape)
    return shuffled


def mix_digits(images: Images, rng: np.random.Generator, n: int) -> Images:
    """Put pieces of two digits together, or one upon the other."""
    one, other = (images[rng.integers(len(images), size=n)] for _ in range(2))
    other = np.rot90(other, int(rng.integers(1, 4)), axes=(1, 2))
    cut = rng.integers(10, 18)
    mixed = np.concatenate([one[:, :cut], other[:, cut:]], axis=1)
    laid = np.maximum(one, other)
    return np.where(rng.random((n, 1, 1)) < 0.5, mixed, laid).astype(np.float32)


def _write_letter(font: Path | None, letters: str, rng: np.random.Generator) -> np.ndarray:
    size = int(rng.integers(12, 25)) * _SCALE
    face = ImageFont.load_default(size) if font is None else ImageFont.truetype(str(font), size)
    canvas, pen = _canvas()
    letter = letters[int(rng.integers(len(letters)))]
    place = tuple(_SCALE * (SIDE / 2 + rng.uniform(-2, 2, 2)))
    pen.text(place, letter, fill=255, font=face, anchor="mm")
    if rng.random() < 0.3:
        canvas = canvas.rotate(rng.uniform(-20, 20))
    return _shrink(canvas)


def _draw_scribble(rng: np.random.Generator) -> np.ndarray:
    canvas, pen = _canvas()
    for _ in range(rng.integers(1, 5)):
        corners = rng.uniform(3, SIDE - 3, (int(rng.integers(2, 6)), 2)) * _SCALE
        points = ndimage.zoom(corners, (10, 1))
        pen.line([tuple(point) for point in points], fill=255, width=int(rng.integers(6, 14)), joint="curve")
    return _shrink(canvas)


def _draw_shape(rng: np.random.Generator) -> np.ndarray:
    canvas, pen = _canvas()
    for _ in range(rng.integers(1, 4)):
        low = rng.uniform(2, 14, 2)
        box = [*(low * _SCALE), *((low + rng.uniform(6, 13, 2)) * _SCALE)]
        fill = 255 if rng.random() < 0.5 else None
        kind = rng.integers(4)
        if kind == 0:
            pen.rectangle(box, fill=fill, outline=255, width=8)
        elif kind == 1:
            pen.regular_polygon(
                (SIDE * 2, SIDE * 2, int(rng.integers(20, 44))),
                int(rng.integers(3, 7)),
                rotation=float(rng.uniform(0, 360)),
                fill=fill,
                outline=255,
                width=8,
            )
        elif kind == 2:
            pen.pieslice(
                box, float(rng.uniform(0, 360)), float(rng.uniform(0, 360)), fill=fill, outline=255, width=8
            )
        else:
            pen.line([tuple(p) for p in rng.uniform(2, 26, (4, 2)) * _SCALE], fill=255, width=8)
    return _shrink(canvas)


def _draw_face(rng: np.random.Generator) -> np.ndarray:
    canvas, pen = _canvas()
    middle, size = rng.uniform(13, 15, 2) * _SCALE, rng.uniform(8, 12, 2) * _SCALE

    def box(x: float, y: float, width: float, height: float) -> list[float]:
        place, reach = middle + size * (x, y), size * (width, height)
        return [*(place - reach), *(place + reach)]

    pen.ellipse(box(0, 0, 1, 1), outline=255, width=int(rng.integers(4, 9)))
    pen.ellipse(box(-0.4, -0.3, 0.1, 0.1), fill=255)
    pen.ellipse(box(0.4, -0.3, 0.1, 0.1), fill=255)
    pen.arc(box(0, 0.2, 0.5, 0.35), 20, 160, fill=255, width=6)
    return _shrink(canvas)


def _make_cloud(rng: np.random.Generator) -> np.ndarray:
    cloud = ndimage.gaussian_filter(rng.normal(size=(SIDE, SIDE)), rng.uniform(0, 3))
    cloud = (cloud - cloud.min()) / np.ptp(cloud)
    if rng.random() < 0.5:
        cloud = cloud > rng.uniform(0.4, 0.8)
    image: np.ndarray = cloud.astype(np.float32)
    return image


def _canvas() -> tuple[Pillow.Image, ImageDraw.ImageDraw]:
    canvas = Pillow.new("L", (SIDE * _SCALE, SIDE * _SCALE))
    return canvas, ImageDraw.Draw(canvas)


def _shrink(canvas: Pillow.Image) -> np.ndarray:
    return np.asarray(canvas.reduce(_SCALE), dtype=np.float32) / 255
