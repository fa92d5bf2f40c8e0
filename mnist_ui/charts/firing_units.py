"""A chart of what a network makes of one image: the units that fire."""

from typing import Any

import numpy as np
from jaxtyping import Float32

from mnist_ui.charts.looks import BLUE, ORANGE

_FAINT = "#b9bec844"  # nearly the page itself, whichever its theme
_CELL = 16  # screen pixels of a unit's row
_COLUMNS = 24

UnitValues = Float32[np.ndarray, " units"]
"""A value of each unit of a layer."""


def draw_units(values: UnitValues) -> dict[str, Any]:
    """Draw the activation of each unit as a coloured square: blue below zero, grey at it, red above.

    As Vega-Lite has it, without Altair, which looks at each part of a chart, for 9 ms of every stroke.
    """
    strongest = max(1.0, float(np.abs(values).max()))
    rows = [
        {"unit": unit, "row": unit // _COLUMNS, "column": unit % _COLUMNS, "activation": float(value)}
        for unit, value in enumerate(values)
    ]
    columns = {"domain": list(range(_COLUMNS)), "paddingInner": 0.1}
    colours = {
        "domain": [-strongest, 0, strongest],
        "range": [BLUE, _FAINT, ORANGE],
        "interpolate": "rgb",
    }
    return {
        "data": {"values": rows},
        "mark": {"type": "rect", "cornerRadius": 2, "stroke": "transparent", "strokeWidth": 2},
        "encoding": {
            "x": {"field": "column", "type": "ordinal", "axis": None, "scale": columns},
            "y": {"field": "row", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.1}},
            "color": {"field": "activation", "type": "quantitative", "scale": colours, "legend": None},
            "tooltip": [
                {"field": "unit", "type": "ordinal"},
                {"field": "activation", "type": "quantitative", "format": "+.3f"},
            ],
        },
        "height": {"step": _CELL},
        "config": {"view": {"stroke": None}},
    }
