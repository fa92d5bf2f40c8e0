"""The instruments of the Operate page: units to switch, and what else can be done."""

from collections.abc import Callable

import streamlit as st

from mnist_core.insight.operate.operations import FEWEST_BITS, Prune, Swap
from mnist_core.insight.operate.orders import Order
from mnist_core.network.architecture import LAYER_WORDS
from mnist_ui.cached.opened_models import read_fields
from mnist_ui.components.unit_picker import Tile, pick_picture
from mnist_ui.names import TILE_SIZES
from mnist_ui.operate import state
from mnist_ui.operate.steps import Operated
from mnist_ui.segments import choose_one
from mnist_ui.session import Held

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
    return choose_one(
        "Layer",
        operated.weights.hidden,
        "operate-layer",
        format_func=lambda name: f"{LAYER_WORDS[name].capitalize()} ({_say_on(operated, name)})",
    )


def show_units(operated: Operated, layer: str) -> None:
    """Show the units of a layer, each a switch."""
    on = operated.weights.is_on(layer)
    st.caption("Click a unit to switch it off: it is then held at its mean. Faint ones are off.")
    pick_picture(
        read_fields(operated.model, layer),
        [Tile(str(unit), f"unit {unit} of {LAYER_WORDS[layer]}") for unit in range(len(on))],
        lambda unit: operated.toggle(layer, unit),
        key="operate-units",
        label=f"switches of {LAYER_WORDS[layer]}",
        switched_on=[bool(is_on) for is_on in on],
        one_scale=False,
        size=TILE_SIZES[layer],
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
    if isinstance(last, Prune):
        state.ORDER.put(last.order)

    def prune(_: object = None) -> None:
        operated.prune(layer, state.KEEP.get(), Order(state.ORDER.get()))

    kept = state.KEEP.shows(max(1, int(operated.weights.is_on(layer).sum())), prune)
    st.slider(f"Units of {LAYER_WORDS[layer]} to keep", 1, most, **kept)
    st.radio(
        "The best by",
        list(Order),
        key=state.ORDER,
        format_func=lambda order: _ORDER_WORDS[order],
        on_change=prune,
    )


def _show_scale(operated: Operated, layer: str) -> None:
    unit = _ask_unit(operated, layer, "Unit", state.SCALED)
    factor = operated.find_factor(layer, unit)
    shown = state.FACTOR.shows(
        1.0 if factor is None else factor, lambda chosen: operated.scale(layer, unit, float(chosen))
    )
    st.slider("Factor of its outgoing weights", -2.0, 4.0, step=0.1, **shown)


def _show_swap(operated: Operated, layer: str) -> None:
    first = _ask_unit(operated, layer, "One unit", state.FIRST)
    second = _ask_unit(operated, layer, "Another", state.SECOND)
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
    st.select_slider(
        "Bits of each weight",
        bits,
        format_func=lambda count: str(count) if count else "as they are",
        **state.BITS.shows(
            now if now is not None and now in bits else _UNROUNDED,
            lambda chosen: operated.round(chosen or None),
        ),
    )
    st.caption("All three matrices, each with a step of its own; biases stay as they are.")


def _ask_unit(operated: Operated, layer: str, label: str, held: Held[int]) -> int:
    most = operated.weights.count_units(layer) - 1
    held.put(min(held.get(), most))
    return int(st.number_input(f"{label} of {LAYER_WORDS[layer]}", 0, most, key=held))
