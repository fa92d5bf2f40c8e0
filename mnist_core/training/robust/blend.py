"""Digits between two hands, and a little beyond: the strokes of one writer turned into another's."""

from collections.abc import Sequence

import numpy as np

from mnist_core.training.robust.pen import Pens
from mnist_core.training.robust.styles import Digit, resample, to_unit

_N_POINTS = 40  # of each stroke, while two are compared
_N_TRIES = 6  # partners that are looked at; the one nearest in shape is taken
_FAR = 0.22  # of the longer side, between points that belong together: beyond it they are of another kind
_LEAST, _MOST = -0.4, 0.6  # of the way to the partner: below 0 away from it


def blend_pens(pens: Pens, parts: Sequence[np.ndarray], rng: np.random.Generator) -> Pens:
    """Turn each digit a part of the way into one by another hand, or away from it.

    Parameters
    ----------
    pens : Pens
        Digits of many writers.
    parts : sequence of ndarray
        Parts of the writers: a digit is blended within its own, so that a part can be left out of a training
        with all that was made of it.
    rng : Generator
        Source of chance.

    Returns
    -------
    Pens
        As many; a digit stays where no partner was found whose strokes are alike.
    """
    points = [_place_points(strokes) for strokes in pens.strokes]
    partners = _find_kin(pens, parts)
    blended = []
    for place, strokes in enumerate(pens.strokes):
        kin = partners[place]
        tried = [points[other] for other in rng.choice(kin, _N_TRIES)]
        way = rng.uniform(_LEAST, _MOST)
        blended.append(_blend(points[place], tried + [one[::-1] for one in tried], way) or strokes)
    return Pens(tuple(blended), pens.labels, pens.writers)


def _place_points(strokes: Digit) -> np.ndarray:
    """Place as many points on each stroke of a digit, of shape (strokes, points, 2)."""
    return np.stack([resample(stroke, _N_POINTS) for stroke in to_unit(strokes)])


def _find_kin(pens: Pens, parts: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Find for each digit those of the same label, number of strokes and part of the writers."""
    part_of = np.zeros(int(pens.writers.max()) + 1, dtype=np.int64)
    for number, part in enumerate(parts, start=1):
        part_of[part] = number
    counts = [len(strokes) for strokes in pens.strokes]
    keys = np.stack([pens.labels, counts, part_of[pens.writers]], axis=1)
    _, kinds = np.unique(keys, axis=0, return_inverse=True)
    groups = [np.flatnonzero(kinds == kind) for kind in range(int(kinds.max()) + 1)]
    return [groups[kind] for kind in kinds]


def _blend(own: np.ndarray, others: Sequence[np.ndarray], way: float) -> Digit | None:
    """Blend with the nearest of the others, whichever end its strokes begin at; None where none is near."""
    turned = [_turn_strokes(own, other) for other in others]
    far = [float(np.hypot(*(other - own).T).mean()) for other in turned]
    near = [place for place, one in enumerate(far) if 0.0 < one < _FAR]  # at 0 it is the digit itself
    if not near:
        return None
    return tuple(own + way * (turned[min(near, key=far.__getitem__)] - own))


def _turn_strokes(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Turn the strokes of another digit round that were drawn from the other end."""
    ahead, back = (np.abs(one - own).sum(axis=(1, 2)) for one in (other, other[:, ::-1]))
    return np.where((ahead <= back)[:, None, None], other, other[:, ::-1])
