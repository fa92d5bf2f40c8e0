"""Digits drawn as pictures, and how alike two images of one are."""

import io

import numpy as np
import pillow_heif
from pen_digits import PEN_DIGITS
from PIL import Image as Pillow
from PIL import ImageDraw

pillow_heif.register_heif_opener()  # by which Pillow writes HEIC; the lab reads it without

SEVEN = [[[100, 100], [200, 100], [140, 260]]]
FOUR = [[[120, 80], [90, 180], [200, 180]], [[180, 120], [170, 260]]]
ONE = [[[150, 60], [140, 260]]]
TWO = [[[40 + 160 * x, 30 + 200 * y] for x, y in line] for line in PEN_DIGITS[2]]


def photograph(
    strokes: list, *, paper: float = 0.9, ink: float = 0.1, side: int = 240, pen: int = 8
) -> np.ndarray:
    """Draw strokes as a picture with brightness 0 to 1, at their own coordinates."""
    canvas = Pillow.new("L", (side, side + 60))
    for stroke in strokes:
        ImageDraw.Draw(canvas).line([tuple(point) for point in stroke], fill=1, width=pen, joint="curve")
    return np.where(np.asarray(canvas) == 1, ink, paper)


def as_file(brightness: np.ndarray, kind: str = "PNG", **options: object) -> io.BytesIO:
    file = io.BytesIO()
    Pillow.fromarray((brightness.clip(0, 1) * 255).astype(np.uint8)).save(file, kind, **options)
    file.seek(0)
    return file


def photograph_at(strokes: list, shift: np.ndarray, *, paper: float = 0.9, ink: float = 0.1) -> np.ndarray:
    """Draw strokes moved on a square sheet of 400 pixels."""
    canvas = Pillow.new("L", (400, 400))
    for stroke in strokes:
        ImageDraw.Draw(canvas).line((stroke + shift).ravel().tolist(), fill=1, width=5, joint="curve")
    return np.where(np.asarray(canvas) == 1, ink, paper)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
