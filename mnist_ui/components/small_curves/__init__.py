"""Every network of a search as one small learning curve, laid out by hyper-parameters."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mnist_core.network.grid import Grid
from mnist_ui.charts.live import MOST_ERROR
from mnist_ui.components.assets import declare
from mnist_ui.components.delivery import Delivery
from mnist_ui.components.picking import forward_picked
from mnist_ui.components.small_curves.cells import Axes, Cell, describe_layout

_HTML = '<div class="frame"><div class="grid" role="group"></div></div>'
_figure = declare("small_curves", _HTML)


@dataclass(frozen=True)
class SmallCurves:
    """The figure: cells in the order of rows, then columns.

    Attributes
    ----------
    grid : Grid
        The layout: a row an activation and hidden layers, a column a rate and what else it varies.
    cells : tuple of Cell
        Of all candidates.
    axes : Axes
        Those that all cells share.
    name : str
        Tells it from the figures of other runs and folds.
    steps : tuple of int
        At which step of the figure each cell changed last.
    """

    grid: Grid
    cells: tuple[Cell, ...]
    axes: Axes
    name: str
    steps: tuple[int, ...]

    def say_axes(self) -> str:
        """Say what the cells reach to."""
        accuracy = f"{1 - MOST_ERROR:.0%} to {1 - self.axes.least_error:.1%}"
        return f"epochs 1 to {self.axes.last_epoch}, accuracy {accuracy}"

    def show(
        self,
        key: str,
        delivery: Delivery,
        selected: int | None,
        on_pick: Callable[[int], None],
        found: Collection[int] | None = None,
    ) -> None:
        """Draw the figure, or send what differs to the one that stands under this key.

        Parameters
        ----------
        key : str
            Of the figure.
        delivery : Delivery
            What the tab has of it.
        selected : int or None
            The network that is marked.
        on_pick : callable
            Gets the network that is clicked.
        found : collection of int or None
            The networks that are looked for: others are faint. None looks for all.
        """
        since, last = delivery.sent_before, max(self.steps)
        data = {
            **describe_layout(self.grid),
            "name": self.name,
            "since": since,
            "last": last,
            "cells": [
                {"place": place, **vars(cell)}
                for place, (cell, step) in enumerate(zip(self.cells, self.steps, strict=True))
                if step > since
            ],
            "selected": selected,
            "faint": [] if found is None else [cell.index for cell in self.cells if cell.index not in found],
            "label": "Learning curves of all networks",
        }
        _figure(
            key=key,
            data=data,
            on_picked_change=lambda: forward_picked(key, on_pick),
            on_missing_change=delivery.forget,
        )
        delivery.advance(last)
