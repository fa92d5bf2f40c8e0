"""The pictures of a layer to take along: as a sheet, as numbers, as a link."""

import io
from collections.abc import Callable
from typing import Literal

import numpy as np
import streamlit as st

from mnist_core.ground.arrays import Fields
from mnist_core.insight.fields import draw_sheet
from mnist_core.network.models import Model
from mnist_ui.downloads import offer_file
from mnist_ui.fields.link import FieldsView

_FORMS: tuple[tuple[Literal["png", "svg"], str], ...] = (("png", "image/png"), ("svg", "image/svg+xml"))


def show_files(model: Model, view: FieldsView, fields: Fields) -> None:
    """Offer the pictures as files, and the link to the view."""
    parts = (model.name, view.layer, view.method, "turned" if view.turned else "")
    name, array = "-".join(part for part in parts if part), io.BytesIO()
    np.save(array, fields, allow_pickle=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        for form, mime in _FORMS:
            _offer_file(f"{name}.{form}", _draw_later(name, view, fields, form), mime)
        _offer_file(f"{name}.npy", array.getvalue(), "application/octet-stream")
        with st.popover("Link to this view", icon=":material/link:"):
            query = "&".join(f"{key}={value}" for key, value in st.query_params.items())
            st.code(f"{(st.context.url or '').partition('?')[0]}?{query}", language=None, wrap_lines=True)


def _draw_later(
    name: str, view: FieldsView, fields: Fields, form: Literal["png", "svg"]
) -> Callable[[], bytes]:
    def draw() -> bytes:
        titles, stream = [str(unit) for unit in range(len(fields))], io.BytesIO()
        figure = draw_sheet(
            fields,
            titles=titles,
            one_scale=view.one_scale,
            ink=view.way.is_ink,
            heading=name.replace("-", ", "),
        )
        figure.savefig(stream, format=form)
        return stream.getvalue()

    return draw


def _offer_file(name: str, data: bytes | Callable[[], bytes], mime: str) -> None:
    form = name.rpartition(".")[2]
    label = form if form == "npy" else form.upper()
    offer_file(label, data, name, mime)
