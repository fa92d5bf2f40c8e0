"""Words that choose among candidates: what they mean, and what is said of those that mean nothing."""

import math
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.ground.errors import FilterError
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.store import FitRow, FitState
from mnist_core.store.candidate_rows import COLUMNS, list_candidate_rows
from mnist_core.store.filter_words import read_filter
from mnist_core.store.marks import Mark
from mnist_core.store.ranking import rank_candidates

PLAN = SearchPlan(
    grid=Grid.from_values(
        {
            "lr": [0.1, 0.01],
            "hidden": [[8], [8, 4]],
            "activation": ["tanh", "relu"],
            "optimizer": ["adam", "sgd"],
            "momentum": [0.5],
        }
    ),
    cv=2,
)
SCORES = {0: (0.90, 0.92), 1: (0.96, 0.97), 2: (0.8,)}
MARKS = {1: Mark(True, "the one for the thesis"), 3: Mark(False, "=too slow")}
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": math.isclose}
NUMBERS = ["lr", "hidden1", "accuracy", "error", "folds", "epochs", "seconds", "rank", "batch_size"]


@pytest.fixture(scope="module")
def rows():
    fits = [
        FitRow(number, fold, FitState.DONE, score, 5 + number, 1.5)
        for number, scores in SCORES.items()
        for fold, score in enumerate(scores)
    ]
    return list_candidate_rows(PLAN, fits, rank_candidates(PLAN, fits), MARKS)


def choose(rows, text: str) -> list[int]:
    wanted = read_filter(text)
    return [row.index for row in rows if wanted.holds(row.values)]


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("", lambda _: True),
        ("activation=tanh", lambda one: one["activation"] == "tanh"),
        ("Activation=TANH lr<0.05", lambda one: one["activation"] == "tanh" and one["lr"] < 0.05),
        ("lr = 0.10", lambda one: one["lr"] == 0.1),
        ("lr=0,1", lambda one: one["lr"] == 0.1),
        ("hidden=8-4", lambda one: one["hidden2"] == 4),
        ("hidden2!=4", lambda one: one["hidden2"] is None),
        ("hidden2<5", lambda one: one["hidden2"] == 4),
        ("optimizer=sgd momentum=0.5", lambda one: one["momentum"] == 0.5),
        ("batch_size=128", lambda _: True),
        ("accuracy>0.96", lambda one: (one["accuracy"] or 0) > 0.96),
        ("accuracy>96%", lambda one: (one["accuracy"] or 0) > 0.96),
        ("accuracy>96", lambda one: (one["accuracy"] or 0) > 0.96),
        ("folds=1", lambda one: one["folds"] == 1),
        ("epochs>=12", lambda one: one["epochs"] >= 12),
        ("s.e.<0.8", lambda one: one["error"] is not None and one["error"] < 0.8),
        ("flag", lambda one: one["flag"]),
        ("flag=no", lambda one: not one["flag"]),
        ("note:THESIS", lambda one: "thesis" in one["note"]),
        ('note:"the one for"', lambda one: "thesis" in one["note"]),
        ('note:"one for', lambda one: "thesis" in one["note"]),
        ('note=""', lambda one: not one["note"]),
        ("slow", lambda one: "slow" in one["note"]),
        ("tanh 8-4", lambda one: one["activation"] == "tanh" and one["hidden2"] == 4),
    ],
)
def test_words_choose_what_they_say(rows, text, is_meant):
    assert choose(rows, text) == [row.index for row in rows if is_meant(row.values)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lrr<0.1", r"There is no column lrr: the names are network, activation, lr, .*, note\."),
        ("lr<fast", r"lr cannot be compared with fast: write it such as lr<0\.01\."),
        ("lr<nan", "lr cannot be compared with nan"),
        ("activation<tanh", "activation has no more and no less, but there is <"),
        ("flag=perhaps", "flag cannot be compared with perhaps: write it such as flag=yes"),
        ("lr<", "A value must follow lr<: type one"),
        ("<0.1", "A name must stand before <0.1: the names are"),
    ],
)
def test_what_means_nothing_is_refused_in_a_sentence(text, words):
    with pytest.raises(FilterError, match=words):
        read_filter(text)


@given(st.text(st.sampled_from('lrflag note:<>=!"0.1%\t,é'), max_size=20))
def test_any_text_chooses_or_is_refused(rows, text):
    try:
        wanted = read_filter(text)
    except FilterError:
        return
    assert {wanted.holds(row.values) for row in rows} <= {True, False}


@given(st.sampled_from(NUMBERS), st.sampled_from(list(SIGNS)), st.floats(0, 1, width=16))
def test_a_number_is_compared_as_it_is_written(rows, name, sign, value):
    expected = [row.index for row in rows if _compare(SIGNS[sign], row.values[name], value)]
    assert choose(rows, f"{name}{sign}{value!r}") == expected


def _compare(compare, found, value) -> bool:
    return found is not None and compare(found, value)


@given(st.sampled_from(COLUMNS), st.text(st.characters(exclude_characters='"'), min_size=1))
def test_text_within_quotation_marks_is_looked_for_as_it_is(rows, name, text):
    (condition,) = read_filter(f'{name}:"{text}"').conditions
    assert (condition.name, condition.value) == (name, text)
