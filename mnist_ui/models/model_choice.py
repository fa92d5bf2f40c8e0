"""The choice of a model, the same on every page and in every link."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.ground.errors import ModelError
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import open_model
from mnist_ui.markdown import escape
from mnist_ui.models.winner import take_winner
from mnist_ui.session import MODEL, MODEL_WIDGET, list_model_folders

_SHIPPED = "paper"
_PARAM = "model"

BEST_READER = "robust"
"""The shipped model that was trained to read what people draw."""


def choose_model(kept_params: Sequence[str] = (), usual: str = _SHIPPED) -> Model:
    """Let the user choose a saved model, and open it; the choice is part of the page's link.

    Without any model, or where the chosen one is damaged, the page says so and ends here.

    Parameters
    ----------
    kept_params : sequence of str
        Query parameters that suit another model too; the others are dropped when it changes.
    usual : str
        The model that suits the page, opened while the user has chosen none.
    """
    names = list(list_model_folders())
    if not names:
        _ask_for_model()
    take_winner()
    name = _find_name(names, usual)
    if name != usual:  # which is this page's own choice, not the user's
        MODEL.put(name)
    if st.query_params.get(_PARAM) != name:
        st.query_params[_PARAM] = name
    shown = MODEL_WIDGET.shows(name, lambda chosen: _follow_choice(chosen, kept_params))
    st.selectbox("Model", names, format_func=_describe, **shown)
    return _open_or_stop(name)


def _find_name(names: list[str], usual: str) -> str:
    asked = st.query_params.get(_PARAM)
    if asked in names:
        return asked
    if asked is not None:
        st.warning(
            f"The link asks for a model named {escape(asked)}, but there is none: choose another below."
        )
    remembered = MODEL.get()
    if remembered in names:
        return remembered
    return next((name for name in (usual, _SHIPPED) if name in names), names[0])


def _follow_choice(name: str, kept_params: Sequence[str]) -> None:
    MODEL.put(name)
    kept = {key: st.query_params[key] for key in kept_params if key in st.query_params}
    st.query_params.from_dict({_PARAM: name, **kept})


def _describe(name: str) -> str:
    folder = list_model_folders().get(name)
    try:
        info = open_model(folder).info if folder else None
    except ModelError:
        info = None
    if info is None:
        return f"{name}: cannot be opened"
    return f"{name}: {info.network_words}" + (f", {info.test.accuracy:.2%}" if info.test.is_unseen else "")


def _open_or_stop(name: str) -> Model:
    try:
        return open_model(list_model_folders()[name])
    except ModelError as error:
        st.error(escape(str(error)))
        st.stop()


def _ask_for_model() -> None:
    with st.container(border=True):
        st.markdown("**No model is saved yet.** A search trains one and saves it.")
        st.page_link("pages/search.py", label="Start a search", icon=":material/tune:")
    st.stop()
