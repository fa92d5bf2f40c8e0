"""What people draw that is no digit, and digits as other schools teach them, as seeded strokes."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

Strokes: TypeAlias = list[list[list[float]]]
"""Strokes of points, y down."""

# Points on a grid of 4 x 6, two figures each, x and y; a space lifts the pen, ~ rounds the stroke behind it.
_LETTERS = {
    "A": "062046 1434",
    "B": "0006 ~00303303 ~03434606",
    "C": "~41200204264645",
    "D": "0006 ~003042442606",
    "E": "40000646 0333",
    "F": "400006 0333",
    "G": "~412002042646434323",
    "H": "0006 4046 0343",
    "J": "~3034260514",
    "K": "0006 40034646",
    "L": "000646",
    "M": "0600234046",
    "N": "06004640",
    "P": "0006 ~00404303",
    "Q": "~200002042646422000 3446",
    "R": "0006 ~00404303 0346",
    "T": "0040 2026",
    "U": "~000426464440",
    "V": "002640",
    "W": "0016233640",
    "X": "0046 4006",
    "Y": "002340 2326",
    "a": "~42220305264442 4246",
    "d": "~43230405264544 4046",
    "e": "~04444222030526464545",
    "f": "~4120112126 0333",
    "h": "0006 ~03223246",
    "k": "0006 3204 0446",
    "m": "0206 ~03121426 ~23323446",
    "n": "0206 ~0422324446",
    "p": "0208 ~03224244260504",
    "r": "0206 ~042242",
    "t": "~20242646 0242",
    "u": "~020426264442 4246",
    "w": "0216243642",
    "x": "0246 4206",
}
"""Letters that nobody takes for a digit: I, O, S, Z, b, g, i, j, l, o, q, s, y and z are left out."""

_MARKS = {
    "dot": "23",
    "two dots side by side": "03 43",
    "colon": "20 26",
    "three dots": "06 26 46",
    "dash": "0343",
    "equals": "0242 0444",
    "plus": "2026 0343",
    "box": "0040460600",
    "triangle": "20460620",
    "check": "041640",
    "star": "2026 0145 4105",
    "arrow": "0343 2143 2543",
    "hash": "1016 3036 0242 0444",
    "heart": "~2606031020 ~2046433020",
    "house": "0603204346 0646",
}

_HANDS = {
    "barred seven": (7, "004016 1343"),
    "barred seven with a serif": (7, "01004016 1343"),
    "footed one": (1, "022026 0646"),
    "footed one with a short flag": (1, "112026 1636"),
    "open four": (4, "100444 3136"),
    "upright open four": (4, "000343 3036"),
}


_TURNS = {
    "mirror": (np.array([[-1.0, 0.0], [0.0, 1.0]]), (2, 3, 4, 5, 6, 7, 9)),
    "quarter to the left": (np.array([[0.0, 1.0], [-1.0, 0.0]]), (2, 3, 4, 5, 7)),
    "quarter to the right": (np.array([[0.0, -1.0], [1.0, 0.0]]), (2, 3, 4, 7)),
}
"""Ways of turning, each with the digits that are none then."""

_JOINED, _ROUNDED = 0.6, 0.4  # of the strokes of an invented figure
_UPPER = 0.65  # of the mixtures: cut across, not along


def draw_hand(name: str, rng: np.random.Generator) -> Strokes:
    """Draw a digit as another school teaches it."""
    return _write([_plot(part) for part in _HANDS[name][1].split()], rng)


def hands() -> dict[str, int]:
    """List the ways of writing a digit that can be drawn, each with its digit."""
    return {name: digit for name, (digit, _) in _HANDS.items()}


def draw_letter(name: str, rng: np.random.Generator) -> Strokes:
    """Draw a letter by a shaky, slanted, stretched hand."""
    strokes = [_plot(part) for part in _LETTERS[name].split()]
    return _write(strokes, rng)


def draw_mark(name: str, rng: np.random.Generator) -> Strokes:
    """Draw a mark by such a hand."""
    return _write([_plot(part) for part in _MARKS[name].split()], rng)


def mark_names() -> list[str]:
    """List the marks that can be drawn."""
    return list(_MARKS)


def draw_scribble(rng: np.random.Generator) -> Strokes:
    """Draw one to three smooth random curves, with 8 to 16 turns in all."""
    n_strokes = int(rng.integers(1, 4))
    n_corners = int(rng.integers(8, 17)) // n_strokes + 2
    corners = [rng.uniform(0, 6, (n_corners, 2)) for _ in range(n_strokes)]
    return _write([_round(points) for points in corners], rng)


def draw_pair(one: Sequence, other: Sequence, rng: np.random.Generator) -> Strokes:
    """Put two digits side by side, of nearly the same height."""
    left, right = (_stand(strokes, float(rng.uniform(85, 115))) for strokes in (one, other))
    shift = max(points[:, 0].max() for points in left) + float(rng.uniform(8, 40))
    return [points.tolist() for points in left] + [
        (points + np.array([shift, 0])).tolist() for points in right
    ]


def draw_invented(rng: np.random.Generator) -> Strokes:
    """Draw a figure that belongs to no alphabet: strokes between corners of the letters' grid."""
    strokes: list[np.ndarray] = []
    for _ in range(int(rng.choice([1, 2, 3], p=[0.3, 0.45, 0.25]))):
        corners = rng.integers(0, [5, 7], (int(rng.integers(2, 6)), 2)).astype(float)
        if strokes and rng.random() < _JOINED:
            corners[0] = strokes[-1][int(rng.choice([0, -1]))]
        is_round = len(corners) > 2 and rng.random() < _ROUNDED
        strokes.append(_round(corners) if is_round else _straight(corners))
    return _write(strokes, rng)


def draw_mixture(one: Sequence, other: Sequence, rng: np.random.Generator) -> Strokes:
    """Put the upper part of a digit on the lower part of another, or the left one beside the right one."""
    axis, cut = int(rng.random() < _UPPER), float(rng.uniform(0.35, 0.65))
    parts = []
    for strokes, is_first in ((one, True), (other, False)):
        stood = _stand(strokes, 100)
        parts += _cut(stood, axis, cut * max(points[:, axis].max() for points in stood), is_first)
    return parts or draw_invented(rng)


def draw_stemmed(strokes: Sequence, rng: np.random.Generator) -> Strokes:
    """Put the right part of a digit behind an upright stroke, as the bows of B, D, P and R are."""
    stood = _stand(strokes, 100)
    points = np.concatenate(stood)
    width, height = float(points[:, 0].max()), float(points[:, 1].max())
    edge = width * float(rng.uniform(0.2, 0.55))
    stem = np.array([[edge, 0.0], [edge, height]]) + rng.normal(0, 2, (2, 2))
    return [_straight(stem).tolist(), *_cut(stood, 0, edge, False)]


def _cut(strokes: Sequence[np.ndarray], axis: int, edge: float, is_first: bool) -> Strokes:
    """Keep what of strokes is before an edge or behind it."""
    parts = []
    for points in strokes:
        inside = np.flatnonzero((points[:, axis] < edge) == is_first)
        runs = np.split(points[inside], np.flatnonzero(np.diff(inside) > 1) + 1)
        parts += [run.tolist() for run in runs if len(run) > 1]
    return parts


def mirror_digit(strokes: Sequence, label: int, rng: np.random.Generator) -> Strokes:
    """Turn a digit round as in a mirror, or by a quarter; one that stays a digit so is invented instead."""
    name = str(rng.choice(list(_TURNS)))
    matrix, digits = _TURNS[name]
    if label not in digits:
        return draw_invented(rng)
    return [(np.asarray(points)[:, :2] @ matrix).tolist() for points in strokes]


def letter_names() -> list[str]:
    """List the letters that can be drawn."""
    return list(_LETTERS)


def _stand(strokes: Sequence, height: float) -> list[np.ndarray]:
    points = np.concatenate([np.asarray(stroke, dtype=float)[:, :2] for stroke in strokes])
    low = points.min(axis=0)
    scale = height / max(float(np.ptp(points[:, 1])), float(np.ptp(points[:, 0])) / 2, 1e-9)
    return [(np.asarray(stroke, dtype=float)[:, :2] - low) * scale for stroke in strokes]


def _plot(part: str) -> np.ndarray:
    figures = np.array([int(figure) for figure in part.removeprefix("~")], dtype=float).reshape(-1, 2)
    return _round(figures) if part.startswith("~") else _straight(figures)


def _straight(corners: np.ndarray) -> np.ndarray:
    steps = np.linspace(0, len(corners) - 1, 12 * (len(corners) - 1) + 1)
    return np.stack([np.interp(steps, range(len(corners)), corners[:, axis]) for axis in (0, 1)], axis=1)


def _round(corners: np.ndarray) -> np.ndarray:
    """Round a polyline off: a quadratic B-spline by Chaikin's cutting of corners, its ends kept."""
    points = corners
    for _ in range(3):
        first, second = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
        cut = np.stack([first, second], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def _write(strokes: list[np.ndarray], rng: np.random.Generator) -> Strokes:
    """Slant, stretch, turn and shake strokes as a hand does."""
    turn, slant, stretch = rng.normal(0, 0.08), rng.normal(0, 0.15), np.exp(rng.normal(0, 0.15, 2))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[1, -slant], [0, 1]]) @ np.diag(stretch) * 60
    return [(_shake(points, rng) @ matrix.T + 80).tolist() for points in strokes]


def _shake(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shift = rng.normal(0, 0.12, 2)
    places, waves = np.linspace(0, 1, len(points)), rng.normal(0, 0.12, (2, 4))
    shaken: np.ndarray = (
        points + shift + np.array([np.interp(places, np.linspace(0, 1, 4), w) for w in waves]).T
    )
    return shaken
