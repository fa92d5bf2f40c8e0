"""What the Fields page shows, as a link holds it."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from mnist_core.modelstore import Model
from mnist_core.network import LAYERS
from mnist_ui.session import Key

KEPT_PARAMS = ("layer", "scale", "turned")  # they suit any model; a unit does not
_SCALES = {True: "all", False: "each"}


@dataclass(frozen=True)
class FieldsView:
    """One view of a model's fields.

    Attributes
    ----------
    layer : str
        `hidden1`, `hidden2` or `output`.
    unit : int
        The unit that is open, from 0.
    one_scale : bool
        Whether all pictures share a scale.
    turned : bool
        Whether the pictures lie as column by column files hold images.
    """

    layer: str
    unit: int
    one_scale: bool
    turned: bool

    def params(self) -> dict[str, str]:
        """Return the query parameters that reopen the view, without the model's."""
        return {
            "layer": self.layer,
            "unit": str(self.unit),
            "scale": _SCALES[self.one_scale],
            "turned": str(int(self.turned)),
        }


def read_view(params: Mapping[str, str], model: Model) -> FieldsView:
    """Read a view from query parameters; what they lack or garble is the first layer, the first unit."""
    layer = params.get("layer", LAYERS[0])
    layer = layer if layer in LAYERS else LAYERS[0]
    unit = params.get("unit", "")
    units = count_units(model, layer)
    return FieldsView(
        layer=layer,
        unit=int(unit) if unit.isdecimal() and int(unit) < units else 0,
        one_scale=params.get("scale") != _SCALES[False],
        turned=params.get("turned") == "1",
    )


def count_units(model: Model, layer: str) -> int:
    """Count the units of a layer."""
    return int(getattr(model.network, layer).out_features)


def current_view(model: Model) -> FieldsView:
    """Return the view of the link, or else the one that this tab had last, and make it the link."""
    params = {
        key: st.query_params[key] for key in ("layer", "unit", "scale", "turned") if key in st.query_params
    }
    view = read_view(params or st.session_state.get(Key.FIELDS_LINK, {}), model)
    st.session_state[Key.FIELDS_LINK] = view.params()
    change_view(**view.params())
    return view


def change_view(**params: str) -> None:
    """Change parts of the link; the page follows it when it runs next."""
    changed = {key: value for key, value in params.items() if st.query_params.get(key) != value}
    if changed:
        st.query_params.update(changed)
