"""The instruments of the Operate page: units to switch, and what else can be done."""

from collections.abc import Callable

import streamlit as st

from mnist_core.insight.operate.operations import FEWEST_BITS, Prune, Swap
from mnist_core.insight.operate.orders import Order
from mnist_core.insight.operate.plain_weights import HIDDEN
from mnist_ui.cached.opened_models import read_fields
from mnist_ui.components.unit_picker import Tile, pick_picture
from mnist_ui.names import NAMES
from mnist_ui.operate.steps import Operated
from mnist_ui.session import Key

_SIZES = {"hidden1": 50, "hidden2": 72}  # of a tile, so that a layer fits the screen
_UNROUNDED = 0  # bits, on the slider
_MOST_SHOWN_BITS = 10  # more change nothing that could be seen
_ORDER_WORDS = {
    Order.IMPORTANCE: "importance: the loss without it",
    Order.STEPWISE: "the same, ranked anew after each removal (best; takes seconds once)",
    Order.MAGNITUDE: "size of its outgoing weights",
    Order.RANDOM: "chance",
}


def choose_layer(operated: Operated) -> str:
    """Let the user choose the layer to operate on."""
    layer = st.segmented_control(
        "Layer",
        HIDDEN,
        default=HIDDEN[0],
        key=Key.OPERATE_LAYER_WIDGET,
        format_func=lambda name: f"{NAMES[name].capitalize()} ({_say_on(operated, name)})",
        required=True,
    )
    return str(layer)


def show_units(operated: Operated, layer: str) -> None:
    """Show the units of a layer, each a switch."""
    on = operated.weights.is_on(layer)
    st.caption("Click a unit to switch it off: it is then held at its mean. Faint ones are off.")
    pick_picture(
        read_fields(operated.model, layer),
        [Tile(str(unit), f"unit {unit} of {NAMES[layer]}") for unit in range(len(on))],
        lambda unit: operated.toggle(layer, unit),
        key=Key.OPERATE_UNITS_WIDGET,
        label=f"switches of {NAMES[layer]}",
        switched_on=[bool(is_on) for is_on in on],
        one_scale=False,
        size=_SIZES[layer],
    )


def show_instruments(operated: Operated, layer: str) -> None:
    """Show what else can be done to a layer and to the weights."""
    instruments: dict[str, Callable[[Operated, str], None]] = {
        "Prune": _show_prune,
        "Scale": _show_scale,
        "Swap": _show_swap,
        "Round": _show_round,
    }
    with st.container(horizontal=True, gap="small"):
        for name, show in instruments.items():
            with st.popover(name):
                show(operated, layer)


def _say_on(operated: Operated, layer: str) -> str:
    on = operated.weights.is_on(layer)
    return str(len(on)) if on.all() else f"{int(on.sum())} of {len(on)} on"


def _show_prune(operated: Operated, layer: str) -> None:
    most = operated.weights.count_units(layer)
    if most == 1:
        st.caption("The layer has one unit only.")
        return
    last = operated.steps[-1] if operated.steps else None
    st.session_state[Key.OPERATE_KEEP_WIDGET] = max(1, int(operated.weights.is_on(layer).sum()))
    if isinstance(last, Prune):
        st.session_state[Key.OPERATE_ORDER_WIDGET] = last.order

    def prune() -> None:
        order = Order(st.session_state[Key.OPERATE_ORDER_WIDGET])
        operated.prune(layer, int(st.session_state[Key.OPERATE_KEEP_WIDGET]), order)

    st.slider(f"Units of {NAMES[layer]} to keep", 1, most, key=Key.OPERATE_KEEP_WIDGET, on_change=prune)
    st.radio(
        "The best by",
        list(Order),
        key=Key.OPERATE_ORDER_WIDGET,
        format_func=lambda order: _ORDER_WORDS[order],
        on_change=prune,
    )


def _show_scale(operated: Operated, layer: str) -> None:
    unit = _ask_unit(operated, layer, "Unit", Key.OPERATE_SCALED_WIDGET)
    factor = operated.find_factor(layer, unit)
    st.session_state[Key.OPERATE_FACTOR_WIDGET] = 1.0 if factor is None else factor
    st.slider(
        "Factor of its outgoing weights",
        -2.0,
        4.0,
        step=0.1,
        key=Key.OPERATE_FACTOR_WIDGET,
        on_change=lambda: operated.scale(layer, unit, float(st.session_state[Key.OPERATE_FACTOR_WIDGET])),
    )


def _show_swap(operated: Operated, layer: str) -> None:
    first = _ask_unit(operated, layer, "One unit", Key.OPERATE_FIRST_WIDGET)
    second = _ask_unit(operated, layer, "Another", Key.OPERATE_SECOND_WIDGET)
    st.caption(
        "Each then speaks in the other's place. Were their incoming weights swapped too, nothing changed."
    )
    st.button(
        "Swap their outgoing weights",
        disabled=first == second,
        on_click=lambda: operated.add(Swap(layer, first, second)),
    )


def _show_round(operated: Operated, layer: str) -> None:  # noqa: ARG001 - all layers are rounded
    bits = [_UNROUNDED, *range(_MOST_SHOWN_BITS, FEWEST_BITS - 1, -1)]
    now = operated.find_bits()
    st.session_state[Key.OPERATE_BITS_WIDGET] = now if now in bits else _UNROUNDED
    st.select_slider(
        "Bits of each weight",
        bits,
        key=Key.OPERATE_BITS_WIDGET,
        format_func=lambda count: str(count) if count else "as they are",
        on_change=lambda: operated.round(st.session_state[Key.OPERATE_BITS_WIDGET] or None),
    )
    st.caption("All three matrices, each with a step of its own; biases stay as they are.")


def _ask_unit(operated: Operated, layer: str, label: str, key: Key) -> int:
    most = operated.weights.count_units(layer) - 1
    st.session_state[key] = min(int(st.session_state.get(key, 0)), most)
    return int(st.number_input(f"{label} of {NAMES[layer]}", 0, most, key=key))
