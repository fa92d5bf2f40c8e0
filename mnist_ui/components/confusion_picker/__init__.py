"""A confusion matrix of which one cell is chosen, by a click or by the keyboard."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from mnist_core.ground.arrays import Confusion
from mnist_ui.components.assets import declare
from mnist_ui.components.picking import forward_picked

_HTML = """
<table aria-label="Confusion matrix">
  <thead>
    <tr><th class="corner">true</th><th>read as</th></tr>
    <tr></tr>
  </thead>
  <tbody></tbody>
</table>
"""

_picker = declare("confusion_picker", _HTML)


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
    n = len(names)
    chosen = None if selected is None else selected[0] * n + selected[1]
    data = {"rows": _describe_rows(confusion, names), "names": list(names), "selected": chosen}
    forward = partial(forward_picked, key, lambda index: on_pick(*divmod(index, n)))
    _picker(key=key, data=data, on_picked_change=forward)


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
