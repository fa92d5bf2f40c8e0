"""What the Fields page shows, as a link holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from mnist_core.insight.fields.view import View
from mnist_core.insight.fields.views import PRODUCT, VIEWS
from mnist_core.network.architecture import OUTPUT
from mnist_core.network.models import Model
from mnist_ui.fields import state

# They suit any model; a unit does not.
KEPT_PARAMS = ("layer", "method", "digit", "image", "sort", "hide", "ways", "scale", "turned")

_PARAMS = (*KEPT_PARAMS, "unit")
_SCALES = {True: "all", False: "each"}


class Order(StrEnum):
    """By what the pictures of a layer are sorted."""

    UNIT = "unit"
    FIDELITY = "fidelity"
    IMPORTANCE = "importance"
    LIKENESS = "likeness"
    SMOOTHNESS = "smoothness"


@dataclass(frozen=True)
class FieldsView:
    """One view of a model's units.

    Attributes
    ----------
    layer : str
        One of the network's.
    unit : int
        The unit that is open, from 0.
    method : str
        The way of looking, a name of `VIEWS`.
    digit : int
        Of ways with a picture a digit: the digit.
    image : int
        Of ways with a picture an image: its position in the data set.
    order : Order
        By what the pictures are sorted.
    hides_idle : bool
        Whether dead and saturated units are left out.
    shows_ways : bool
        Whether all ways are shown for the open unit.
    one_scale : bool
        Whether all pictures share a scale.
    turned : bool
        Whether the pictures lie as column by column files hold images.
    """

    layer: str
    unit: int
    method: str
    digit: int
    image: int
    order: Order
    hides_idle: bool
    shows_ways: bool
    one_scale: bool
    turned: bool

    @property
    def way(self) -> View:
        """Return the way of looking."""
        return VIEWS[self.method]

    def params(self) -> dict[str, str]:
        """Return the query parameters that reopen the view, without the model's."""
        params = {
            "layer": self.layer,
            "unit": str(self.unit),
            "scale": _SCALES[self.one_scale],
            "turned": str(int(self.turned)),
        }
        optional = {
            "method": self.method,
            "digit": str(self.digit),
            "image": str(self.image),
            "sort": self.order.value,
            "hide": str(int(self.hides_idle)),
            "ways": str(int(self.shows_ways)),
        }
        at_first = ("0", PRODUCT, Order.UNIT.value)
        return params | {key: value for key, value in optional.items() if value not in at_first}


def _read_view(params: Mapping[str, str], model: Model) -> FieldsView:
    """Read a view from query parameters; what they lack or garble is the first layer, the first unit."""
    layer = _choose(params.get("layer"), model.network.layer_names)
    return FieldsView(
        layer=layer,
        unit=_read_number(params.get("unit"), count_units(model, layer)),
        method=_choose(params.get("method"), (PRODUCT, *VIEWS)),
        digit=_read_number(params.get("digit"), count_units(model, OUTPUT)),
        image=_read_number(params.get("image"), None),
        order=Order(_choose(params.get("sort"), tuple(Order))),
        hides_idle=params.get("hide") == "1",
        shows_ways=params.get("ways") == "1",
        one_scale=params.get("scale") != _SCALES[False],
        turned=params.get("turned") == "1",
    )


def count_units(model: Model, layer: str) -> int:
    """Count the units of a layer."""
    return int(getattr(model.network, layer).out_features)


def current_view(model: Model) -> FieldsView:
    """Return the view of the link, or else the one that this tab had last, and make it the link."""
    params = {key: st.query_params[key] for key in _PARAMS if key in st.query_params}
    view = _read_view(params or state.LINK.get(), model)
    state.LINK.put(view.params())
    for key in set(params) - set(view.params()):
        del st.query_params[key]
    change_view(**view.params())
    return view


def change_view(**params: str) -> None:
    """Change parts of the link; the page follows it when it runs next."""
    changed = {key: value for key, value in params.items() if st.query_params.get(key) != value}
    if changed:
        st.query_params.update(changed)


def open_unit(layer: str, unit: int) -> None:
    """Open a unit, of this layer or another."""
    change_view(layer=layer, unit=str(unit))


def _choose(value: str | None, choices: tuple[str, ...]) -> str:
    return value if value in choices else choices[0]


def _read_number(value: str | None, end: int | None) -> int:
    is_one = value is not None and value.isascii() and value.isdecimal() and len(value) < 9
    number = int(value or 0) if is_one else 0
    return number if end is None or number < end else 0
