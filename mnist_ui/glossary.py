"""The words of the field that pages use, each in a sentence, one click from every page."""

import html

import streamlit as st

_TERMS = {
    "Candidate": "One combination of learning rate, widths and activation that a search tries.",
    "Fold": "A part of the training images: a candidate is trained on the others, and scored on it.",
    "Epoch": "One pass of training over all its images.",
    "Patience": "Training stops after so many epochs without a better loss on its validation images.",
    "Held-out images": "Images that training never sees, to measure on at the end.",
    "95 % interval": "Where the true value lies in 19 of 20 such measurements.",
    "Receptive field": "What a unit looks for, as a picture of the weights that lead to it.",
    "R²": "The share of a unit's variance that a picture explains: 1 is all, 0 no more than a constant.",
    "Probe": "A linear classifier fitted to a layer's values: what planes can tell apart there.",
    "ECE": "Expected calibration error: how far probabilities lie, on average, from the share read right.",
    "Temperature": "What all logits are divided by, so that the probabilities come true.",
}
_STYLE = """<style>
.lab-glossary, .lab-glossary dt, .lab-glossary dd { margin: 0; padding: 0; }
.lab-glossary dt { font-weight: 600; }
.lab-glossary dd + dt { margin-top: 0.6rem; }
</style>"""


def show_glossary() -> None:
    """Offer the words and what they mean, opened in place."""
    rows = "".join(
        f"<dt>{html.escape(term)}</dt><dd>{html.escape(said)}</dd>" for term, said in _TERMS.items()
    )
    with st.popover("Glossary", icon=":material/menu_book:", width="stretch"):
        st.html(f'{_STYLE}<dl class="lab-glossary">{rows}</dl>')
