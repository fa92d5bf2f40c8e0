"""The Riddle page: when the output fields of a network look like digits, and how to have that on demand."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.ground.arrays import Fields
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.fields.likeness import DIGIT_LIKE
from mnist_core.network.models import Model
from mnist_core.training.riddle.answer import calibrate, group_factors, group_levels
from mnist_core.training.riddle.design import FACTORS, PAPER
from mnist_core.training.riddle.networks_table import write_rows
from mnist_ui.cached.once import once
from mnist_ui.cached.opened_models import open_model, read_eigenpictures, read_fields
from mnist_ui.components.gallery import Colours, show_gallery
from mnist_ui.downloads import offer_file
from mnist_ui.page_links import link_pictures
from mnist_ui.riddle.riddle_charts import draw_calibration, draw_costs, draw_levels
from mnist_ui.riddle.study import read_builtin, score_shipped
from mnist_ui.riddle.words import say_answer, say_exact, say_null, say_origin, say_score, say_why, tabulate
from mnist_ui.segments import choose_one

_SIZE = 60  # of a picture: ten in a row, five on a phone


# What is the same for everybody is drawn once; Streamlit sends it again.
_drawn_once = once(most=16)


@_drawn_once
def _show_answer() -> None:
    result, summaries = read_builtin()
    st.markdown(say_answer(summaries))
    st.caption(say_why(result))


@_drawn_once
def _show_fields(paper: Model, legible: Model) -> None:
    result, _ = read_builtin()
    st.header("Ten output fields")
    papers = [row.score for row in result.rows if row.factor == PAPER]
    rows = {
        f"`models/paper`: {score_shipped('paper'):.2f}": read_fields(paper, "output"),
        f"The least digit-like of the paper's recipe: {min(papers):.2f}": result.pictures[PAPER, "least"],
        f"The most digit-like of the paper's recipe: {max(papers):.2f}": result.pictures[PAPER, "most"],
        f"`models/legible`: {score_shipped('legible'):.2f}": read_fields(legible, "output"),
    }
    for words, fields in rows.items():
        _show_row(words, fields)
    st.caption("Red raises the digit, blue lowers it; each picture at its own scale.")


def _show_row(words: str, fields: Fields) -> None:
    st.markdown(words)
    captions = [str(digit) for digit in range(len(fields))]
    show_gallery(fields, captions, Colours.SIGNED, size=_SIZE, one_scale=False, label=words.replace("`", ""))


def _show_factor() -> None:
    st.header("What makes it likely")
    _show_levels(choose_one("Change", FACTORS, "riddle-factor"))


@_drawn_once
def _show_levels(factor: str) -> None:
    result, _ = read_builtin()
    left, right = st.columns(2, gap="large")
    with left:
        st.altair_chart(draw_levels(group_levels(result.rows, factor)))
        st.caption(
            f"A tick a network, a dot their mean. The dashed line, {DIGIT_LIKE:g}: digit-like from there on."
        )
    with right:
        st.altair_chart(draw_costs(group_factors(result.rows), factor))
        st.caption(f"A point a network; orange: {factor}. Those of the lowest accuracies are left out.")
    with st.expander("The fields at each level"):
        for (of, level), fields in result.pictures.items():
            if of == factor:
                _show_row(f"{factor} {level}", fields)


@_drawn_once
def _show_trust() -> None:
    result, _ = read_builtin()
    st.header("What digit-like means, and what chance gives")
    left, right = st.columns(2, gap="large")
    with left:
        st.altair_chart(draw_calibration(calibrate(result.rows)))
    with right:
        st.markdown(say_score(result))
        st.markdown(say_null(result))


@_drawn_once
def _show_table() -> None:
    st.dataframe(pd.DataFrame([tabulate(one) for one in read_builtin()[1]]), hide_index=True)


def _offer_rows() -> None:
    result, _ = read_builtin()
    with st.container(horizontal=True, vertical_alignment="center"):
        offer_file("CSV", lambda: write_rows(result.rows), "riddle.csv", "text/csv")
        st.caption(say_origin(result))
    st.code(result.facts["command"], language=None, wrap_lines=True)


@_drawn_once
def _show_exact(exact: Model) -> None:
    st.header("Pictures by construction")
    whole, facts = read_eigenpictures(exact), exact.info.pictures
    assert facts is not None  # it was saved with them
    st.markdown(say_exact(facts, exact.info.test.accuracy))
    st.markdown("`models/exact`: of each digit its strongest picture, with its strength")
    captions = [f"{digit}: {strength:+.1f}" for digit, strength in enumerate(whole.strengths[:, 0])]
    pictures, label = whole.pictures[:, 0].astype(np.float32), "strongest pictures of models/exact"
    show_gallery(pictures, captions, Colours.SIGNED, size=_SIZE, one_scale=False, label=label)
    st.caption(
        "Ink on one colour alone counts, squared: for the digit where the strength is above 0, else against."
    )


st.title("Riddle")
st.markdown("The paper saw it once and only once: output fields that look like digits. When do they?")
_show_answer()
_show_fields(*(open_model(SHIPPED_MODELS / name) for name in ("paper", "legible")))
_show_factor()
_show_trust()
st.header("All figures")
_show_table()
_offer_rows()
_show_exact(open_model(SHIPPED_MODELS / "exact"))
link_pictures("exact", "All its pictures, and what each says of a drawing")
