"""A network that was trained elsewhere: brought in as a model, and where one came from."""

from io import BytesIO
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.data.files import make_printable
from mnist_core.data.side import MNIST_SIDE
from mnist_core.ground.errors import LabError, ModelError
from mnist_core.insight.imported.choices import ImportChoices
from mnist_core.insight.imported.imported_model import (
    UndecidedImportError,
    Understood,
    keep_import,
    understand_network,
)
from mnist_core.network.model_names import clean_name
from mnist_core.network.models.came_from import ImportFacts
from mnist_core.store.allowance import check_upload, read_allowance
from mnist_ui import session
from mnist_ui.cached.opened_models import open_sample
from mnist_ui.components.uploads import tell_of_uploads
from mnist_ui.markdown import escape
from mnist_ui.models.model_name import ask_for_model_name, check_new_name, propose_name
from mnist_ui.results import state
from mnist_ui.results.said_of_network import ask_for_choices, read_said

_MOST_MB = 256


def offer_import(dataset: Dataset | None) -> None:
    """Offer to bring in a network that was trained elsewhere."""
    with st.popover("Bring a network", type="tertiary", icon=":material/upload_file:"):
        st.markdown("**A network that was trained elsewhere**")
        st.caption(
            "A perceptron of one to three hidden layers: its weights as .mat (Theta1, Theta2; W1, b1; IW, "
            "LW, b), .npz, ONNX or safetensors. What the file does not say is found by fit on the open "
            "data set."
        )
        allowance = read_allowance(session.store())
        file = st.file_uploader(
            "File of weights",
            key=f"import-{state.IMPORTS.get()}",
            label_visibility="collapsed",
            max_upload_size=_MOST_MB if allowance is None else min(_MOST_MB, max(allowance.upload_mb, 1)),
        )
        tell_of_uploads("import-uploads")
        if (saved := state.IMPORTED.take()) is not None:
            st.success(saved)
        if file is not None:
            _show_file(file, dataset or open_sample())


def show_origin(facts: ImportFacts) -> None:
    """Show where a network came from, and why its file was read so."""
    st.header("Where it came from")
    st.markdown(f"Its weights were trained elsewhere and came from **{escape(facts.file)}**.")
    st.markdown("\n".join(f"- {escape(reason)}" for reason in facts.reasons))
    st.caption(
        "Nothing is known of its training: there is no learning curve, and it may have seen any image."
    )


def _show_file(file: Any, dataset: Dataset) -> None:
    """Show how a file is understood, and let it be saved as a model."""
    name = make_printable(file.name)
    try:
        choices = read_said(file.file_id)
    except ModelError as error:
        st.error(escape(str(error)))
        ask_for_choices(file.file_id, dataset, {}, is_open=True)
        return
    outcome = _understand(file, name, dataset, choices)
    if isinstance(outcome, UndecidedImportError):
        cure = _CHOOSE if outcome.options else _SAY
        st.warning(escape(f"{outcome.finding}: {cure}"), icon=":material/help:")
        ask_for_choices(file.file_id, dataset, outcome.options, is_open=not outcome.options)
    elif isinstance(outcome, LabError):
        st.error(escape(str(outcome)))
        if choices != ImportChoices():  # which may be why
            ask_for_choices(file.file_id, dataset, {}, is_open=True)
    else:
        _show_understood(outcome, dataset)
        ask_for_choices(file.file_id, dataset, {})
        _offer_saving(outcome, name, dataset, choices)


def _show_understood(understood: Understood, dataset: Dataset) -> None:
    best = understood.found.best
    st.markdown(
        f"**{understood.side**2}-{'-'.join(map(str, best.chain.hidden))}-{best.chain.n_classes} "
        f"{best.activation.label}**, right for {best.accuracy:.1%} of {understood.found.n_images:,} images "
        f"of {escape(dataset.name)}"
    )
    st.markdown("\n".join(f"- {escape(reason)}" for reason in understood.reasons))


def _understand(file: Any, name: str, dataset: Dataset, choices: ImportChoices) -> Understood | LabError:
    """Understand a file, once for each way to choose; an error where it is refused."""
    key = (file.file_id, dataset.fingerprint, choices)
    kept = state.UNDERSTOOD.get()
    if kept is None or kept[0] != key:
        kept = key, _try_to_understand(file, name, dataset, choices)
        state.UNDERSTOOD.put(kept)
    return kept[1]


def _try_to_understand(
    file: Any, name: str, dataset: Dataset, choices: ImportChoices
) -> Understood | LabError:
    try:
        check_upload(session.store(), file.size)
        with st.spinner("Trying ways to read it …"):
            return understand_network(BytesIO(file.getvalue()), name, dataset, choices)
    except LabError as error:
        return error


_ALL_BUT = f" but where one draws, as drawings have {MNIST_SIDE} x {MNIST_SIDE} pixels"
_CHOOSE = "choose which it is."
_SAY = (
    "open images such as it was trained on (Data page), save with its weights what was done to their pixels "
    "(as mu and sigma, a number for each pixel), or say all four below."
)


def _offer_saving(understood: Understood, name: str, dataset: Dataset, choices: ImportChoices) -> None:
    usual = clean_name(Path(name).stem, "network")
    model_name = ask_for_model_name("Save as a model", propose_name(usual), state.IMPORT_NAME.of(usual))

    def save() -> None:
        try:
            check_new_name(model_name or "")
            folder = session.settings().models_folder / (model_name or "")
            keep_import(understood, name, dataset, folder, choices)
        except LabError as error:
            state.IMPORT_REFUSAL.put(str(error))
            return
        state.UNDERSTOOD.forget()
        session.MODEL.put(folder.name)
        st.query_params["model"] = folder.name
        all_but = "" if understood.side == MNIST_SIDE else _ALL_BUT
        state.IMPORTED.put(f"Saved as **{escape(folder.name)}**. It can be chosen on every page{all_but}.")
        state.IMPORTS.count_up()

    st.button("Save", icon=":material/save:", disabled=model_name is None, on_click=save, key="import-save")
    if refused := state.IMPORT_REFUSAL.take():
        st.error(escape(refused))
