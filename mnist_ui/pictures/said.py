"""What each picture of a network says of one image: parts that add up to the logits."""

import numpy as np
import streamlit as st
from jaxtyping import Float64

from mnist_core.ground.arrays import Image
from mnist_core.insight.fields.eigenpictures import MOST_PICTURES, Eigenpictures
from mnist_core.network.models import Model
from mnist_ui.components.gallery import Colours, show_gallery
from mnist_ui.markdown import escape
from mnist_ui.names import name_digit

_SIZE = 58  # screen pixels of a picture; five side by side on a phone
_LARGE = 96


def show_guess(model: Model, whole: Eigenpictures, image: Image) -> None:
    """Show what is read, and where on the image each picture of it found what it multiplies."""
    (logits,) = whole.add_up(image[None])
    names, (guess, second) = model.info.class_names, _rank(logits)[:2]
    st.markdown(
        f"**It reads {escape(name_digit(names[guess]))}**: its pictures add up to "
        f"{logits[guess]:+.2f}, those of {escape(name_digit(names[second]))} to {logits[second]:+.2f}."
    )
    n = min(whole.counts[guess], MOST_PICTURES)
    products = (whole.pictures[guess, :n] * image).astype(np.float32)
    totals = products.sum(axis=(1, 2)) + whole.shifts[guess, :n]
    parts = whole.strengths[guess, :n] * totals**2
    captions = [f"{total:+.2f} → {part:+.2f}" for total, part in zip(totals, parts, strict=True)]
    label = f"pictures of {names[guess]} times the image"
    show_gallery(products, captions, Colours.SIGNED, size=_LARGE, one_scale=False, label=label)
    st.caption(
        f"Its pictures of {escape(names[guess])}, times the image: what each adds up to with its shift, and "
        "the part of the logit that this is, squared and times its strength."
    )


def show_parts(model: Model, whole: Eigenpictures, image: Image) -> None:
    """Show how much each picture of every class said of an image, the guess first."""
    (parts,) = whole.split(image[None])
    order = _rank(parts.sum(axis=1) + whole.biases)
    for first in range(0, len(order), 2):  # row by row, so that a phone has them in their order, too
        for column, place in zip(st.columns(2, gap="large"), order[first : first + 2], strict=False):
            with column:
                _show_class(whole, parts[place], place, model.info.class_names[place])
    st.caption(
        "Under each picture its part of the logit: the ink on its red less the ink on its blue, with its "
        "shift, squared, times its strength. The square takes more blue for as much as more red. The parts "
        "and the bias add up to the logit: nothing is left out."
    )


def _rank(logits: Float64[np.ndarray, " classes"]) -> list[int]:
    return [int(place) for place in np.argsort(-logits, kind="stable")]


def _show_class(whole: Eigenpictures, parts: np.ndarray, place: int, name: str) -> None:
    shown, rest = parts[:MOST_PICTURES], parts[MOST_PICTURES : whole.counts[place]]
    terms = " ".join(f"{part:+.2f}" for part in shown)
    others = f" {rest.sum():+.2f} of {len(rest)} weaker ones" if len(rest) else ""
    bias = whole.biases[place]
    st.markdown(f"**{escape(name)}**: {terms}{others}, bias {bias:+.2f} = **{parts.sum() + bias:+.2f}**")
    show_strongest(whole, place, [f"{part:+.2f}" for part in shown], f"pictures of {name}")


def show_strongest(whole: Eigenpictures, place: int, captions: list[str], label: str) -> None:
    """Show the strongest pictures of a class, each on its own scale."""
    n = min(whole.counts[place], MOST_PICTURES)
    pictures = whole.pictures[place, :n].astype(np.float32)
    show_gallery(pictures, captions[:n], Colours.SIGNED, size=_SIZE, one_scale=False, label=label)
