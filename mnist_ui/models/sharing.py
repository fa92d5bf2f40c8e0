"""What is one's own is published to the class, and taken back."""

from collections.abc import Callable

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.network.models import Model
from mnist_core.store.people.publishing import give_model, is_given_model, take_back_model
from mnist_ui.markdown import escape
from mnist_ui.session import REFUSAL, settings
from mnist_ui.who import name_space, person


def offer_sharing(
    what: str,
    is_shared: bool,
    share: Callable[[], None],
    take_back: Callable[[], None],
    *,
    is_own: bool = True,
    owner: str = "",
) -> None:
    """Offer to publish something, or to take it back; nothing where the lab is one person's.

    Parameters
    ----------
    what : str
        In words, as "the data set".
    is_shared : bool
        Whether it is published.
    share, take_back : callable
        Do so; raise LabError.
    is_own : bool
        Whether it is who looks that has it; else it is said whose it is.
    owner : str
        The space whose it is, where it is another's.
    """
    if person() is None:
        return
    if not is_own:
        st.caption(f"Published by {escape(name_space(owner))}.")
        return
    label = "Take back from the class" if is_shared else "Publish to the class"
    icon = ":material/undo:" if is_shared else ":material/group:"
    words = f"The others can look at {what} and use it, not change it."
    deed, key = (take_back if is_shared else share), f"share-{what}"
    st.button(label, key, icon=icon, type="tertiary", help=words, on_click=_do, args=(deed,))
    if sentence := REFUSAL.take():
        st.error(escape(sentence), icon=":material/error:")


def offer_sharing_of(model: Model) -> None:
    """Offer to publish a model, or to take it back, where it was made in this space."""
    places = settings()
    if model.folder.parent == places.models_folder:
        offer_sharing(
            f"the model {model.name}",
            is_given_model(places, model.name),
            lambda: give_model(settings(), model.name),
            lambda: take_back_model(settings(), model.name),
        )
    elif model.folder.is_relative_to(places.class_folder):
        st.caption(f"Published by {escape(name_space(model.folder.parents[1].name))}.")


def _do(deed: Callable[[], None]) -> None:
    try:
        deed()
    except LabError as error:
        REFUSAL.put(str(error))
