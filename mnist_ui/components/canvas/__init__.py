"""A canvas for mouse, pen and finger: what is drawn on it comes as strokes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import streamlit as st

from mnist_core.pens import Stroke
from mnist_ui.components.assets import declare
from mnist_ui.draft import keep_draft
from mnist_ui.session import Canvas, CanvasPart
from mnist_ui.streamlit_insides import canvas_ground, style

_SIDE = 320  # screen pixels; the widest that fits a phone of 360
_SIZES = {Canvas.NUMBER: (640, 280)}  # width and height of those that are no square; narrower on a phone
_COLOUR = "#3f7fd0"  # of the pen: reads on white and on black, so that a change of theme loses no drawing
_PENS = (8, 18, 36)  # narrowest, first and widest pen, screen pixels
_TAP = 0.1  # screen pixels: where the pen moved less, the canvas draws a line of no length; it is a dot
_CURVE_STEPS = 4  # points along a curve between two events of the mouse, which are close together

_Object: TypeAlias = Mapping[str, Any]
"""What Fabric.js, the library below the canvas, calls an object: here one stroke as a path."""

_KEY = "lab-canvas"  # of the container, as canvas.js has it

_ways = declare("canvas")


@dataclass(frozen=True)
class Sheet:
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


def show_canvas(canvas: Canvas, otherwise: str = "") -> list[Stroke]:
    """Show a canvas with its buttons, and return what is drawn on it.

    Parameters
    ----------
    canvas : Canvas
        Whose drawing it is.
    otherwise : str
        What those can do who have no mouse, pen or finger, for those who hear the page.

    Returns
    -------
    list of strokes
        In the order they were drawn, in screen pixels of the canvas; empty while nothing is drawn.
    """
    style(canvas_ground(_KEY), f'.st-key-{_KEY} [class*="-ways"] {{ position: absolute; }}')
    if CanvasPart.PAPER_WIDGET.of(canvas) not in st.session_state:  # the page was left and is open again
        _lay(canvas, list_drawn(canvas), None)
    with st.container(key=_KEY, gap="small"):
        drawn = _show_paper(canvas)
        st.session_state[CanvasPart.DRAWN.of(canvas)] = drawn
        keep_draft()
        _show_buttons(canvas, drawn)
        _ways(key=CanvasPart.WAYS_WIDGET.of(canvas), data={"otherwise": otherwise})
    return read_paths(drawn)


def clear_canvas(canvas: Canvas) -> None:
    """Lay an empty sheet on a canvas, before it is shown or in a callback."""
    _lay(canvas, (), list_drawn(canvas))
    st.session_state[CanvasPart.DRAWN.of(canvas)] = ()


def read_sheet(canvas: Canvas) -> tuple[list[Stroke], int]:
    """Return what lies on the canvas that was shown, and how often Python has laid strokes on it."""
    sheet: Sheet = st.session_state[CanvasPart.SHEET.of(canvas)]
    return read_paths(list_drawn(canvas)), sheet.version


def list_drawn(canvas: Canvas) -> Sequence[_Object]:
    """List what was drawn on a canvas when it was shown last, as `read_paths` takes it."""
    drawn: Sequence[_Object] = st.session_state.get(CanvasPart.DRAWN.of(canvas), ())
    return drawn


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


def _show_paper(canvas: Canvas) -> list[_Object]:
    # Here, as the package can only be imported where an app runs.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    key = CanvasPart.SHEET.of(canvas)
    sheet: Sheet = st.session_state[key]
    width, height = _SIZES.get(canvas, (_SIDE, _SIDE))
    result = st_canvas(
        stroke_width=st.session_state.get(CanvasPart.PEN_WIDGET.of(canvas), _PENS[1]),
        stroke_color=_COLOUR,
        width=width,
        height=height,
        initial_drawing={"objects": list(sheet.laid), "lab_version": sheet.version},
        key=CanvasPart.PAPER_WIDGET.of(canvas),
    )
    objects = list((result.json_data or {}).get("objects", ()))
    if objects == sheet.replaced:
        return list(sheet.laid)
    # It has answered: from here on the same strokes drawn once more are new ones.
    st.session_state[key] = replace(sheet, replaced=None)
    return objects


def _show_buttons(canvas: Canvas, drawn: Sequence[_Object]) -> None:
    with st.container(horizontal=True, width=_SIDE, gap="small"):
        undo, clear = CanvasPart.UNDO_WIDGET.of(canvas), CanvasPart.CLEAR_WIDGET.of(canvas)
        _show_change("Undo", undo, ":material/undo:", (canvas, drawn[:-1], drawn))
        _show_change("Clear", clear, ":material/delete:", (canvas, (), drawn))
        with st.popover("Pen", icon=":material/line_weight:", width="stretch"):
            narrowest, first, widest = _PENS
            st.slider("Pen width", narrowest, widest, first, key=CanvasPart.PEN_WIDGET.of(canvas))
            st.caption("For your eyes only: the network is shown every line as wide as MNIST's.")


def _show_change(
    label: str, key: str, icon: str, change: tuple[Canvas, Sequence[_Object], Sequence[_Object]]
) -> None:
    *_, drawn = change
    st.button(label, key, icon=icon, disabled=not drawn, on_click=_lay, args=change, width="stretch")


def _lay(canvas: Canvas, objects: Sequence[_Object], replaced: Sequence[_Object] | None) -> None:
    key = CanvasPart.SHEET.of(canvas)
    before: Sheet = st.session_state.get(key, Sheet())
    st.session_state[key] = Sheet(objects, replaced, before.version + 1)
