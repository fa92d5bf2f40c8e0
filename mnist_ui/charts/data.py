"""Charts of a data set."""

import altair as alt
import numpy as np
import pandas as pd

from mnist_core.arrays import Labels
from mnist_core.dataset import Split

_PARTS = ("training", "held out")


def chart_digit_counts(labels: Labels, split: Split | None) -> alt.LayerChart | alt.FacetChart:
    """Chart how many images of each digit are for training and how many are held out.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        The digits of the data set.
    split : Split or None
        None where the data set cannot be split; all images are then shown as one part.
    """
    bars = alt.Chart(_count_digits(labels, split)).encode(
        x=alt.X("digit:O", title="Digit", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("sum(images):Q", title="Images", axis=alt.Axis(format=",d", tickCount=5)),
    )
    parts = bars.mark_bar().encode(
        color=alt.Color(
            "part:N",
            title=None,
            scale=alt.Scale(domain=list(_PARTS[: 2 if split else 1])),
            legend=alt.Legend(orient="top"),
        ),
        order=alt.Order("order:Q"),
        tooltip=["digit:O", "part:N", alt.Tooltip("images:Q", format=",")],
    )
    totals = bars.mark_text(dy=-8, fontSize=11, color="#808892").encode(
        text=alt.Text("sum(images):Q", format=",")
    )
    return alt.layer(parts, totals).properties(height=280)


def _count_digits(labels: Labels, split: Split | None) -> pd.DataFrame:
    chosen = [split.train, split.test] if split else [np.arange(len(labels))]
    return pd.DataFrame(
        {"digit": digit, "part": _PARTS[order], "order": order, "images": int(count)}
        for order, positions in enumerate(chosen)
        for digit, count in enumerate(np.bincount(labels[positions], minlength=10))
    )
