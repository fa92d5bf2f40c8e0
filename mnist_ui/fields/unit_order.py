"""In which order, and which of them, the units of a layer are shown."""

from dataclasses import dataclass

import numpy as np

from mnist_core.ground.arrays import Indices
from mnist_core.insight.fields.unit_facts import smoothness
from mnist_core.insight.fields.view_arrays import PerUnit
from mnist_ui.cached.lens import Lens
from mnist_ui.fields.link import FieldsView, Order
from mnist_ui.fields.pictures import measure_way, read_facts, read_likeness, show_way

ORDER_WORDS = {
    Order.UNIT: "Unit",
    Order.FIDELITY: "Fidelity",
    Order.IMPORTANCE: "Accuracy lost without it",
    Order.LIKENESS: "Digit-likeness",
    Order.SMOOTHNESS: "Smoothness",
}
ORDER_HELP = (
    "Fidelity: how far this way can be trusted for the unit. Accuracy lost without it: in percentage "
    "points, with the unit's activation held at its mean. Digit-likeness: the picture's correlation with "
    "the mean image of a digit less that of all digits; of an output unit with its own digit, of others "
    "with the digit they are most like. Smoothness: near 1 where the picture changes slowly, about 0 for "
    "noise."
)


@dataclass(frozen=True, eq=False)
class Shown:
    """The units of a layer that are shown.

    Attributes
    ----------
    units : ndarray of shape (k,), int64
        In the order in which they are shown.
    captions : list of str
        What stands below each.
    n_hidden : int
        How many are left out.
    """

    units: Indices
    captions: list[str]
    n_hidden: int


def arrange_units(lens: Lens, view: FieldsView, n_units: int) -> Shown:
    """Arrange the units of a layer as a view wants them.

    Raises
    ------
    DataError
        If what they are sorted by cannot be measured on the images.
    """
    values = _measure_order(lens, view)
    units = np.arange(n_units)
    if values is not None:  # the highest first; what has no value last
        units = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
    if view.hides_idle:
        facts = read_facts(lens, view.layer)
        units = units[~(facts.is_dead | facts.is_saturated)[units]]
    captions = [_name(view.order, int(unit), values) for unit in units]
    return Shown(units.astype(np.int64), captions, n_units - len(units))


def say_measure(number: float, digits: int = 2) -> str:
    """Say a number that could not always be measured."""
    return "–" if np.isnan(number) else f"{number:.{digits}f}"


def _measure_order(lens: Lens, view: FieldsView) -> PerUnit | None:
    if view.order is Order.FIDELITY:
        return measure_way(lens, view.layer, view.method).per_unit
    if view.order is Order.IMPORTANCE:
        return 100 * read_facts(lens, view.layer).lost_at_mean
    if view.order is Order.SMOOTHNESS:
        return smoothness(show_way(lens, view))
    if view.order is Order.LIKENESS:
        likeness = read_likeness(lens, view)
        return likeness.best_correlations if likeness.own is None else likeness.own
    return None


def _name(order: Order, unit: int, values: PerUnit | None) -> str:
    if values is None:
        return str(unit)
    return f"{unit}: {say_measure(values[unit], 1 if order is Order.IMPORTANCE else 2)}"
