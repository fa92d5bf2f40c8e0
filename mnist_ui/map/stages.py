"""What is read of each stage of a network: beside its cloud, and as a table."""

from collections.abc import Mapping

import streamlit as st

from mnist_core.insight.projection.flatten import place_one
from mnist_core.insight.projection.layer_map import Cloud
from mnist_core.insight.projection.measure import Probed
from mnist_core.network.architecture import LAYER_WORDS
from mnist_ui.components.cloud import Stage
from mnist_ui.map.layer_maps import MapSource
from mnist_ui.map.point_panel import Shown

TITLES = {"input": "Input"} | {layer: name.capitalize() for layer, name in LAYER_WORDS.items()}
"""What the page calls each stage."""

_TIED = "\u00a0"  # no break between these words


def describe_stage(stage: str, cloud: Cloud, probed: Probed, drawn: Shown | None) -> Stage:
    """Describe a stage, with the place of a drawing where there is one."""
    own = None
    if drawn is not None:
        x, y = place_one(cloud.flat, cloud.values, drawn.values[stage]).tolist()
        own = (x, y)
    share = f"{probed.accuracy:.1%}"
    return Stage(TITLES[stage], share, f"{TITLES[stage]}: a linear probe reads {share}", own)


def show_figures(clouds: Mapping[str, Cloud], probed: Mapping[str, Probed], source: MapSource) -> None:
    """Show what a linear probe reads of each stage, and how true its picture is."""
    sample = source.images
    rows = {
        "Layer": [TITLES[stage].replace(" ", _TIED) for stage in clouds],
        "A linear probe reads": [
            f"{one.accuracy:.1%} ({100 * one.interval[0]:.1f} to {one.interval[1]:.1%})"
            for one in probed.values()
        ],
        "Trust": [f"{cloud.trust:.2f}" for cloud in clouds.values()],
    }
    st.table(rows, hide_index=True, border="horizontal", alt="What is read of each layer")
    st.caption(
        "**A linear probe** says how far planes can tell the classes apart in all dimensions of a layer: "
        f"fitted to {len(sample.other_labels):,} other images. The network itself reads "
        f"{sample.accuracy:.1%}. **Trust** says how true the picture is, in two dimensions: at 1 all that "
        "lies together is alike in the layer, at 0.5 it is chance."
    )
