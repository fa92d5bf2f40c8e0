"""The Map page; pointing, clicking and the move between layers are tested in tests/e2e."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from screen import read_documents
from searches import say
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model, open_in_all_tabs

from mnist_core.data.dataset import Dataset
from mnist_ui.components.canvas.state import DRAWN, Canvas
from mnist_ui.map import state
from mnist_ui.map.layer_maps import open_map

APP = Path(__file__).resolve().parents[2] / "app.py"
SEVEN = [{"type": "path", "path": [["M", 60, 60], ["L", 240, 60], ["L", 130, 280]]}]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return make_dataset(1500)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dataset: Dataset) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("MNIST_LAB_HOME", str(home))
    make_model(home / "models" / "small", dataset)
    open_in_all_tabs(dataset, home)
    return home


def open_page(model: str = "small") -> AppTest:
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/map.py")
    page.query_params["model"] = model
    page.run()
    assert not page.exception
    return page


def read_component(page: AppTest, *keys: str) -> dict[str, Any]:
    (found,) = [document for document in read_documents(page) if set(keys) <= set(document)]
    return dict(found)


def unpack(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def test_each_layer_has_its_cloud_and_what_a_probe_reads_of_it(home):
    page = open_page()

    stages = read_component(page, "stages", "colour")["stages"]
    assert [stage["title"] for stage in stages] == ["Input", "Hidden 1", "Hidden 2", "Output"]
    table = page.table[0].value
    assert [words.split("%")[0] for words in table["A linear probe reads"]] == [
        stage["words"].split("%")[0] for stage in stages
    ]
    packed = read_component(page, "sheet")
    assert packed["n"] == 125
    assert [len(unpack(stage, "<f4")) for stage in packed["stages"]] == [250] * 4
    assert "that its own training held out" in page.caption[0].value


@pytest.mark.slow
def test_pictures_by_another_method_lie_elsewhere_under_another_name(home):
    page = open_page()
    before = read_component(page, "sheet")
    page.segmented_control(key="map-method").set_value("t-SNE").run()
    assert not page.exception

    after = read_component(page, "sheet")
    assert after["name"] != before["name"]
    assert after["labels"] == before["labels"]
    assert after["stages"] != before["stages"]
    assert any("t-SNE keeps neighbours together" in caption.value for caption in page.caption)


@pytest.mark.slow
def test_a_method_that_needs_more_images_says_so_in_a_sentence(home):
    few = make_dataset(600)
    make_model(home / "models" / "few", few)
    open_in_all_tabs(few, home)
    page = open_page("few")
    page.segmented_control(key="map-method").set_value("t-SNE").run()
    assert not page.exception
    assert "t-SNE needs more than 90 images, but there are 50: take PCA." in say(page.error[0])


def test_points_are_coloured_as_chosen(home):
    page = open_page()
    page.segmented_control(key="map-colour").set_value("Confidence").run()
    assert not page.exception
    assert read_component(page, "stages", "colour")["colour"] == "confidence"


def test_a_point_that_was_clicked_shows_its_image_its_way_and_what_is_alike(home, dataset):
    page = open_page()
    assert "Click a point" in page.info[0].value
    from mnist_core.network.models import load_model

    source = open_map(load_model(home / "models" / "small"), dataset)
    page.session_state[state.PICKED] = (source.key, 7)
    page.run()
    assert not page.exception

    assert not page.info
    words = next(item.value for item in page.markdown if f"image {source.images.places[7]} of" in item.value)
    assert f"**{source.images.labels[7]}**" in words
    drawing = read_component(page, "svg")["svg"]
    assert drawing.count("<image") >= 1 + 4
    assert f"Read as {source.images.guesses[7]}" in drawing
    (rows,) = [html.proto.body for html in page.get("html") if "<b>Hidden 1</b>" in html.proto.body]
    assert rows.count("<figure") == 4 * 6
    assert read_component(page, "stages", "colour")["picked"] == 7


def test_a_point_of_another_model_is_not_open_any_more(home, dataset):
    make_model(home / "models" / "other", dataset)
    page = open_page()
    page.session_state[state.PICKED] = (("elsewhere", 0, "x"), 7)
    page.run()
    assert "Click a point" in page.info[0].value


def test_the_digit_from_the_draw_page_lies_in_each_cloud_and_shows_its_way(home):
    page = open_page("paper")
    assert read_component(page, "stages", "colour")["own"] is None
    page.session_state[DRAWN[Canvas.DRAW]] = SEVEN
    page.run()
    assert not page.exception

    places = read_component(page, "stages", "colour")["own"]["places"]
    assert np.isfinite(places).all()
    assert np.shape(places) == (4, 2)
    assert any("**Your drawing**, read as **7**" in item.value for item in page.markdown)


def test_numbers_can_be_taken_along(home):
    page = open_page()
    assert any(button.proto.label == "Numbers as CSV" for button in page.get("download_button"))


def test_a_data_set_of_other_classes_is_refused_in_a_sentence_and_the_sample_used(home, dataset):
    letters = replace(dataset, class_names=tuple("abcdefghij"), fingerprint="0123456789abcdef")
    open_in_all_tabs(letters, home)
    page = open_page("paper")
    assert "has images of a, b" in page.error[0].value
    assert read_component(page, "sheet")["n"] == 2000
