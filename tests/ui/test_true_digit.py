"""Which digit a drawing was meant to be, asked below the answer."""

from pathlib import Path

import pytest
from digits import ROOT
from streamlit.testing.v1 import AppTest

from mnist_core.pens.corrections import list_corrections


def _ask(root, sureness):
    from pathlib import Path

    import numpy as np

    from mnist_core.insight.reading import Reading
    from mnist_core.network.models import load_model
    from mnist_ui.draw.true_digit import ask_for_truth

    chances = np.full(10, (1 - sureness) / 9, np.float32)
    chances[7] = sureness
    strokes = [[(0.0, 0.0), (60.0, 0.0), (25.0, 100.0)]]
    ask_for_truth(load_model(Path(root) / "models" / "paper"), strokes, Reading(7, 1, chances))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    return tmp_path


def tell(home: Path, label: int, sureness: float) -> AppTest:
    page = AppTest.from_function(_ask, default_timeout=60, args=(str(ROOT), sureness)).run()
    return page.button_group[0].set_value(label).run()


def kept(home: Path) -> list[int]:
    return [one.label for one in list_corrections(home / "corrections")]


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def test_a_label_against_a_sure_reading_is_asked_about_before_it_is_kept(home):
    page = tell(home, 3, 0.99)
    assert "It reads a **7**, 99.0% sure. Is it a **3**?" in [item.value for item in page.markdown]
    assert kept(home) == []

    page = press(page, "Yes, a 3")
    assert not page.exception
    assert kept(home) == [3]
    assert not page.button  # asked once


def test_a_slip_is_taken_back_by_the_answer(home):
    page = press(tell(home, 3, 0.99), "No, a slip")
    assert not page.exception
    assert (kept(home), page.button_group[0].value) == ([], None)


@pytest.mark.parametrize(("label", "sureness"), [(7, 0.99), (3, 0.6)])
def test_a_label_that_agrees_or_meets_doubt_is_kept_at_once(home, label, sureness):
    page = tell(home, label, sureness)
    assert not page.button
    assert kept(home) == [label]
