"""Looking into a network: what each unit looks for, as a picture, and how far to trust that picture."""

from mnist_core.insight.fields.layers import (
    Link,
    choose_images,
    layer_sums,
    rank_images,
    read_bias,
    strongest_links,
    strongest_sources,
)
from mnist_core.insight.fields.products import orient_fields, receptive_fields
from mnist_core.insight.fields.sheet import COLOURS, draw_sheet, scale_fields

__all__ = [
    "COLOURS",
    "Link",
    "choose_images",
    "draw_sheet",
    "layer_sums",
    "orient_fields",
    "rank_images",
    "read_bias",
    "receptive_fields",
    "scale_fields",
    "strongest_links",
    "strongest_sources",
]
