"""The form in which classes get names: an image of each, and what it shall be called."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from mnist_core.data.layouts import Understanding
from mnist_core.ground.arrays import Image
from mnist_ui.components.gallery import show_gallery
from mnist_ui.data import state
from mnist_ui.data.undecided_file import Pending, name_classes

_COLUMNS = 4
_PICTURE = 48  # screen pixels
_LONGEST_NAME = 40  # characters


def offer_naming(pending: Pending) -> None:
    """Show an image of each class, and let its user name them, where they are no digits or may be none."""
    examples = _find_examples(pending.understanding)
    if not examples:
        return
    held = [state.CLASS_NAME.of(f"{place}-{state.CHOICES.get()}") for place in range(len(examples))]
    with st.form(f"names-{state.CHOICES.get()}"):
        st.markdown("**One image of each label**")
        st.caption("Name what they show. What stays empty is called by its label.")
        columns = st.columns(_COLUMNS)
        for place, (label, image) in enumerate(examples.items()):
            with columns[place % _COLUMNS]:
                show_gallery(image[None], size=_PICTURE, label=f"an image of label {label}")
                st.text_input(label, key=held[place], max_chars=_LONGEST_NAME, placeholder=label)
        if st.form_submit_button("Name the classes so", icon=":material/label:"):
            names = [one.get().replace(",", " ").strip() for one in held]
            name_classes([name or label for name, label in zip(names, examples, strict=True)])
            st.rerun()


def _find_examples(found: Understanding) -> Mapping[str, Image]:
    coding = next((one.value for one in found.decisions if one.name == "coding"), None)
    if found.dataset is None or coding != "names":
        return found.examples
    labels, names = found.dataset.labels, found.dataset.class_names
    present, firsts = np.unique(labels, return_index=True)
    return {
        names[label]: np.asarray(found.dataset.images[first])
        for label, first in zip(present, firsts, strict=True)
    }
