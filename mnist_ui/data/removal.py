"""The open data set is removed from the space, once its user has said so twice."""

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_ui import session
from mnist_ui.data import state
from mnist_ui.markdown import escape


def offer_removal(dataset: Dataset) -> None:
    """Offer to remove the open data set."""
    st.button(
        "Remove …",
        icon=":material/delete:",
        type="tertiary",
        on_click=state.REMOVAL_ASKED.put,
        args=(dataset.fingerprint,),
    )
    # It stays open until it is answered, also where the page runs again for another reason.
    if state.REMOVAL_ASKED.get() == dataset.fingerprint:
        _ask(dataset)


@st.dialog("Remove this data set?", icon=":material/delete:", on_dismiss=state.REMOVAL_ASKED.forget)
def _ask(dataset: Dataset) -> None:
    st.markdown(
        f"**{escape(dataset.name)}**, {dataset.n_samples:,} images, as the lab keeps it; the file that you "
        "opened stays where it is. Runs and networks stay too; to be carried on or measured on its images "
        "they need it opened again."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", on_click=state.REMOVAL_ASKED.forget):
            st.rerun()
        if st.button("Remove", type="primary", on_click=_remove, args=(dataset.fingerprint,)):
            st.rerun()


def _remove(fingerprint: str) -> None:
    state.REMOVAL_ASKED.forget()
    try:
        session.remove_dataset(fingerprint)
    except LabError as error:
        session.REFUSAL.put(str(error))
