"""All ways of looking at one unit, side by side, each with its number."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.insight.fields.fidelity import ANOTHER, BLURRED, Fidelity
from mnist_core.insight.fields.view import Kind, View
from mnist_core.insight.fields.views import VIEWS
from mnist_core.network.architecture import LAYER_WORDS
from mnist_ui.cached.lens import Lens
from mnist_ui.components.gallery import Colours
from mnist_ui.components.unit_picker import Tile, pick_picture
from mnist_ui.fields.link import FieldsView, change_view
from mnist_ui.fields.pictures import look_all_ways, measure_way, show_digits, show_way
from mnist_ui.fields.unit_order import say_measure
from mnist_ui.markdown import escape
from mnist_ui.names import name_unit

_GROUPS: tuple[tuple[str, Callable[[View], bool]], ...] = (
    ("One picture for all images, R²", lambda way: way.kind is Kind.UNIT and not way.is_ink),
    ("Images that drive it, R²", lambda way: way.is_ink),
    (
        "For images read as {digit}, R² of the pictures of all digits together",
        lambda way: way.kind is Kind.DIGIT,
    ),
    ("For image {image}, insertion less deletion", lambda way: way.kind is Kind.IMAGE),
)
_SIZE = 118  # the longest title fits


def show_ways(lens: Lens, view: FieldsView) -> None:
    """Show the open unit in all ways, of which one that is chosen is opened, and what each explains."""
    look_all_ways(lens, view)
    with st.container(horizontal=True, gap="large"):
        for place, (words, belongs) in enumerate(_GROUPS):
            ways = [way for way in VIEWS.values() if belongs(way)]
            with st.container(width=len(ways) * (_SIZE + 12) + 16):
                st.caption(words.format(digit=view.digit, image=view.image))
                _show_group(lens, view, ways, f"fields-ways-{place}")
    _show_table(lens, view)


def show_digit_pictures(lens: Lens, view: FieldsView) -> None:
    """Show the open unit's picture for every digit, with what it explains among images read as that digit."""
    per_digit = measure_way(lens, view.layer, view.method).per_digit
    assert per_digit is not None  # it is of a way with a picture a digit
    numbers = per_digit[:, view.unit]
    st.caption(
        "Its picture for images read as each digit, and the R² among these; click one to choose the digit."
    )
    pick_picture(
        show_digits(lens, view)[:, view.unit],
        [
            Tile(
                f"{digit}: {say_measure(number)}",
                f"picture for images read as {digit}, R² {say_measure(number)}",
            )
            for digit, number in enumerate(numbers)
        ],
        lambda digit: change_view(digit=str(digit)),
        key="fields-digits",
        label=f"{name_unit(view.layer, view.unit)} for each digit",
        selected=view.digit,
        one_scale=view.one_scale,
        size=60,
    )


def _show_group(lens: Lens, view: FieldsView, ways: list[View], key: str) -> None:
    names = [way.name for way in ways]
    numbers = [measure_way(lens, view.layer, name).per_unit[view.unit] for name in names]
    pick_picture(
        np.stack([show_way(lens, view, name)[view.unit] for name in names]),
        [
            Tile(f"{way.title}\n{say_measure(number)}", f"{way.title}, {say_measure(number)}")
            for way, number in zip(ways, numbers, strict=True)
        ],
        lambda place: change_view(method=names[place]),
        key=key,
        label="ways of looking: " + ", ".join(way.title for way in ways),
        colours=Colours.INK if ways[0].is_ink else Colours.SIGNED,
        selected=names.index(view.method) if view.method in names else None,
        one_scale=False,
        size=_SIZE,
    )


def _show_table(lens: Lens, view: FieldsView) -> None:
    found = {way.name: measure_way(lens, view.layer, way.name) for way in VIEWS.values()}
    st.markdown(f"**What each way explains in {LAYER_WORDS[view.layer]}**, on {escape(lens.images.words)}")
    rows = pd.DataFrame(
        {
            "way": [way.title for way in VIEWS.values()],
            "pictures": [way.kind.value for way in VIEWS.values()],
            "fidelity": [found[name].mean for name in VIEWS],
            "worst unit": [found[name].worst for name in VIEWS],
            "blurred": [_say_control(found[name], BLURRED) for name in VIEWS],
            "another's": [_say_control(found[name], ANOTHER) for name in VIEWS],
            "in words": [way.describe(found[name]) for name, way in VIEWS.items()],
        }
    )
    bar = st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.2f", width="small")
    st.dataframe(
        rows,
        hide_index=True,
        column_config={"fidelity": bar, "worst unit": bar},
        height="content",
    )
    st.caption(
        "Fidelity is R² for ways with a picture a unit or a digit, and insertion less deletion, where "
        "chance gives about 0, for ways with a picture an image: the two do not compare. The latter favours "
        "smooth pictures, so two controls stand beside it: the same for the picture blurred, and for the "
        "unit's picture of another image that drives it."
    )


def _say_control(fidelity: Fidelity, name: str) -> str:
    return say_measure(fidelity.mean_of(name)) if name in fidelity.controls else ""
