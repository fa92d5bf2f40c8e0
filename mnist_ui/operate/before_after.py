"""One digit before the operation and after: the one that was drawn last, or a held-out image."""

import streamlit as st

from mnist_core.ground.arrays import Image
from mnist_ui.charts.shown import show_chart
from mnist_ui.components.gallery import show_gallery
from mnist_ui.drawings.last_drawing import find_drawn
from mnist_ui.markdown import escape
from mnist_ui.operate.operation_charts import draw_before_after
from mnist_ui.operate.steps import Operated
from mnist_ui.segments import choose_one

_DRAWN, _OTHER = "The digit you drew", "An image"
_PICTURE_SIZE = 84  # screen pixels, three of them a pixel of the image


def show_digit(operated: Operated) -> None:
    """Show what the network makes of one digit, before and after."""
    image, words = _choose_image(operated)
    before, after = (
        operated.bench.read_images(weights, image[None])[0]
        for weights in (operated.bench.original, operated.weights)
    )
    names = operated.model.info.class_names
    picture, chart = st.columns([1, 2])
    with picture:
        show_gallery(image[None], [words], size=_PICTURE_SIZE, label=words)
        first, second = names[int(before.argmax())], names[int(after.argmax())]
        st.markdown(f"Read as **{second}**" + ("." if first == second else f", before as **{first}**."))
    with chart:
        show_chart(draw_before_after, before, after, names)


def _choose_image(operated: Operated) -> tuple[Image, str]:
    drawn = find_drawn(operated.model.info.side)
    if drawn is not None:
        source = choose_one("Digit", [_DRAWN, _OTHER], "operate-source", label_visibility="collapsed")
        if source == _DRAWN:
            return drawn, _DRAWN
    test = operated.bench.test
    place = st.number_input(
        "Image",
        0,
        len(test.labels) - 1,
        key="operate-image",
        help=f"One of the {escape(operated.bench.words)}. Or draw one on the Draw page.",
    )
    return test.images[int(place)], f"a {operated.model.info.class_names[test.labels[int(place)]]}"
