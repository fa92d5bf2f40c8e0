"""The Fields page: each layer, unit and way of looking, by widgets and by link."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from screen import read_documents, read_words
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model, open_in_all_tabs

from mnist_core.insight.fields import strongest_links, strongest_sources
from mnist_core.insight.fields.local_maps import map_locally
from mnist_core.insight.fields.probe import choose_probe
from mnist_core.insight.fields.unit_facts import find_facts
from mnist_core.insight.fields.views import VIEWS, find_view
from mnist_core.network.models import Model, save_model

APP = Path(__file__).resolve().parents[2] / "app.py"
OpenFields = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def model(home: Path) -> Model:
    dataset = make_dataset()
    open_in_all_tabs(dataset, home)
    return make_model(home / "models" / "small", dataset)


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
    return {document["label"]: document for document in read_documents(page)}


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
    assert page.toggle(key="fields-turned").value is True
    assert "Unit 5 of hidden 2" in read_words(page)
    assert "scale=each" in page.code[0].value


def test_a_garbled_link_opens_the_first_unit(open_fields, model):
    link = read_link(open_fields(layer="hidden9", unit="999", scale="?", turned="x"))

    assert (link["layer"], link["unit"], link["scale"], link["turned"]) == ("hidden1", "0", "all", "0")


def test_the_widgets_change_the_link(open_fields, model):
    page = open_fields()

    page.number_input(key="fields-unit").set_value(7).run()
    assert read_link(page)["unit"] == "7"
    page.toggle(key="fields-turned").set_value(True).run()
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
def test_the_products_say_that_they_can_mislead_and_by_how_much(open_fields, model, layer):
    probe = choose_probe(model.info.data, make_dataset())
    fidelity = find_view("product").measure(model.network, layer, probe)

    words = read_words(open_fields(layer=layer))

    assert "can mislead" in words
    assert f"R² {fidelity.mean:.2f}" in words
    assert f"for unit {fidelity.worst_unit}" in words
    assert "50 held-out images of digits-0.mat" in words.replace("\\", "")


@pytest.mark.parametrize("method", ["mean-jacobian", "maximisation", "class-jacobian", "occlusion"])
def test_every_way_says_what_it_assumes_and_how_far_to_trust_it(open_fields, model, method):
    page = open_fields(layer="output", method=method)

    assert not page.exception
    words = read_words(page)
    assert VIEWS[method].assumes in words
    assert VIEWS[method].counts in words
    assert page.selectbox(key="fields-method").value == method
    assert read_link(page)["method"] == method


def test_a_way_with_a_picture_a_digit_shows_that_of_the_chosen_digit(open_fields, model):
    page = open_fields(layer="output", unit="2", method="class-jacobian")
    first = read_pickers(page)["units of output"]["sheet"]

    page.segmented_control(key="fields-digit").set_value(7).run()

    assert not page.exception
    assert read_link(page)["digit"] == "7"
    pickers = read_pickers(page)
    assert pickers["units of output"]["sheet"] != first
    assert pickers["digit 2 for each digit"]["selected"] == 7
    assert len(pickers["digit 2 for each digit"]["tiles"]) == 10


def test_a_way_with_a_picture_an_image_shows_that_of_the_chosen_image(open_fields, model):
    page = open_fields(layer="hidden2", method="gradient-x-input")
    first = read_pickers(page)["units of hidden 2"]["sheet"]

    page.number_input(key="fields-image").set_value(12).run()

    assert read_link(page)["image"] == "12"
    assert read_pickers(page)["units of hidden 2"]["sheet"] != first


def test_an_image_beyond_the_data_set_is_its_last(open_fields, model):
    assert open_fields(method="gradient", image="99999").number_input(key="fields-image").value == 299


@pytest.mark.parametrize("order", ["fidelity", "importance", "likeness", "smoothness"])
def test_a_sorted_gallery_goes_down_and_keeps_its_units_clickable(open_fields, model, order):
    page = open_fields(layer="hidden2", unit="5", sort=order)

    assert not page.exception
    gallery = read_pickers(page)["units of hidden 2"]
    units, values = zip(*(tile["caption"].split(": ") for tile in gallery["tiles"]), strict=True)
    assert list(values) == sorted(values, key=float, reverse=True)
    assert sorted(units, key=int) == [str(unit) for unit in range(8)]
    assert gallery["selected"] == units.index("5")


def test_idle_units_are_left_out_when_so_wished(open_fields, model):
    with torch.no_grad():
        model.network.hidden1.weight[3] = 0
    save_model(model.network, model.info, model.folder)

    page = open_fields(hide="1")

    captions = [tile["caption"] for tile in read_pickers(page)["units of hidden 1"]["tiles"]]
    facts = find_facts(model.network, "hidden1", choose_probe(model.info.data, make_dataset()))
    idle = facts.is_dead | facts.is_saturated
    assert captions == [str(unit) for unit in range(12) if not idle[unit]]
    assert "3" not in captions
    assert f"{idle.sum()} dead or saturated units are left out" in read_words(page)
    assert "Dead: its activation" in "\n".join(box.value for box in open_fields(unit="3").warning)


def test_all_ways_stand_side_by_side_each_with_its_number(open_fields, model):
    page = open_fields(layer="hidden2", unit="4", ways="1")

    assert not page.exception
    groups = [one for label, one in read_pickers(page).items() if label.startswith("ways of looking")]
    captions = [tile["caption"].split("\n") for group in groups for tile in group["tiles"]]
    assert sorted(title for title, _ in captions) == sorted(way.title for way in VIEWS.values())
    probe = choose_probe(model.info.data, make_dataset())
    for way in (VIEWS["mean-jacobian"], VIEWS["class-jacobian"], VIEWS["gradient"]):
        number = way.measure(model.network, "hidden2", probe).per_unit[4]
        assert [way.title, f"{number:.2f}"] in captions
    assert list(page.dataframe[0].value["way"]) == [way.title for way in VIEWS.values()]


def test_a_unit_shows_what_is_lost_without_it_and_its_twin(open_fields, model):
    facts = find_facts(model.network, "hidden1", choose_probe(model.info.data, make_dataset()))

    page = open_fields(layer="hidden1", unit="6")

    metrics = {metric.label: metric.value for metric in page.metric}
    assert metrics["Accuracy lost without it"] == f"{100 * facts.lost_at_mean[6]:.2f} points"
    (tile,) = read_pickers(page)["twin"]["tiles"]
    assert tile["caption"] == f"{facts.twin[6]}: {facts.twin_correlation[6]:+.2f}"


def test_without_a_data_set_the_built_in_sample_is_looked_with(open_fields, model, home):
    (home / "last_dataset").unlink()

    words = read_words(open_fields(layer="output"))

    assert "834 images of MNIST sample that the model may have been trained on" in words
    assert "Images that drive it most** of the 5,000 in MNIST sample" in words


def test_images_without_labels_are_replaced_by_the_sample_with_a_sentence(open_fields, model, home):
    dataset = make_dataset()
    open_in_all_tabs(replace(dataset, known_labels=None, fingerprint="unlabelled"), home)

    page = open_fields(layer="output")

    assert not page.exception
    assert "has no labels" in page.error[0].value
    assert "834 images of MNIST sample that the model may have been" in read_words(page)


def test_a_unit_links_to_the_layers_on_both_sides(open_fields, model):
    pickers = read_pickers(open_fields(layer="hidden2", unit="3"))

    for label, links in (
        ("listens to in hidden 1", strongest_sources(model.network, "hidden2", 3, 5)),
        ("speaks to in output", strongest_links(model.network, "hidden2", 3, 5)),
    ):
        captions = [tile["caption"] for tile in pickers[label]["tiles"]]
        assert captions == [f"{link.unit}: {link.weight:+.2f}" for link in links]


def test_hidden1_listens_to_pixels_and_the_output_speaks_to_nobody(open_fields, model):
    assert "listens to" not in " ".join(read_pickers(open_fields(layer="hidden1")))
    assert "speaks to" not in " ".join(read_pickers(open_fields(layer="output")))


def test_the_images_that_drive_a_unit_are_shown(open_fields, model):
    words = read_words(open_fields(layer="output", unit="4"))

    assert "Images that drive it most** of the 300 in digits-0.mat" in words.replace("\\", "")
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


@pytest.mark.parametrize("method", ["gradient", "gradient-x-input"])
def test_the_linear_map_at_an_image_is_shown_with_how_far_it_holds(open_fields, model, method):
    words = read_words(open_fields(layer="output", unit="3", method=method, image="12"))

    here = map_locally(model.network, "output", make_dataset().images[12])
    assert f"offset {here.offsets[3]:+.3f}, together {here.sums[3]:+.3f}" in words
    assert "as the network computes it" in words
    assert "exact at the image itself alone" in words  # its units are Tanh
    assert "the best linear map there explains" in words
