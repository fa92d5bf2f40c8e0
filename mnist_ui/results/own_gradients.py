"""One's own backpropagation, judged: a batch to take along, and gradients to hand in."""

from io import BytesIO
from typing import Any

import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.data.files import make_printable, read_file
from mnist_core.ground.errors import LabError
from mnist_core.ground.variables import Value
from mnist_core.insight.referee.backprop import compute_gradients
from mnist_core.insight.referee.batch import (
    Batch,
    choose_batch,
    is_batch,
    pack_batch,
    read_batch,
    take_layers,
)
from mnist_core.insight.referee.handed_in import find_answers
from mnist_core.insight.referee.judging import judge
from mnist_core.insight.referee.verdict import Verdict
from mnist_core.network.models import Model
from mnist_core.store.allowance import check_upload
from mnist_ui import session
from mnist_ui.cached.opened_models import open_sample
from mnist_ui.components.uploads import tell_of_uploads
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape
from mnist_ui.results import state


def offer_check(model: Model, dataset: Dataset | None) -> None:
    """Offer a batch of a model, and judge the gradients that come back."""
    with st.popover("Check backpropagation", type="tertiary", icon=":material/rule:"):
        st.markdown("**Your own backpropagation, judged**")
        st.caption(
            f"Take a batch: images, labels and the weights of {escape(model.name)}. Compute the loss and its "
            "gradients by your own code, and hand in loss, dW1, db1, dW2 and so on: as .mat or .npz, or a "
            "CSV file for each. You hear layer by layer what is right, and what is likely wrong."
        )
        batch = _choose(model, dataset)
        if isinstance(batch, LabError):
            st.error(escape(str(batch)))
            return
        offer_file("The batch", lambda: pack_batch(batch), f"batch-{model.name}.mat", key="check-batch")
        with st.expander("What is in it"):
            st.write(batch.words)
        files = st.file_uploader("Your loss and gradients", accept_multiple_files=True, key="check-files")
        tell_of_uploads("check-uploads")
        if files:
            _show(_judge(files, model, batch))


def _choose(model: Model, dataset: Dataset | None) -> Batch | LabError:
    """Choose the batch of the sample, which stays, or of what is open where the classes are others."""
    sample = open_sample()
    chosen = sample if dataset is None or sample.class_names == model.info.class_names else dataset
    try:
        layers = take_layers(model.network)
        return choose_batch(layers, model.network.activation, chosen, model.info.class_names)
    except LabError as error:
        return error


def _judge(files: list[Any], model: Model, batch: Batch) -> tuple[Verdict, list[str]] | LabError:
    """Judge files, once for each model and each choice of files."""
    key = (model.folder, *(file.file_id for file in files))
    kept = state.JUDGED.get()
    if kept is None or kept[0] != key:
        with st.spinner("Comparing with known mistakes …"):
            kept = key, _try_to_judge(files, batch)
        state.JUDGED.put(kept)
    return kept[1]


def _try_to_judge(files: list[Any], batch: Batch) -> tuple[Verdict, list[str]] | LabError:
    values: dict[str, Value] = {}
    try:
        for file in files:
            check_upload(session.store(), file.size)
            values |= read_file(BytesIO(file.getvalue()), make_printable(file.name), is_network=True)
        batch = read_batch(values) if is_batch(values) else batch
        answers = find_answers(values, batch, compute_gradients(batch))
        return judge(answers, batch), answers.notes
    except LabError as error:
        return error


def _show(outcome: tuple[Verdict, list[str]] | LabError) -> None:
    if isinstance(outcome, LabError):
        st.error(escape(str(outcome)))
        return
    verdict, notes = outcome
    loss = [] if verdict.loss is None else [("loss", verdict.loss.words)]
    rows = [*loss, *((layer.name, layer.words) for layer in verdict.layers)]
    st.table(pd.DataFrame(rows, columns=["part", "verdict"]).set_index("part"))
    for note in notes:
        st.caption(escape(note))
    if verdict.words:
        (st.success if verdict.agrees else st.warning)(verdict.words)
