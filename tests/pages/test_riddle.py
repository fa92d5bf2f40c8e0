"""The Riddle page: the answer, the pictures, every factor, and the numbers."""

from pathlib import Path

import pytest
from screen import read_words
from streamlit.testing.v1 import AppTest

from mnist_core.training.riddle.design import FACTORS, PAPER
from mnist_core.training.riddle.result import read_result

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    return AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/riddle.py").run()


def test_the_answer_has_the_figures_of_the_study(page):
    n = sum(row.factor == PAPER for row in read_result().rows)

    assert not page.exception
    assert f"Of {n} networks trained by the paper's recipe" in read_words(page)
    assert read_result().facts["command"] in page.code[0].value


def test_the_table_has_a_row_for_every_level_of_the_study(page):
    (table,) = page.dataframe

    whats = table.value["what"].tolist()
    assert len(whats) == len(set(whats)) > 20
    assert "input noise 0.6" in whats


def test_every_factor_can_be_looked_at(page):
    for factor in FACTORS:
        page.segmented_control(key="riddle-factor").set_value(factor).run()

        assert not page.exception
        assert f"orange: {factor}." in read_words(page)
