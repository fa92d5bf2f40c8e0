"""The Results page in depth: how sure a model may be, and how it reads disturbed images."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model, open_in_all_tabs

from mnist_core.evaluation.disturbances import DISTURBANCES
from mnist_core.modelstore import Model

APP = Path(__file__).resolve().parents[2] / "app.py"
OpenTab = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def model(home: Path) -> Model:
    return make_model(home / "models" / "small", make_dataset(), n_steps=6)


@pytest.fixture
def open_tab(home: Path, model: Model) -> OpenTab:
    """Open a tab of the page on the small model."""

    def open_one(name: str) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/results.py")
        page.query_params["model"] = "small"
        page.session_state["results-tab"] = name
        return page.run()

    return open_one


def read_words(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.caption, *page.markdown))


def list_downloads(page: AppTest) -> list[str]:
    return [element.proto.label for element in page.get("download_button")]


def test_without_a_data_set_it_offers_the_sample(open_tab):
    page = open_tab("How sure it may be")

    assert not page.exception
    assert "see how sure the model may be" in read_words(page)


def test_it_tells_how_true_probabilities_are_and_what_must_be_refused(open_tab, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_tab("How sure it may be")

    assert not page.exception
    calibration, coverage = (table.value for table in page.table)
    assert list(calibration.columns) == ["", "is sure of", "is right in", "off by (ECE)"]
    assert list(coverage["to be right in"]) == ["99 %", "99.5 %", "99.9 %"]
    assert "its own training held out" in read_words(page)
    assert list_downloads(page) == ["Numbers as CSV"] * 2


def test_models_are_read_on_disturbed_images_side_by_side(open_tab, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_tab("Robustness")

    assert not page.exception
    assert page.multiselect[0].value == ["small", "paper", "robust"]
    assert [element.value for element in page.subheader] == [one.title for one in DISTURBANCES.values()]
    assert "small: The 50 images" in read_words(page)
    assert "paper: All 300 images" in read_words(page)

    page.multiselect[0].set_value([]).run()

    assert not page.exception
    assert "Choose a model" in page.info[0].value


def test_data_that_the_model_does_not_know_is_refused_in_a_sentence(open_tab, home):
    from dataclasses import replace

    dataset = make_dataset()
    names = (*"012345678", "x")
    open_in_all_tabs(replace(dataset, class_names=names, fingerprint="e" * 16), home)

    page = open_tab("How sure it may be")

    assert not page.exception
    assert "has images of x" in page.error[-1].value
