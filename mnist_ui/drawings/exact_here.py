"""The linear map that the network is at a drawing: a picture a digit, and how far it holds."""

import streamlit as st

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DataError
from mnist_core.network.architecture import OUTPUT
from mnist_core.network.models import Model
from mnist_ui.cached.exact_maps import read_exactness
from mnist_ui.cached.lens import Lens, open_lens
from mnist_ui.cached.opened_models import open_sample
from mnist_ui.components.gallery import Colours, show_gallery
from mnist_ui.markdown import escape
from mnist_ui.session import current_dataset

_SIZE = 80  # screen pixels; ten in a row


def show_exact(model: Model, image: Image) -> None:
    """Show the network at an image as one picture a class; nothing where no test images fit the model."""
    lens = _find_lens(model)
    if lens is None:
        return
    found = read_exactness(lens, OUTPUT, image)
    here = found.here
    st.caption(f"{found.title}: the whole network as a picture a digit")
    captions = [
        f"{name}: {product:+.1f} {offset:+.1f} = {logit:+.1f}"
        for name, product, offset, logit in zip(
            model.info.class_names, here.products, here.offsets, here.sums, strict=True
        )
    ]
    show_gallery(here.fields, captions, Colours.SIGNED, size=_SIZE, label="the network at this image")
    st.caption(
        f"{found.describe()} Below each picture: its product with the image, the offset, and the logit. "
        f"Test images: {escape(lens.images.words)}."
    )


def _find_lens(model: Model) -> Lens | None:
    for dataset in (current_dataset(), open_sample()):
        try:
            if dataset is not None:
                return open_lens(model, dataset)
        except DataError:
            continue  # of other classes
    return None
