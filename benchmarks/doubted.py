"""What the benchmark of doubt draws: digits, what is none, and what the rule learns beside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from benchmarks.strangers import (
    Strokes,
    draw_invented,
    draw_letter,
    draw_mark,
    draw_mixture,
    draw_pair,
    draw_scribble,
    draw_stemmed,
    letter_names,
    mark_names,
    mirror_digit,
)
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.pens import draw_strokes
from mnist_core.training.robust.pen import Pens, draw_pens
from mnist_core.training.robust.styles import STYLES, restyle

_N_LETTERS = 30  # of each letter
_N_OTHERS = 1_000  # scribbles, and pairs
_N_INVENTED = 3_000  # figures of no alphabet, mixtures of digits, and digits in other styles
PEN, PRINT, LETTER, MARK = "pen digits", "MNIST's digits", "letters", "marks"
INVENTED, MIXED, STEMMED, RESTYLED = "invented figures", "mixed digits", "stemmed digits", "other styles"
ONLY_LEARNED = {INVENTED, MIXED, STEMMED, RESTYLED}
_BOWED = (0, 2, 3, 8, 9)  # with bows on the right
_STYLES = tuple(name for name in STYLES if name != "missing stroke")
_Row: TypeAlias = tuple[str, str, int, int, Strokes]  # kind, name, digit, writer, strokes


@dataclass(frozen=True, eq=False)
class Drawn:
    """All that is judged or learned from: kinds, names, digits or -1, writers or 0, and images of it."""

    kinds: np.ndarray
    names: np.ndarray
    labels: np.ndarray
    writers: np.ndarray
    images: np.ndarray


def draw_tried(pens: Pens) -> Drawn:
    """Draw pen digits, MNIST's, what is no digit, and what the rule learns beside, by seeded hands."""
    rng = np.random.default_rng(0)
    sample = read_dataset(SAMPLE_PATH)
    rows = [
        *(
            (LETTER, name, -1, 0, draw_letter(name, rng))
            for name in letter_names()
            for _ in range(_N_LETTERS)
        ),
        *((MARK, name, -1, 0, draw_mark(name, rng)) for name in mark_names() for _ in range(_N_LETTERS)),
        *(("scribbles", "", -1, 0, draw_scribble(rng)) for _ in range(_N_OTHERS)),
        *(_pair(pens, rng, "two digits", draw_pair) for _ in range(_N_OTHERS)),
        *(_restyle_letter(name, rng) for name in letter_names() for _ in range(_N_LETTERS)),
        *((INVENTED, "", -1, 0, draw_invented(rng)) for _ in range(_N_INVENTED)),
        *(_pair(pens, rng, MIXED, draw_mixture) for _ in range(_N_INVENTED)),
        *(_mirror(pens, rng) for _ in range(_N_OTHERS)),
        *(_stem(pens, rng) for _ in range(_N_OTHERS)),
        *(_restyle_digit(pens, rng) for _ in range(_N_INVENTED)),
    ]
    n_pens, n_sample = len(pens), len(sample.labels)
    kinds, names, labels, writers, strokes = zip(*rows, strict=True)
    none = np.zeros(n_sample, dtype=np.int64)
    return Drawn(
        np.array([PEN] * n_pens + [PRINT] * n_sample + list(kinds)),
        np.array([""] * (n_pens + n_sample) + list(names)),
        np.concatenate([pens.labels, sample.labels, labels]),
        np.concatenate([pens.writers, none, writers]),
        np.concatenate([draw_pens(pens), sample.images, np.stack([draw_strokes(one) for one in strokes])]),
    )


def _pair(pens: Pens, rng: np.random.Generator, kind: str, draw: Callable[..., Strokes]) -> _Row:
    """Draw something of two digits by one writer."""
    own = np.flatnonzero(pens.writers == rng.choice(pens.writers))
    one, other = rng.choice(own, 2)
    return kind, "", -1, int(pens.writers[one]), draw(pens.strokes[one], pens.strokes[other], rng)


def _mirror(pens: Pens, rng: np.random.Generator) -> _Row:
    place = int(rng.integers(len(pens)))
    strokes = mirror_digit(pens.strokes[place], int(pens.labels[place]), rng)
    return MIXED, "", -1, int(pens.writers[place]), strokes


def _stem(pens: Pens, rng: np.random.Generator) -> _Row:
    place = int(rng.choice(np.flatnonzero(np.isin(pens.labels, _BOWED))))
    return STEMMED, "", -1, int(pens.writers[place]), draw_stemmed(pens.strokes[place], rng)


def _restyle_letter(name: str, rng: np.random.Generator) -> _Row:
    strokes = tuple(np.asarray(points) for points in draw_letter(name, rng))
    return RESTYLED, name, -1, 0, _to_lists(restyle(strokes, -1, _STYLES, rng))


def _restyle_digit(pens: Pens, rng: np.random.Generator) -> _Row:
    place = int(rng.integers(len(pens)))
    label = int(pens.labels[place])
    strokes = restyle(pens.strokes[place], label, _STYLES, rng)
    return RESTYLED, "", label, int(pens.writers[place]), _to_lists(strokes)


def _to_lists(strokes: Sequence[np.ndarray]) -> Strokes:
    return [points.tolist() for points in strokes]


def split_drawn(drawn: Drawn, n_parts: int) -> np.ndarray:
    """Split what is drawn into parts: by writer, by letter or mark, else at random."""
    rng = np.random.default_rng(1)
    parts = rng.integers(0, n_parts, len(drawn.kinds))
    order = [*rng.permutation(letter_names()).tolist(), *rng.permutation(mark_names()).tolist()]
    is_named, is_by_hand = drawn.names != "", drawn.writers > 0
    parts[is_named] = [order.index(name) % n_parts for name in drawn.names[is_named]]
    parts[is_by_hand] = (rng.permutation(drawn.writers.max() + 1) % n_parts)[drawn.writers[is_by_hand]]
    return parts
