"""The Riddle page: when the output fields of a network look like digits, and how to have that on demand."""

import pandas as pd
import streamlit as st

from mnist_core.ground.arrays import Fields
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.fields.likeness import DIGIT_LIKE
from mnist_core.network.models import Model
from mnist_core.training.riddle.answer import Step, Summary, calibrate
from mnist_core.training.riddle.design import FACTORS, GRID, NULL, PAPER
from mnist_core.training.riddle.networks_table import Row, write_rows
from mnist_ui.cached.once import once
from mnist_ui.cached.opened_models import open_model, read_fields
from mnist_ui.components.gallery import Colours, show_gallery
from mnist_ui.downloads import offer_file
from mnist_ui.riddle.riddle_charts import draw_calibration, draw_costs, draw_levels
from mnist_ui.riddle.study import read_builtin, score_shipped

_SIZE = 60  # of a picture: ten in a row, five on a phone


# What is the same for everybody is drawn once; Streamlit sends it again.
_drawn_once = once(most=16)


def _find(summaries: list[Summary], factor: str, level: str = "") -> Summary:
    return next(one for one in summaries if (one.factor, one.level) == (factor, level))


@_drawn_once
def _show_answer() -> None:
    result, summaries = read_builtin()
    paper, noisy = _find(summaries, PAPER), _find(summaries, "input noise", "0.6")
    grid, linear = _find(summaries, GRID), result.facts["linear"]
    st.markdown(
        f"**Noise on the images makes them look like digits; chance does not.** Of {paper.n} networks "
        f"trained by the paper's recipe {_count(paper)} is digit-like (95 %: {_span(paper)}), of "
        f"{grid.n} candidates of its grid {_count(grid)}. With noise of standard deviation 0.6 on every "
        f"pixel while the network learns, {noisy.n_like} of {noisy.n} are, and they read "
        f"{_say_difference(-noisy.lost.value)} digits right (95 %: {-noisy.lost.interval[1] * 100:+.2f} to "
        f"{-noisy.lost.interval[0] * 100:+.2f})."
    )
    st.caption(
        "Why: without noise a network is free to use pixels that hardly vary, such as those of the border, "
        "and to weigh neighbours against each other. Noise makes that costly. Of a linear map it is known "
        "that with more and more of it the pictures become the mean digits themselves: here their "
        f"digit-likeness goes from {linear['0']:.2f} without noise to {linear['0.6']:.2f} with 0.6 and "
        f"{linear['3']:.2f} with 3."
    )


def _say_difference(share: float) -> str:
    return f"{abs(share) * 100:.2f} points {'more' if share > 0 else 'fewer'}"


def _count(summary: Summary) -> str:
    return str(summary.n_like) if summary.n_like else "none"


def _span(summary: Summary) -> str:
    low, high = summary.share_interval
    return f"{low:.0%} to {high:.0%}"


@_drawn_once
def _show_fields(models: tuple[Model, ...]) -> None:  # noqa: ARG001 - the key
    result, _ = read_builtin()
    st.header("Ten output fields")
    papers = [row.score for row in result.rows if row.factor == PAPER]
    rows = {
        f"`models/paper`: {score_shipped('paper'):.2f}": _open_fields("paper"),
        f"The least digit-like of the paper's recipe: {min(papers):.2f}": result.pictures[PAPER, "least"],
        f"The most digit-like of the paper's recipe: {max(papers):.2f}": result.pictures[PAPER, "most"],
        f"`models/legible`: {score_shipped('legible'):.2f}": _open_fields("legible"),
    }
    for words, fields in rows.items():
        _show_row(words, fields)
    st.caption("Red raises the digit, blue lowers it; each picture at its own scale.")


def _open_fields(name: str) -> Fields:
    model: Model = open_model(SHIPPED_MODELS / name)
    return read_fields(model, "output")


def _show_row(words: str, fields: Fields) -> None:
    st.markdown(words)
    captions = [str(digit) for digit in range(len(fields))]
    show_gallery(fields, captions, Colours.SIGNED, size=_SIZE, one_scale=False, label=words.replace("`", ""))


def _show_factor() -> None:
    st.header("What makes it likely")
    factor = st.segmented_control("Change", FACTORS, default=FACTORS[0], key="riddle-factor", required=True)
    _show_levels(str(factor))


@_drawn_once
def _show_levels(factor: str) -> None:
    result, _ = read_builtin()
    groups: dict[str, list[Row]] = {PAPER: [row for row in result.rows if row.factor == PAPER]}
    for row in result.rows:
        if row.factor == factor:
            groups.setdefault(f"{factor} {row.level}", []).append(row)
    left, right = st.columns(2, gap="large")
    with left:
        st.altair_chart(draw_levels(dict(groups)))
        st.caption(
            f"A tick a network, a dot their mean. The dashed line, {DIGIT_LIKE:g}: digit-like from there on."
        )
    with right:
        others = {row.factor: [one for one in result.rows if one.factor == row.factor] for row in result.rows}
        others.pop(NULL, None)
        st.altair_chart(draw_costs(dict(others), factor))
        st.caption(f"A point a network; orange: {factor}. Those of the lowest accuracies are left out.")
    with st.expander("The fields at each level"):
        for (of, level), fields in result.pictures.items():
            if of == factor:
                _show_row(f"{factor} {level}", fields)


@_drawn_once
def _show_trust() -> None:
    result, summaries = read_builtin()
    st.header("What digit-like means, and what chance gives")
    left, right = st.columns(2, gap="large")
    steps = calibrate(result.rows)
    with left:
        st.altair_chart(draw_calibration(steps))
    with right:
        nulls = [one for one in summaries if one.factor == NULL]
        highest = max(row.score for row in result.rows if row.factor == NULL)
        st.markdown(
            "**The score** is the correlation of a field with the mean image of its digit, less the mean of "
            "all digits; a network's is the mean of its ten. "
            f"From {DIGIT_LIKE:g} on it counts as digit-like: of fields from there on another network, "
            f"`models/robust`, reads {_share_read(steps, above=True):.0%} as their digit when it is shown "
            f"what is red, of those below {_share_read(steps, above=False):.0%}."
        )
        st.markdown(
            f"**The null.** {sum(one.n for one in nulls)} networks that learned shuffled labels score at "
            f"most {highest:.2f}. The paper's recipe is above that, though far from digit-like: its fields "
            "hold something of their digits, which hardly an eye sees."
        )


def _share_read(steps: list[Step], *, above: bool) -> float:
    chosen = [step for step in steps if (step.low > DIGIT_LIKE - 0.01) is above]
    return sum(step.n_read for step in chosen) / sum(step.n for step in chosen)


@_drawn_once
def _show_table() -> None:
    st.dataframe(pd.DataFrame([_tell(one) for one in read_builtin()[1]]), hide_index=True)


def _offer_rows() -> None:
    result, _ = read_builtin()
    with st.container(horizontal=True, vertical_alignment="center"):
        offer_file("CSV", lambda: write_rows(result.rows), "riddle.csv", "text/csv")
        st.caption(
            f"{len(result.rows)} networks on {result.facts['n_train']:,} images of {result.facts['data']}, "
            f"measured on {result.facts['n_test']:,} held out, in {result.facts['seconds']:,} s by"
        )
    st.code(result.facts["command"], language=None, wrap_lines=True)


def _tell(one: Summary) -> dict[str, str | int]:
    return {
        "what": f"{one.factor} {one.level}".strip(),
        "networks": one.n,
        "digit-like": one.n_like,
        "95 % of the share": _span(one),
        "score": f"{one.score.value:.3f} ({one.score.interval[0]:.3f} to {one.score.interval[1]:.3f})",
        "accuracy": f"{one.accuracy.value:.2%}",
        "points lost": f"{one.lost.value * 100:+.2f} ({one.lost.interval[0] * 100:+.2f} to "
        f"{one.lost.interval[1] * 100:+.2f})",
    }


st.title("Riddle")
st.markdown("The paper saw it once and only once: output fields that look like digits. When do they?")
_show_answer()
_show_fields(tuple(open_model(SHIPPED_MODELS / name) for name in ("paper", "legible")))
_show_factor()
_show_trust()
st.header("All figures")
_show_table()
_offer_rows()
