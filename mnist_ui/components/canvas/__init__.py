"""A canvas for mouse, pen and finger: what is drawn on it comes as strokes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from mnist_core.pens import Stroke
from mnist_ui.components.assets import declare
from mnist_ui.components.canvas.state import DRAWN, PAPER, PEN, SHEET, Canvas, Drawn, Sheet
from mnist_ui.draft import keep_draft
from mnist_ui.streamlit_insides import canvas_ground, style

_SIDE = 320  # screen pixels; the widest that fits a phone of 360
_SIZES = {Canvas.NUMBER: (640, 280)}  # width and height of those that are no square; narrower on a phone
_COLOUR = "#3f7fd0"  # of the pen: reads on white and on black, so that a change of theme loses no drawing
_PENS = (8, 36)  # narrowest and widest pen, screen pixels
_TAP = 0.1  # screen pixels: where the pen moved less, the canvas draws a line of no length; it is a dot
_CURVE_STEPS = 4  # points along a curve between two events of the mouse, which are close together

_KEY = "lab-canvas"  # of the container, as canvas.js has it

_ways = declare("canvas")


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
    if not PAPER[canvas].is_there():  # the page was left and is open again
        _lay(canvas, DRAWN[canvas].get(), None)
    with st.container(key=_KEY, gap="small"):
        drawn = _show_paper(canvas)
        DRAWN[canvas].put(drawn)
        keep_draft()
        _show_buttons(canvas, drawn)
        _ways(key=f"{canvas}-ways", data={"otherwise": otherwise})
    return read_paths(drawn)


def clear_canvas(canvas: Canvas) -> None:
    """Lay an empty sheet on a canvas, before it is shown or in a callback."""
    _lay(canvas, (), DRAWN[canvas].get())
    DRAWN[canvas].put(())


def read_sheet(canvas: Canvas) -> tuple[list[Stroke], int]:
    """Return what lies on the canvas that was shown, and how often Python has laid strokes on it."""
    return read_paths(DRAWN[canvas].get()), SHEET[canvas].get().version


def read_paths(objects: Drawn) -> list[Stroke]:
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


def _show_paper(canvas: Canvas) -> Drawn:
    # Here, as the package can only be imported where an app runs.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    sheet = SHEET[canvas].get()
    width, height = _SIZES.get(canvas, (_SIDE, _SIDE))
    result = st_canvas(
        stroke_width=PEN[canvas].get(),
        stroke_color=_COLOUR,
        width=width,
        height=height,
        initial_drawing={"objects": list(sheet.laid), "lab_version": sheet.version},
        key=PAPER[canvas],
    )
    objects = list((result.json_data or {}).get("objects", ()))
    if objects == sheet.replaced:
        return list(sheet.laid)
    # It has answered: from here on the same strokes drawn once more are new ones.
    SHEET[canvas].put(replace(sheet, replaced=None))
    return objects


def _show_buttons(canvas: Canvas, drawn: Drawn) -> None:
    with st.container(horizontal=True, width=_SIDE, gap="small"):
        _show_change("Undo", ":material/undo:", canvas, drawn[:-1], drawn)
        _show_change("Clear", ":material/delete:", canvas, (), drawn)
        with st.popover("Pen", icon=":material/line_weight:", width="stretch"):
            st.slider("Pen width", *_PENS, PEN[canvas].usual, key=PEN[canvas])
            st.caption("For your eyes only: the network is shown every line as wide as MNIST's.")


def _show_change(label: str, icon: str, canvas: Canvas, changed: Drawn, drawn: Drawn) -> None:
    st.button(
        label,
        f"{canvas}-{label.lower()}",
        icon=icon,
        disabled=not drawn,
        on_click=_lay,
        args=(canvas, changed, drawn),
        width="stretch",
    )


def _lay(canvas: Canvas, objects: Drawn, replaced: Drawn | None) -> None:
    SHEET[canvas].put(Sheet(objects, replaced, SHEET[canvas].get().version + 1))
