"""The chart of what more images bring."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mnist_core.training.retraining.learning_curve import Growth, Trial
from mnist_ui.charts.looks import BLUE, Layered


def draw_growth(curve: Sequence[Growth], trials: Sequence[Trial]) -> Layered:
    """Draw the accuracy over the size of the training set: each network, their mean, its interval."""
    sizes = [point.size for point in curve]
    x = alt.X(
        "size:Q",
        title="training images",
        scale=alt.Scale(type="log", nice=False, domain=[sizes[0] * 0.9, sizes[-1] * 1.1]),
        axis=alt.Axis(values=sizes, format=",", labelOverlap=True),
    )
    title, scale = "read right", alt.Scale(zero=False)
    points = alt.Chart(pd.DataFrame([vars(point) for point in curve])).encode(x=x)
    band = points.mark_area(opacity=0.2, color=BLUE)
    band = band.encode(y=alt.Y("accuracy_from:Q", title=title, scale=scale), y2="accuracy_to:Q")
    line = points.mark_line(color=BLUE, strokeWidth=2, point=alt.OverlayMarkDef(size=50, color=BLUE)).encode(
        y=alt.Y("accuracy:Q", axis=alt.Axis(format="%")),
        tooltip=[
            alt.Tooltip("size:Q", title="images", format=","),
            alt.Tooltip("n_networks:Q", title="networks"),
            *(
                alt.Tooltip(f"{name}:Q", title=words, format=".2%")
                for name, words in (
                    ("accuracy", "mean"),
                    ("accuracy_from", "from"),
                    ("accuracy_to", "to"),
                    ("lowest", "worst"),
                    ("highest", "best"),
                )
            ),
        ],
    )
    each = pd.DataFrame([{"size": trial.size, "accuracy": trial.n_right / trial.n} for trial in trials])
    dots = alt.Chart(each).mark_point(filled=True, size=18, opacity=0.5, color=BLUE)
    return alt.layer(band, dots.encode(x=x, y="accuracy:Q"), line).properties(height=340)
