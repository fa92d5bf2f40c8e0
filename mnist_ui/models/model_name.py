"""What a model that is made here may be called."""

from itertools import count

import streamlit as st

from mnist_core.ground.errors import ModelError
from mnist_core.network import model_names
from mnist_ui.markdown import escape
from mnist_ui.session import list_model_folders

_MOST = 60  # letters


def ask_for_model_name(label: str, usual: str, key: str) -> str | None:
    """Ask what a new model is to be called; None, with a sentence below, while it cannot be that."""
    name = str(st.text_input(label, usual, key=key, max_chars=_MOST)).strip()
    try:
        check_new_name(name)
    except ModelError as error:
        st.caption(f":red[{escape(str(error))}]")
        return None
    return name


def propose_name(usual: str) -> str:
    """Propose a name that no model has: the usual one, else with a number."""
    taken = list_model_folders()
    names_of_it = (usual + (f"-{number}" if number > 1 else "") for number in count(1))
    return next(name for name in names_of_it if name not in taken)


def check_new_name(name: str) -> None:
    """Refuse a name that no folder of models can have, or that one has already.

    Raises
    ------
    ModelError
        If it is such a name.
    """
    model_names.check_new_name(name, list_model_folders())
