"""How much is spent on a network that reads what people draw: its course, its pool and its teachers."""

from dataclasses import dataclass, field, replace

from mnist_core.network.recipe import Recipe
from mnist_core.training.robust.distort import Bend
from mnist_core.training.robust.fit import FitPlan
from mnist_core.training.robust.pool import PoolSize, Variety
from mnist_core.training.robust.styles import STYLES
from mnist_core.training.robust.teacher import MAPS

ROBUST = Recipe(max_epochs=300, patience=300, batch_size=1024, inner_folds=20)
"""How the small network is trained, unless something else is asked for; it does not stop early."""

STYLED = replace(ROBUST, max_epochs=1000, patience=1000)
"""How it is trained where pen digits are drawn in other styles: there is more to learn."""

WRITER_FOLDS = 3
"""Parts of the writers for cross-validation: so many teachers, each without one part."""


@dataclass(frozen=True)
class Effort:
    """How much is spent on what surrounds the small network.

    Attributes
    ----------
    pool : PoolSize
        How many distorted images there are.
    bend : Bend
        How strongly they are distorted.
    teacher : FitPlan or None
        How each teacher is trained; None has the small network learn from the labels.
    writer_folds : int
        Parts of the writers for cross-validation; below 2 there is none, and one teacher.
    variety : Variety
        How else pen digits are drawn.
    maps : tuple of int
        Of the convolutions of a teacher.
    least : float
        As for `distil`.
    n_averaged : int
        Steps over which the small network's weights are averaged.
    n_seeds : int
        Networks that are trained on all, each from a seed of its own, where there is cross-validation: the
        first is kept, the others tell what chance does.
    """

    pool: PoolSize = field(default_factory=PoolSize)
    bend: Bend = field(default_factory=Bend)
    teacher: FitPlan | None = field(default_factory=lambda: FitPlan(10, 256, 0.002))
    writer_folds: int = WRITER_FOLDS
    variety: Variety = field(default_factory=Variety)
    maps: tuple[int, int] = MAPS
    least: float = 0.0
    n_averaged: int = 0
    n_seeds: int = 1


STYLED_EFFORT = Effort(
    pool=PoolSize(n_passes=24, n_drawings=17, pen_share=0.35, calm=(0.5, 0.5, 0.5, 0.0)),
    teacher=FitPlan(24, 256, 0.002, n_averaged=400),
    variety=Variety(tuple(STYLES), is_blended=True, slant=0.25),
    maps=(24, 96),
    least=0.2,
    n_averaged=400,
    n_seeds=5,
)
"""What is spent where pen digits are drawn in other styles, too."""

_USUAL = {"robust": (ROBUST, Effort()), "robust, with styles": (STYLED, STYLED_EFFORT)}


def name_recipe(recipe: Recipe, effort: Effort) -> str:
    """Name the recipe, and say whether a setting is not the usual one."""
    for name, (usual, usual_effort) in _USUAL.items():
        is_usual = replace(usual, seed=recipe.seed, n_classes=recipe.n_classes) == recipe
        if is_usual and effort == usual_effort:
            return name
    return "robust, changed"


def list_effort(effort: Effort) -> list[str]:
    """Write an effort as options of the command `train`."""
    folds = [] if effort.writer_folds == WRITER_FOLDS else ["--writer-folds", str(effort.writer_folds)]
    teacher = [] if effort.teacher else ["--no-teacher"]
    styles = ["--styles"] if effort.variety.styles else []
    return ["--recipe", "robust", *styles, *folds, *teacher]
