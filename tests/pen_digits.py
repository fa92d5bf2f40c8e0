"""Ten digits as a person draws them: lines of a pen, from (0, 0), the upper left corner, to (1, 1)."""

import math
from collections.abc import Sequence
from typing import TypeAlias

Line: TypeAlias = Sequence[tuple[float, float]]


def draw_arc(middle: tuple[float, float], radii: tuple[float, float], turns: tuple[float, float]) -> Line:
    """Draw a part of an ellipse; turns from 0, at its right, clockwise to 1."""
    steps = [turns[0] + (turns[1] - turns[0]) * step / 16 for step in range(17)]
    return [
        (middle[0] + radii[0] * math.cos(math.tau * turn), middle[1] + radii[1] * math.sin(math.tau * turn))
        for turn in steps
    ]


PEN_DIGITS: dict[int, Sequence[Line]] = {
    0: [draw_arc((0.5, 0.5), (0.24, 0.36), (0.75, 1.75))],
    1: [[(0.5, 0.15), (0.5, 0.85)]],
    2: [[*draw_arc((0.5, 0.32), (0.2, 0.17), (0.55, 1.08)), (0.3, 0.85), (0.75, 0.85)]],
    3: [
        [
            *draw_arc((0.47, 0.31), (0.2, 0.16), (0.6, 1.25)),
            *draw_arc((0.47, 0.67), (0.23, 0.2), (0.75, 1.4)),
        ]
    ],
    4: [[(0.4, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.65, 0.2), (0.6, 0.9)]],
    5: [
        [(0.38, 0.18), (0.35, 0.45), *draw_arc((0.48, 0.64), (0.22, 0.22), (0.65, 1.4))],
        [(0.38, 0.18), (0.72, 0.18)],
    ],
    6: [[(0.62, 0.12), (0.42, 0.35), *draw_arc((0.51, 0.68), (0.2, 0.18), (0.5, 1.5))]],
    7: [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]],
    8: [
        [
            *draw_arc((0.5, 0.32), (0.16, 0.17), (1.25, 0.25)),
            *draw_arc((0.5, 0.68), (0.2, 0.19), (0.75, 1.75)),
        ]
    ],
    9: [[*draw_arc((0.5, 0.33), (0.2, 0.18), (1.0, 0.0)), (0.69, 0.5), (0.62, 0.88)]],
}
