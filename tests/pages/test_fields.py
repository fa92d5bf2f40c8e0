"""The Fields page: each layer and unit, by widgets and by link, with and without a data set."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model, open_in_all_tabs

from mnist_core.fields import receptive_fields, strongest_links
from mnist_core.fields.fidelity import linear_fidelity
from mnist_core.modelstore import Model

APP = Path(__file__).resolve().parents[2] / "app.py"
OpenFields = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def model(home: Path) -> Model:
    return make_model(home / "models" / "small", make_dataset())


@pytest.fixture
def open_fields(home: Path) -> OpenFields:
    """Open the page in a new tab, by a link with some parameters."""

    def open_page(**params: str) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/fields.py")
        for key, value in {"model": "small", **params}.items():
            page.query_params[key] = value
        return page.run()

    return open_page


def read_link(page: AppTest) -> dict[str, str]:
    pairs = page.query_params.items()
    return {key: value if isinstance(value, str) else value[0] for key, value in pairs}


def read_pickers(page: AppTest) -> dict[str, dict]:
    documents = [json.loads(element.proto.json) for element in page.get("bidi_component")]
    return {document["label"]: document for document in documents}


def read_words(page: AppTest) -> str:
    elements = (*page.caption, *page.markdown, *page.info, *page.warning, *page.subheader)
    return "\n".join(element.value for element in elements)


@pytest.mark.parametrize(("layer", "units"), [("hidden1", 12), ("hidden2", 8), ("output", 10)])
def test_every_unit_of_a_layer_is_in_the_gallery(open_fields, model, layer, units):
    page = open_fields(layer=layer)

    assert not page.exception
    (gallery,) = [one for label, one in read_pickers(page).items() if label.startswith("units of")]
    assert len(gallery["tiles"]) == units
    assert gallery["selected"] == 0


def test_a_link_without_a_view_becomes_one_that_reopens_it(open_fields, model):
    link = read_link(open_fields())

    assert link == {"model": "small", "layer": "hidden1", "unit": "0", "scale": "all", "turned": "0"}


def test_a_link_reopens_exactly_its_view(open_fields, model):
    link = {"model": "small", "layer": "hidden2", "unit": "5", "scale": "each", "turned": "1"}

    page = open_fields(**link)

    assert not page.exception
    assert read_link(page) == link
    assert read_pickers(page)["units of hidden 2"]["selected"] == 5
    assert page.toggle[0].value is True
    assert "Unit 5 of hidden 2" in read_words(page)
    assert "scale=each" in page.code[0].value


def test_a_garbled_link_opens_the_first_unit(open_fields, model):
    link = read_link(open_fields(layer="hidden9", unit="999", scale="?", turned="x"))

    assert (link["layer"], link["unit"], link["scale"], link["turned"]) == ("hidden1", "0", "all", "0")


def test_the_widgets_change_the_link(open_fields, model):
    page = open_fields()

    page.number_input[0].set_value(7).run()
    assert read_link(page)["unit"] == "7"
    page.toggle[0].set_value(True).run()
    assert read_link(page)["turned"] == "1"
    page.segmented_control(key="fields-scale").set_value(False).run()
    assert read_link(page)["scale"] == "each"
    page.segmented_control(key="fields-layer").set_value("output").run()

    assert not page.exception
    assert read_link(page) == {
        "model": "small",
        "layer": "output",
        "unit": "0",
        "scale": "each",
        "turned": "1",
    }


def test_turning_and_the_scale_change_the_pictures(open_fields, model):
    sheets = {
        read_pickers(open_fields(scale=scale, turned=turned))["units of hidden 1"]["sheet"]
        for scale in ("all", "each")
        for turned in ("0", "1")
    }

    assert len(sheets) == 4


def test_hidden1_says_that_nothing_is_left_out(open_fields, model):
    assert "Nothing is left out" in read_words(open_fields(layer="hidden1"))


@pytest.mark.parametrize("layer", ["hidden2", "output"])
def test_the_products_say_that_they_can_mislead_and_by_how_much(open_fields, model, home, layer):
    dataset = make_dataset()
    open_in_all_tabs(dataset, home)
    mean = linear_fidelity(
        model.network, layer, receptive_fields(model.network, layer), dataset.images
    ).mean()

    words = read_words(open_fields(layer=layer))

    assert "can mislead" in words
    assert f"R² {mean:.2f}" in words
    assert f"{dataset.n_samples} images of {dataset.name}" in words


def test_without_a_data_set_the_fidelity_is_measured_on_the_built_in_sample(open_fields, model):
    page = open_fields(layer="output")

    assert "5,000 images of the built-in sample" in read_words(page)
    assert any(button.label == "Use the built-in sample" for button in page.button)


def test_the_strongest_links_lead_to_the_next_layer(open_fields, model):
    page = open_fields(layer="hidden1", unit="3")

    links = strongest_links(model.network, "hidden1", 3, 5)

    tiles = read_pickers(page)["strongest links to hidden 2"]["tiles"]
    assert [tile["caption"] for tile in tiles] == [f"{link.unit}: {link.weight:+.2f}" for link in links]


def test_an_output_unit_has_no_links(open_fields, model):
    assert list(read_pickers(open_fields(layer="output"))) == ["units of output"]


def test_the_images_that_drive_a_unit_are_shown_once_a_data_set_is_open(open_fields, model, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_fields(layer="output", unit="4")

    assert not page.exception
    words = read_words(page)
    assert "Images that drive it most" in words
    assert "Images that drive it least" in words


def test_the_sheet_can_be_downloaded_in_three_forms(open_fields, model):
    page = open_fields(layer="hidden2")

    assert [button.label for button in page.get("download_button")] == ["PNG", "SVG", "npy"]


def test_leaving_and_coming_back_reopens_the_last_view(open_fields, model):
    page = open_fields(layer="hidden2", unit="6", turned="1")

    page.switch_page("pages/home.py").run()
    page.switch_page("pages/fields.py").run()

    assert not page.exception
    assert read_link(page)["layer"] == "hidden2"
    assert read_link(page)["unit"] == "6"
    assert read_link(page)["turned"] == "1"
