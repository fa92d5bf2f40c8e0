"""A confusion matrix of which one cell is chosen, by a click or by the keyboard."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from mnist_core.ground.arrays import Confusion
from mnist_ui.components.assets import read_assets
from mnist_ui.components.picked import read_picked

_HTML = """
<table aria-label="Confusion matrix">
  <thead>
    <tr><th class="corner">true</th><th>read as</th></tr>
    <tr></tr>
  </thead>
  <tbody></tbody>
</table>
"""

_picker = st.components.v2.component(
    "lab_confusion_picker",
    html=_HTML,
    css=read_assets("confusion_picker/confusion_picker.css"),
    js=read_assets("arrow_keys.js", "confusion_picker/confusion_picker.js"),
)


def pick_cell(
    confusion: Confusion,
    on_pick: Callable[[int, int], None],
    *,
    names: Sequence[str],
    key: str,
    selected: tuple[int, int] | None = None,
) -> None:
    """Show a confusion matrix of which a cell can be chosen by a click, or by arrow keys and Enter.

    Parameters
    ----------
    confusion : ndarray of shape (classes, classes), int64
        Counts; rows are true digits, columns guesses.
    on_pick : callable
        Is called with the true digit and the guess of the chosen cell, before the page runs again.
    names : sequence of str
        What the classes are called.
    key : str
        Of the widget.
    selected : tuple of int or None
        True digit and guess of the cell that is chosen now.
    """
    rows = _describe_rows(confusion, names)
    data = {"rows": rows, "names": list(names), "selected": list(selected) if selected else None}
    _picker(key=key, data=data, on_picked_change=lambda: _forward(key, on_pick))


def _describe_rows(confusion: Confusion, names: Sequence[str]) -> list[list[dict[str, Any]]]:
    strengths = _strengths(confusion)
    return [
        [
            {"count": int(count), "strength": round(float(strengths[truth, guess]), 3), "label": label}
            for guess, count in enumerate(row)
            for label in [
                f"true {names[truth]}, read as {names[guess]}: {count} image{'' if count == 1 else 's'}"
            ]
        ]
        for truth, row in enumerate(confusion)
    ]


def _strengths(confusion: Confusion) -> np.ndarray:
    """Scale right cells by their row, wrong ones by the commonest mistake; roots lift the rare ones."""
    totals = np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    wrong = confusion - np.diag(np.diag(confusion))
    strengths: np.ndarray = np.sqrt(wrong / max(int(wrong.max()), 1))
    np.fill_diagonal(strengths, np.diag(confusion / totals))
    return strengths


def _forward(key: str, on_pick: Callable[[int, int], None]) -> None:
    picked = read_picked(key)
    if {"truth", "guess"} <= picked.keys():
        on_pick(int(picked["truth"]), int(picked["guess"]))
