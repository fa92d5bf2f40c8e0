"""The commands that do a run again, as they would be typed."""

import json
import shlex

from mnist_core.network.grid import PAPER_GRID
from mnist_core.network.models.info import ModelInfo
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.recipe import list_options, list_seeds

GRID_NAME = "grid.json"
"""What a grid other than the paper's is to be called."""


def write_search(plan: SearchPlan, winner: ModelInfo) -> str:
    """Write the command that searches by a plan again, on the data that its winner was trained on.

    Parameters
    ----------
    plan : SearchPlan
        Of the run. On how many processes is left out: it changes no result.
    winner : ModelInfo
        Its own command names the data, and what of them was overruled.
    """
    words = shlex.split(winner.command)
    data = words[words.index("train") + 1 : words.index("--hidden")]
    options = list_options(plan.recipe, plan.limit)
    grid = "paper" if plan.grid == PAPER_GRID else GRID_NAME
    folds = [] if plan.cv == SearchPlan().cv else ["--cv", str(plan.cv)]
    strategy = [] if plan.strategy is Strategy.GRID else ["--strategy", plan.strategy.value]
    strategy += [] if plan.n_trials is None else ["--trials", str(plan.n_trials)]
    engine = [] if plan.engine is SearchPlan().engine else ["--engine", plan.engine.value]
    return shlex.join(
        [
            "python",
            "-m",
            "mnist_core",
            "search",
            *data,
            "--grid",
            grid,
            *strategy,
            *engine,
            *folds,
            *list_seeds(plan.recipe, plan.split_seed),
            *options,
        ]
    )


def write_grid(plan: SearchPlan) -> str | None:
    """Write the file of a plan's grid; None where it is the paper's, which has a name."""
    return None if plan.grid == PAPER_GRID else json.dumps(plan.grid.values())
