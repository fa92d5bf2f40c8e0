"""Pen digits in other styles: as other schools, other tempers and other hands would have drawn them.

A style changes strokes, not ink: it hooks a tail, bars a seven, opens a four. Some go too far for some
digits; what teachers then no longer take for its digit is not shown to the network that they teach
(`distil`). Another order of the strokes is no style, as it leaves the image as it is; slant is given by
`vary_pens`.
"""

from collections.abc import Callable, Collection
from typing import TypeAlias

import numpy as np

Digit: TypeAlias = tuple[np.ndarray, ...]
"""Strokes of shape (points, 2), y down; a style sees them with their longer side 0 to 1."""

Style = Callable[[Digit, int, np.random.Generator], Digit]
"""Draws a digit, of this label, in another way; where the style is none for it, it stays as it is."""

_CHANCE = 0.18  # of each style, for each digit: two or three of them at once
_SPACING = 0.02  # of the longer side: from point to point where a style bends a stroke
_SHORT = 0.45  # of all its ink: a stroke below it may be missing
_SHARP = 1.2  # radians: a turn within a tenth of the side that is a corner


def restyle(digit: Digit, label: int, styles: Collection[str], rng: np.random.Generator) -> Digit:
    """Draw a digit in some styles at once, chosen at random.

    Parameters
    ----------
    digit : tuple of ndarray of shape (points, 2)
        Its strokes, at any scale and place.
    label : int
        Which digit it is.
    styles : collection of str
        Names of `STYLES`.
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of ndarray of shape (points, 2)
        Strokes with their longer side 0 to 1 before the styles.
    """
    drawn = to_unit(digit)
    for name, style in STYLES.items():
        if name in styles and rng.random() < _CHANCE:
            drawn = style(drawn, label, rng)
    return drawn


def to_unit(digit: Digit) -> Digit:
    """Move and scale strokes so that their longer side is 0 to 1 and the other begins at 0."""
    points = np.concatenate(digit)
    low = points.min(axis=0)
    side = max(float((points.max(axis=0) - low).max()), 1e-9)
    return tuple((stroke - low) / side for stroke in digit)


def resample(stroke: np.ndarray, n: int) -> np.ndarray:
    """Place points at equal steps along a stroke."""
    ways = _walk(stroke)
    steps = np.linspace(0, ways[-1], n)
    return np.stack([np.interp(steps, ways, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _walk(stroke: np.ndarray) -> np.ndarray:
    """Measure the way along a stroke to each of its points."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    return np.concatenate([[0.0], steps.cumsum()])


def _refine(stroke: np.ndarray) -> np.ndarray:
    return resample(stroke, max(round(_measure(stroke) / _SPACING), 1) + 1)


def _measure(stroke: np.ndarray) -> float:
    return float(_walk(stroke)[-1])


def _longest(digit: Digit) -> np.ndarray:
    return max(digit, key=_measure)


def _warp_proportions(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Give the upper parts or the lower, the left or the right more room: large loops, short tails."""
    first, second = np.clip(rng.normal(0, [[0.35], [0.2]], (2, 2)), [[-0.55], [-0.35]], [[0.55], [0.35]])
    bent = []
    for stroke in digit:
        at = np.pi * stroke
        bent.append(stroke + first * np.sin(at) / np.pi + second * np.sin(2 * at) / (2 * np.pi))
    return tuple(bent)


def _narrow(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Draw narrower or broader across the way in which the digit is longest: loops that nearly close."""
    points = np.concatenate([_refine(stroke) for stroke in digit])
    middle = points.mean(axis=0)
    across = np.linalg.eigh((points - middle).T @ (points - middle))[1][:, 0]
    change = np.exp(np.clip(rng.normal(-0.2, 0.35), -0.9, 0.5)) - 1
    return tuple(stroke + np.outer((stroke - middle) @ across * change, across) for stroke in digit)


def _curve_slant(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Lean the upper half otherwise than the lower."""
    bow = rng.normal(0, 0.5)
    return tuple(stroke + np.outer((stroke[:, 1] - 0.5) ** 2, [bow, 0.0]) for stroke in digit)


def _scatter_strokes(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Set each further stroke a little aside, turned and of another length: gaps, and lines that cross."""
    moved = [digit[0]]
    for stroke in digit[1:]:
        turn, longer = rng.normal(0, 0.15), np.exp(rng.normal(0, 0.2))
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * longer
        middle = stroke.mean(axis=0)
        moved.append((stroke - middle) @ rotation + middle + rng.normal(0, 0.06, 2))
    return tuple(moved)


def _tremble(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Shake the hand."""
    wave, strength = rng.uniform(0.06, 0.3), rng.uniform(0.005, 0.025)
    shaken = []
    for stroke in map(_refine, digit):
        ways = _walk(stroke)
        knots = np.arange(0, ways[-1] + wave, wave)
        moves = rng.normal(0, strength, (2, len(knots)))
        shaken.append(stroke + np.stack([np.interp(ways, knots, move) for move in moves], axis=1))
    return tuple(shaken)


def _hurry(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Round corners off, as a quick hand does."""
    width = max(round(rng.uniform(0.02, 0.12) / _SPACING), 1)
    kernel = np.hanning(2 * width + 3)[1:-1]
    kernel /= kernel.sum()
    rounded = []
    for stroke in map(_refine, digit):
        ahead, behind = (2 * stroke[end] - stroke[::-1][part] for end, part in _mirrors(len(stroke), width))
        padded = np.concatenate([ahead, stroke, behind])
        smooth = np.stack([np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)], axis=1)
        rounded.append(smooth if len(smooth) == len(stroke) else stroke)
    return tuple(rounded)


def _mirrors(n: int, width: int) -> tuple[tuple[int, slice], tuple[int, slice]]:
    """Find the points that continue a stroke beyond its ends, each mirrored at the end."""
    return (0, slice(n - 1 - width, n - 1)), (-1, slice(1, width + 1))


def _draw_edges(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Draw straight lines between few points, as a slow hand or a coarse mouse does."""
    return tuple(
        resample(stroke, max(round(_measure(stroke) / rng.uniform(0.12, 0.3)), 1) + 1) for stroke in digit
    )


def _bend_on(stroke: np.ndarray, length: float, turn: float) -> np.ndarray:
    """Continue a stroke beyond its end in a bow that turns by so many radians."""
    near = stroke[np.searchsorted(_walk(stroke), max(_measure(stroke) - 0.08, 0.0))]
    heading = float(np.arctan2(*(stroke[-1] - near)[::-1]))
    n = max(round(length / _SPACING), 2)
    angles = heading + turn * (np.arange(n) + 0.5) / n
    steps = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (length / n)
    return np.concatenate([stroke, stroke[-1] + steps.cumsum(axis=0)])


def _hook(digit: Digit, label: int, rng: np.random.Generator) -> Digit:
    """Bend the end of the lowest stroke: of 1, 4, 7 and 9 to the left, of others to either side."""
    is_tailed = label in (1, 4, 7, 9)
    turn = abs(rng.normal(1.6, 0.7)) if is_tailed else rng.normal(0, 1.2)
    tail = max(range(len(digit)), key=lambda place: digit[place][-1, 1])
    hooked = _bend_on(_refine(digit[tail]), rng.uniform(0.05, 0.35 if is_tailed else 0.2), turn)
    return (*digit[:tail], hooked, *digit[tail + 1 :])


def _lead_in(digit: Digit, label: int, rng: np.random.Generator) -> Digit:
    """Begin with a flag: of a one or a seven from below on the left, of any other in a bow."""
    if label in (1, 7):
        top = digit[0][0]
        length = rng.uniform(0.1, 0.6 if label == 1 else 0.3)
        angle = rng.uniform(0.3, 1.4) if label == 1 else rng.normal(1.5, 0.4)
        return (np.stack([top + length * np.array([-np.cos(angle), np.sin(angle)]), top]), *digit)
    flagged = _bend_on(_refine(digit[0])[::-1], rng.uniform(0.04, 0.15), rng.normal(0, 1.2))[::-1]
    return (flagged, *digit[1:])


def _bar(digit: Digit, label: int, rng: np.random.Generator) -> Digit:
    """Bar a seven, or leave its bar out."""
    if label != 7:
        return digit
    if len(digit) > 1:
        return (_longest(digit),)
    points = _refine(digit[0])
    height = points[:, 1].min() + np.ptp(points[:, 1]) * rng.uniform(0.35, 0.65)
    middle = points[len(points) // 3 :]
    middle = middle[np.abs(middle[:, 1] - height).argmin()] + rng.normal(0, 0.03, 2)
    half = rng.uniform(0.12, 0.3) * np.array([1.0, rng.normal(-0.1, 0.2)])
    return (*digit, np.stack([middle - half, middle + half]))


def _foot(digit: Digit, label: int, rng: np.random.Generator) -> Digit:
    """Give a one a foot, or leave it out."""
    if label != 1:
        return digit
    if len(digit) > 1:
        return (_longest(digit),)
    low = digit[0][digit[0][:, 1].argmax()] + rng.normal(0, 0.02, 2)
    left, right = rng.uniform(0.1, 0.4, 2)
    tilt = rng.normal(0, 0.1)
    return (*digit, low + np.array([[-left, -left * tilt], [right, right * tilt]]))


def _lose_stroke(digit: Digit, label: int, rng: np.random.Generator) -> Digit:
    """Leave a short stroke out, as input that was lost; what is left of a four would be an L."""
    if label == 4:
        return digit
    lengths = np.array([_measure(stroke) for stroke in digit])
    short = np.flatnonzero(lengths < _SHORT * lengths.sum())
    if len(digit) < 2 or not len(short):
        return digit
    lost = int(rng.choice(short))
    return digit[:lost] + digit[lost + 1 :]


def _double_stroke(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Go over a part of a stroke again."""
    stroke = _refine(digit[rng.integers(len(digit))])
    first, last = np.sort(rng.integers(0, len(stroke), 2))
    again = stroke[first : last + 1] + rng.normal(0, 0.03, 2)
    return (*digit, again) if len(again) > 2 else digit


def _trim(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Begin late or end early: an open nought, an open four, a nine that does not close."""
    trimmed = []
    for stroke in map(_refine, digit):
        late, early = (rng.uniform(0, 0.15, 2) * len(stroke)).astype(int)
        kept = stroke[late : len(stroke) - early]
        trimmed.append(kept if len(kept) > 1 else stroke)
    return tuple(trimmed)


def _loop(digit: Digit, _: int, rng: np.random.Generator) -> Digit:
    """Tie a small loop into the sharpest corner."""
    lengths = [_measure(stroke) for stroke in digit]
    place = int(np.argmax(lengths))
    stroke = _refine(digit[place])
    reach = 5  # points: a tenth of the side
    if len(stroke) < 3 * reach:
        return digit
    ahead, behind = stroke[2 * reach :] - stroke[reach:-reach], stroke[reach:-reach] - stroke[: -2 * reach]
    turns = np.arctan2(behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0], (ahead * behind).sum(axis=1))
    corner = int(np.abs(turns).argmax())
    if abs(turns[corner]) < _SHARP:
        return digit
    radius, way = rng.uniform(0.03, 0.09), -np.sign(turns[corner])  # against the corner: the pen goes round
    start = np.arctan2(*behind[corner][::-1])
    angles = start + way * np.linspace(0, 2 * np.pi + turns[corner] * way, 16)
    circle = np.stack([np.sin(angles) - np.sin(start), np.cos(start) - np.cos(angles)], axis=1) * radius * way
    at = corner + reach
    looped = np.concatenate([stroke[:at], stroke[at] + circle, stroke[at + 1 :] + circle[-1]])
    return (*digit[:place], looped, *digit[place + 1 :])


STYLES: dict[str, Style] = {
    "missing stroke": _lose_stroke,
    "bar": _bar,
    "foot": _foot,
    "open": _trim,
    "loop": _loop,
    "hook": _hook,
    "flag": _lead_in,
    "doubled stroke": _double_stroke,
    "scattered strokes": _scatter_strokes,
    "proportions": _warp_proportions,
    "width": _narrow,
    "curved slant": _curve_slant,
    "speed": _hurry,
    "edges": _draw_edges,
    "tremor": _tremble,
}
"""Ways of drawing a digit otherwise, in the order in which they are drawn."""
