"""Every network of a run as a small learning curve that grows as it grew: played in the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mnist_core.network.plan import SearchPlan
from mnist_core.store import FitRow, FitState
from mnist_core.store.epochs import EpochAccuracy
from mnist_core.store.ranking import trace_leaders
from mnist_ui.charts.live import LEAST_ERROR, MOST_ERROR
from mnist_ui.components import kept
from mnist_ui.components.assets import declare
from mnist_ui.components.player import make_controls
from mnist_ui.components.small_curves.cells import MOST_CELLS, describe_layout, find_axes, lay_out
from mnist_ui.components.small_curves.figures import add_epochs

_LONGEST_S, _SHORTEST_S = 30.0, 5.0  # of a whole run, at the usual speed
_EPOCHS_A_SECOND = 20.0  # of a short run
_SPEEDS = {0.25: "¼×", 0.5: "½×", 1: "1×", 2: "2×", 4: "4×"}
_CONTROLS = make_controls(
    "Epochs of all networks, in the order in which they ended",
    "Speed",
    {f"{value:g}": words for value, words in _SPEEDS.items()},
    "1",
)
_HTML = f"""
<div class="replay">{_CONTROLS}
  <p class="said"></p>
  <div class="frame"><div class="grid" role="group"></div></div>
</div>
"""

_player = declare("replay", _HTML)


@dataclass(frozen=True)
class Replay:
    """What the browser needs of a run to play it.

    Attributes
    ----------
    plan : SearchPlan
        Of the run.
    epochs : sequence of EpochAccuracy
        In the order in which they ended, without those of the winner's retraining.
    fits : sequence of FitRow
        As they stand now.
    """

    plan: SearchPlan
    epochs: Sequence[EpochAccuracy]
    fits: Sequence[FitRow]

    def show(self, key: str, n_seen: int) -> int:
        """Show the player, first at some epoch; return where it is now, as it tells once a second."""
        n_settled = sum(fit.state is not FitState.RUNNING for fit in self.fits)
        name = f"{key}-{len(self.epochs)}-{n_settled}"
        kept.send(f"{key}-run", {**_describe_once(name, self), "name": name})
        data = {"name": name, "seen": n_seen}
        # Read here and not by a callback, which finds no state where the run before was cut short.
        moved = _player(key=key, data=data, on_moved_change=lambda: None).moved
        return int(moved["seen"]) if isinstance(moved, dict) else n_seen

    def describe(self) -> dict[str, Any]:
        """Describe the run as plain values; places are those of the cells, row by row."""
        grid, n_epochs = self.plan.tried, len(self.epochs)
        candidates = grid.candidates()
        indices = {candidate: index for index, candidate in enumerate(candidates)}
        order = [indices[candidate] for candidate in lay_out(grid)]
        places = {index: place for place, index in enumerate(order)}
        curves = add_epochs({}, self.epochs)
        axes = find_axes([curve for each in curves.values() for curve in each.values()])
        seconds = min(max(n_epochs / _EPOCHS_A_SECOND, _SHORTEST_S), _LONGEST_S)
        dropped = {fit.candidate for fit in self.fits if fit.state is FitState.DROPPED}
        is_drawn = grid.n_candidates <= MOST_CELLS
        return {
            **(describe_layout(grid) if is_drawn else {"words": "", "columns": [], "rows": []}),
            "label": "Learning curves of all networks, replayed",
            "order": order,
            "names": [str(candidates[index]) for index in order],
            "places": [places[row.candidate] for row in self.epochs],
            "folds": [row.fold for row in self.epochs],
            "accuracies": [round(row.accuracy, 5) for row in self.epochs],
            "lengths": self._find_lengths(order),
            "leaders": self._find_leaders(places),
            "axes": {
                "last_epoch": axes.last_epoch,
                "least_error": axes.least_error,
                "least": LEAST_ERROR,
                "most": MOST_ERROR,
            },
            "n_fits": self.plan.n_fits,
            "dropped": [place for place, index in enumerate(order) if index in dropped],
            "pace": n_epochs / seconds / 1e3,
        }

    def _find_lengths(self, order: Sequence[int]) -> list[list[int]]:
        """Find how many epochs each fit had in the end; 0 where it has not ended and was not dropped."""
        ended = {
            (fit.candidate, fit.fold): fit.n_epochs for fit in self.fits if fit.state is not FitState.RUNNING
        }
        return [[ended.get((index, fold), 0) for fold in range(self.plan.cv)] for index in order]

    def _find_leaders(self, places: Mapping[int, int]) -> list[dict[str, Any]]:
        """Find who led from which epoch on."""
        last = {(row.candidate, row.fold): number for number, row in enumerate(self.epochs, 1)}
        ended = [fit for fit in self.fits if fit.score is not None and (fit.candidate, fit.fold) in last]
        ended.sort(key=lambda fit: last[fit.candidate, fit.fold])
        candidates = self.plan.candidates()
        return [
            {
                "seen": last[fit.candidate, fit.fold],
                "place": places[leader.index],
                "words": f"{candidates[leader.index]}, {leader.mean:.2%} on {leader.say_folds()}",
            }
            for fit, leader in zip(ended, trace_leaders(ended), strict=True)
        ]


@st.cache_resource(show_spinner=False, max_entries=4)
def _describe_once(name: str, _replay: Replay) -> dict[str, Any]:  # noqa: ARG001 - the key
    # A hundred thousand epochs take a tenth of a second, and the page runs again each second while they play.
    return _replay.describe()
