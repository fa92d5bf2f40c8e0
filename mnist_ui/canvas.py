"""A canvas for mouse, pen and finger: what is drawn on it comes as strokes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import streamlit as st

from mnist_core.drawing import Stroke
from mnist_ui.assets import read_assets
from mnist_ui.session import Key

_SIDE = 320  # screen pixels; the widest that fits a phone of 360
_COLOUR = "#3f7fd0"  # of the pen: reads on white and on black, so that a change of theme loses no drawing
_PENS = (8, 18, 36)  # narrowest, first and widest pen, screen pixels
_TAP = 0.1  # screen pixels: where the pen moved less, the canvas draws a line of no length; it is a dot
_CURVE_STEPS = 4  # points along a curve between two events of the mouse, which are close together

_Object: TypeAlias = Mapping[str, Any]
"""What Fabric.js, the library below the canvas, calls an object: here one stroke as a path."""

_STYLE = """<style>
.st-key-lab-canvas [data-testid="stBidiComponentIsolated"] { width: fit-content;
  background: color-mix(in srgb, currentColor 4%, transparent); }
@media (forced-colors: active), (prefers-contrast: more) {
  .st-key-lab-canvas [data-testid="stBidiComponentIsolated"] { outline: 1px solid; } }
.st-key-draw-ways { position: absolute; }
</style>"""

_ways = st.components.v2.component(
    "lab_canvas_ways", js=read_assets("canvas_tidy.js", "canvas_send.js", "canvas_keys.js", "canvas_ways.js")
)


@dataclass(frozen=True)
class _Sheet:
    """What Python laid on the canvas last.

    Attributes
    ----------
    laid : sequence of objects
        The strokes that it starts from.
    replaced : sequence of objects or None
        What the canvas held before: until the browser answers, it still reports this.
    version : int
        Counted up, so that the canvas sees a change also where the strokes are the same as before.
    """

    laid: Sequence[_Object] = ()
    replaced: Sequence[_Object] | None = None
    version: int = 0


def show_canvas() -> list[Stroke]:
    """Show the canvas with its buttons, and return what is drawn on it.

    Returns
    -------
    list of strokes
        In the order they were drawn, in screen pixels of the canvas; empty while nothing is drawn.
    """
    st.html(_STYLE)
    if Key.CANVAS_WIDGET not in st.session_state:  # the page was left and is open again
        _lay(st.session_state.get(Key.CANVAS_DRAWN, ()), None)
    with st.container(key="lab-canvas", gap="small"):
        drawn = _show_paper()
        st.session_state[Key.CANVAS_DRAWN] = drawn
        _show_buttons(drawn)
        _ways(key=Key.CANVAS_WAYS_WIDGET)
    return read_paths(drawn)


def read_sheet() -> tuple[list[Stroke], int]:
    """Return what lies on the canvas that was shown, and how often Python has laid strokes on it."""
    sheet: _Sheet = st.session_state[Key.CANVAS_SHEET]
    return read_paths(st.session_state[Key.CANVAS_DRAWN]), sheet.version


def read_paths(objects: Sequence[_Object]) -> list[Stroke]:
    """Turn the paths of a canvas into strokes, their curves into points.

    Parameters
    ----------
    objects : sequence of mappings
        Objects of Fabric.js; those that are no path are left out. The commands of a path are M and L
        with a point, Q with a control point and a point, all in coordinates of the canvas.
    """
    paths = [entry["path"] for entry in objects if str(entry.get("type")).lower() == "path"]
    return [stroke for path in paths if (stroke := _read_path(path))]


def _read_path(path: Sequence[Sequence[Any]]) -> list[tuple[float, float]]:
    points = _read_points(path)
    reaches = [max(places) - min(places) for places in zip(*points, strict=True)]
    return points[:1] if max(reaches, default=0.0) < _TAP else points


def _read_points(path: Sequence[Sequence[Any]]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for command, *numbers in path:
        if command == "Q" and points:
            points += _sample_curve(points[-1], (numbers[0], numbers[1]), (numbers[2], numbers[3]))
        elif len(numbers) >= 2:
            points.append((float(numbers[-2]), float(numbers[-1])))
    return points


def _sample_curve(
    start: tuple[float, float], control: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Compute points along a quadratic Bézier curve, its start left out."""
    shares = [step / _CURVE_STEPS for step in range(1, _CURVE_STEPS + 1)]
    weights = [((1 - t) ** 2, 2 * t * (1 - t), t**2) for t in shares]
    return [
        (a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1])
        for a, b, c in weights
    ]


def _show_paper() -> list[_Object]:
    # Here, as the package can only be imported where an app runs.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    sheet: _Sheet = st.session_state[Key.CANVAS_SHEET]
    result = st_canvas(
        stroke_width=st.session_state.get(Key.PEN_WIDGET, _PENS[1]),
        stroke_color=_COLOUR,
        width=_SIDE,
        height=_SIDE,
        initial_drawing={"objects": list(sheet.laid), "lab_version": sheet.version},
        key=Key.CANVAS_WIDGET,
    )
    objects = list((result.json_data or {}).get("objects", ()))
    if objects == sheet.replaced:
        return list(sheet.laid)
    # It has answered: from here on the same strokes drawn once more are new ones.
    st.session_state[Key.CANVAS_SHEET] = replace(sheet, replaced=None)
    return objects


def _show_buttons(drawn: Sequence[_Object]) -> None:
    with st.container(horizontal=True, width=_SIDE, gap="small"):
        _show_change("Undo", Key.UNDO_WIDGET, ":material/undo:", drawn[:-1], drawn)
        _show_change("Clear", Key.CLEAR_WIDGET, ":material/delete:", (), drawn)
        with st.popover("Pen", icon=":material/line_weight:", width="stretch"):
            narrowest, first, widest = _PENS
            st.slider("Pen width", narrowest, widest, first, key=Key.PEN_WIDGET)
            st.caption("For your eyes only: the network is shown every line as wide as MNIST's.")


def _show_change(
    label: str, key: Key, icon: str, objects: Sequence[_Object], drawn: Sequence[_Object]
) -> None:
    st.button(
        label, key, icon=icon, disabled=not drawn, on_click=_lay, args=(objects, drawn), width="stretch"
    )


def _lay(objects: Sequence[_Object], replaced: Sequence[_Object] | None) -> None:
    before: _Sheet = st.session_state.get(Key.CANVAS_SHEET, _Sheet())
    st.session_state[Key.CANVAS_SHEET] = _Sheet(objects, replaced, before.version + 1)
