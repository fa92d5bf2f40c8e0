"""Real pen digits, drawn anew with the mouse, are read by a network that has seen nothing of their writers.

`models/robust` has learned from all thirty writers of the pen digits, so it would be no test: a network is
trained here, by a quick version of its recipe (labels for teachers, images of the sample alone), without a
third of the writers, the one that docs/decisions/0016-the-robust-recipe.md measures. "Not sure" counts as
wrong.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from visitor import OpenTab, draw_stroke, settle

from benchmarks.tabs.server import Server
from mnist_core.data.dataset import split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.pens import Drawing, read_drawings
from mnist_core.training.robust.effort import ROBUST, Effort
from mnist_core.training.robust.pen import read_pens
from mnist_core.training.robust.pool import PoolSize
from mnist_core.training.robust.robust_recipe import train_robust
from mnist_core.training.robust.writers import split_writers

Line = list[tuple[float, float]]

# Side, and upper left corner, of the square of the canvas that a digit fills; 1 is the canvas.
PLACES = ((0.8, 0.1, 0.1), (0.45, 0.5, 0.06), (0.25, 0.08, 0.7))
N_DIGITS = 10
LEAST_RIGHT = 27


@pytest.mark.slow
def test_27_of_30_pen_digits_of_left_out_writers_are_read_at_three_sizes_and_places(
    real_data: Path, lab: Server, open_tab: OpenTab
) -> None:
    left_out = split_writers(read_pens(), 3, 0)[0]
    train_without(left_out, lab.home / "models" / "stranger")
    tab = open_tab("draw?model=stranger")
    answers = [
        (drawing.label, replay(tab, fit(drawing, PLACES[number % len(PLACES)])))
        for number, drawing in enumerate(choose(read_drawings(real_data / "pen_digits.json"), left_out))
    ]
    wrong = [(label, guess) for label, guess in answers if guess != f"guess: {label}"]
    assert len(answers) == len(PLACES) * N_DIGITS
    assert len(answers) - len(wrong) >= LEAST_RIGHT, wrong


def train_without(writers: np.ndarray, folder: Path) -> None:
    sample, pens = read_dataset(SAMPLE_PATH), read_pens()
    others = pens.choose(~np.isin(pens.writers, writers))
    recipe = replace(ROBUST, max_epochs=24, patience=24, batch_size=256)
    effort = Effort(PoolSize(n_passes=4, n_drawings=2, pen_share=1.0), teacher=None, writer_folds=0)
    candidate = Candidate(0.003, 96, 24, Activation.RELU)
    train_robust(sample, split_dataset(sample), None, candidate, recipe, folder, print, effort, others)


def choose(drawings: Sequence[Drawing], writers: np.ndarray) -> list[Drawing]:
    """Choose each digit three times, in turn for the three places."""
    rng = np.random.default_rng(0)
    theirs = [drawing for drawing in drawings if drawing.writer in writers.tolist()]
    of_digit = [[drawing for drawing in theirs if drawing.label == digit] for digit in range(N_DIGITS)]
    rows = [rng.choice(len(of), len(PLACES), replace=False) for of in of_digit]
    return [of[place] for of, row in zip(of_digit, rows, strict=True) for place in row]


def fit(drawing: Drawing, place: tuple[float, float, float]) -> list[Line]:
    """Move and scale a digit into a square of the canvas, its shape kept."""
    side, left, top = place
    points = np.array([point[:2] for stroke in drawing.strokes for point in stroke], dtype=float)
    low, extent = points.min(axis=0), np.ptp(points, axis=0).max()
    return [
        [
            (left + side * (x - low[0]) / extent, top + side * (y - low[1]) / extent)
            for x, y in (p[:2] for p in stroke)
        ]
        for stroke in drawing.strokes
    ]


def replay(tab: Page, lines: list[Line]) -> str:
    """Draw on an empty canvas; return what is answered, in words."""
    answer = tab.locator("section.answer")
    expect(answer).to_have_attribute("data-strokes", "0")
    settle(tab)
    for line in lines:
        draw_stroke(tab, line, steps=1)
    expect(answer).to_have_attribute("data-strokes", str(len(lines)))
    expect(answer).to_have_attribute("data-state", "settled")
    settle(tab)
    words = tab.get_by_role("status", name=re.compile("^guess: ")).get_attribute("aria-label")
    tab.get_by_role("button", name="Clear").click()
    return words or ""
