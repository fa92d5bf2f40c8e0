"""A model to take home: a file for each other runtime."""

from functools import partial

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.network.exporting import FORMATS, Format, find_format, zip_files
from mnist_core.network.models import Model
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape


def offer_exports(model: Model) -> None:
    """Offer a model for other runtimes; each file is written once it is asked for."""
    with st.popover("Take it home", icon=":material/output:"):
        for kind, form in FORMATS.items():
            _offer(model, kind, form)


def _offer(model: Model, kind: str, form: Format) -> None:
    try:
        find_format(model, kind)
    except LabError as error:
        st.caption(escape(str(error)))
        return
    stem = f"{model.name}{form.mark}"
    name = f"{stem}-{kind}.zip" if form.has_script else f"{stem}{form.suffix}"
    words = f"{form.title}: {form.words}"
    offer_file(words, partial(_write, model, form, stem), name, type="tertiary", key=f"export-{kind}")


def _write(model: Model, form: Format, stem: str) -> bytes:
    files = form.write(model, stem)
    return zip_files(files) if form.has_script else next(iter(files.values()))
