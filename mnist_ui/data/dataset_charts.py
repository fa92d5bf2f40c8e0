"""Charts of a data set."""

import altair as alt
import numpy as np
import pandas as pd

from mnist_core.data.dataset import Dataset, Split

_PARTS = ("training", "held out")


def chart_digit_counts(dataset: Dataset, split: Split | None) -> alt.LayerChart | alt.FacetChart:
    """Chart how many images of each digit are for training and how many are held out.

    Parameters
    ----------
    dataset : Dataset
        Its classes are counted, those that occur; without labels there is no bar.
    split : Split or None
        None where the data set cannot be split; all images are then shown as one part.
    """
    bars = alt.Chart(_count_digits(dataset, split)).encode(
        x=alt.X("digit:O", title="Digit", sort=None, axis=alt.Axis(labelAngle=0)),
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


def _count_digits(dataset: Dataset, split: Split | None) -> pd.DataFrame:
    labels = np.zeros(0, np.int64) if dataset.known_labels is None else dataset.known_labels
    chosen = [split.train, split.test] if split else [np.arange(len(labels))]
    return pd.DataFrame(
        {"digit": dataset.class_names[place], "part": _PARTS[order], "order": order, "images": int(count)}
        for order, positions in enumerate(chosen)
        for place, count in enumerate(np.bincount(labels[positions], minlength=dataset.n_classes))
        if dataset.class_counts[place]
    )
