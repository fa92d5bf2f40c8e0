"""The Operate page: what is switched, pruned, scaled and rounded, by widgets and by link; what is saved."""

from pathlib import Path

import pytest
from screen import press, read_documents, read_facts, read_words
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model, open_in_all_tabs

from mnist_core.insight.fields.probe import choose_probe
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.operations import SwitchOff, apply_all
from mnist_core.network.models import load_model
from mnist_ui.components.canvas.state import DRAWN, Canvas
from mnist_ui.operate import state
from mnist_ui.results.model_figures import read_folder

APP = Path(__file__).resolve().parents[2] / "app.py"
SEVEN = [{"type": "path", "path": [["M", 80, 70], ["L", 240, 70], ["L", 140, 270]]}]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def dataset(home):
    made = make_dataset()
    open_in_all_tabs(made, home)
    return made


@pytest.fixture
def model(home, dataset):
    return make_model(home / "models" / "small", dataset, n_steps=6)


@pytest.fixture
def open_operate(home, model):
    """Open the page in a new tab, by a link with some steps."""

    def open_page(*steps, drawn=()):
        page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/operate.py")
        page.query_params["model"] = "small"
        if steps:
            page.query_params["do"] = list(steps)
        if drawn:
            page.session_state[DRAWN[Canvas.DRAW]] = drawn
        return page.run()

    return open_page


def read_picker(page):
    return next(
        document for document in read_documents(page) if str(document.get("label", "")).startswith("switches")
    )


def read_steps(page):
    found = page.query_params.get("do", [])
    return [found] if isinstance(found, str) else list(found)


def test_at_first_every_unit_is_on_and_nothing_is_lost(open_operate):
    page = open_operate()

    assert not page.exception
    assert read_picker(page)["on"] == [True] * 12
    figures = read_facts(page)
    assert figures["Accuracy before"] == figures["Accuracy after"]
    assert figures["Units"] == "12-8"
    assert "Nothing was done yet." in read_words(page)


def test_a_link_reopens_what_was_done_with_its_figures(open_operate, model, dataset):
    page = open_operate("off hidden1:3", "off hidden1:7,0", "off hidden2:1")

    bench = Bench(model.network, choose_probe(model.info.data, dataset))
    steps = [SwitchOff("hidden1", (3, 7, 0)), SwitchOff("hidden2", (1,))]
    after = bench.read(apply_all(steps, bench))
    assert [place for place, on in enumerate(read_picker(page)["on"]) if not on] == [0, 3, 7]
    assert read_facts(page)["Accuracy after"] == f"{after.accuracy:.2%}"
    assert read_facts(page)["Units"] == "9-7"
    assert "Switch off units 7 and 0 of hidden 1" in read_words(page)
    assert "95 % confidence" in read_words(page)


def test_undo_takes_the_last_step_back_and_reset_all(open_operate):
    page = press(open_operate("off hidden1:3", "bits 4", "off hidden1:5"), "Undo")

    assert read_steps(page) == ["off hidden1:3", "bits 4"]
    assert read_picker(page)["on"].count(False) == 1

    page = press(page, "Reset")

    assert read_steps(page) == []
    assert read_picker(page)["on"].count(False) == 0


def test_rounding_again_replaces_the_rounding_before(open_operate):
    page = open_operate("bits 4", "off hidden1:1")

    page.select_slider(key=state.BITS).set_value(3).run()

    assert read_steps(page) == ["off hidden1:1", "bits 3"]

    page.select_slider(key=state.BITS).set_value(0).run()

    assert read_steps(page) == ["off hidden1:1"]


def test_the_slider_prunes_and_prunes_anew(open_operate):
    page = open_operate()
    page.slider(key=state.KEEP).set_value(5).run()
    assert read_picker(page)["on"].count(True) == 5

    page.slider(key=state.KEEP).set_value(9).run()

    assert read_steps(page) == ["prune hidden1=9:importance"]
    assert read_facts(page)["Units"] == "9-8"


def test_the_slider_scales_a_unit_to_its_last_place(open_operate):
    page = open_operate()
    page.slider(key=state.FACTOR).set_value(2.0).run()

    page.slider(key=state.FACTOR).set_value(0.0).run()

    assert read_steps(page) == ["scale hidden1:0=0"]
    assert not page.exception
    assert page.slider(key=state.FACTOR).value == 0.0


def test_two_units_are_swapped(open_operate):
    page = open_operate()
    page.number_input(key=state.SECOND).set_value(4).run()

    page = press(page, "Swap their outgoing weights")

    assert read_steps(page) == ["swap hidden1:0,4"]


def test_a_link_that_asks_for_the_impossible_says_so_and_does_nothing(open_operate):
    page = open_operate("off hidden1:99")

    assert "hidden1 has units 0 to 11, but 99 was asked for" in page.warning[0].value
    assert read_picker(page)["on"] == [True] * 12


def test_the_digit_that_was_drawn_last_is_read_before_and_after(open_operate):
    page = open_operate("off hidden1:1", drawn=SEVEN)

    assert not page.exception
    assert "The digit you drew" in str(page.main)
    assert not [one for one in page.number_input if one.key == "operate-image"]


def test_what_was_done_is_remembered_when_one_comes_back(open_operate):
    page = open_operate("off hidden1:3")

    page.switch_page("pages/home.py").run()
    page.switch_page("pages/operate.py").run()

    assert read_steps(page) == ["off hidden1:3"]


def name_result(page: AppTest, name: str) -> AppTest:
    [field] = [field for field in page.text_input if field.label == "Save as a new model"]
    return field.set_value(name).run()


def test_the_result_is_saved_as_a_smaller_model(open_operate, home):
    page = open_operate("off hidden1:3,4", "bits 6")
    name_result(page, "less")

    page = press(page, "Save")

    assert "Saved as **less**: 10-8" in page.success[0].value
    saved = load_model(home / "models" / "less")
    assert saved.info.changes[0].steps == ("--off hidden1:3,4", "--bits 6")
    assert saved.info.command.startswith("python -m mnist_core operate small --data digits-0.mat --off")


def test_the_results_page_tells_what_was_done_to_a_model(open_operate, home):
    page = open_operate("off hidden1:3,4", "bits 6")
    page = press(page, "Save")
    told = "To small was done: --off hidden1:3,4, --bits 6."

    page.switch_page("pages/results.py")
    page.query_params["model"] = "small-less"
    page.run()

    assert not page.exception
    assert told in read_words(page).replace("\\", "")
    folder = read_folder(load_model(home / "models" / "small-less").info)
    words = folder.words.replace("\\", "")
    assert "measured once on 50 held-out images of digits-0.mat, after it was changed" in words
    assert told in words


@pytest.mark.parametrize(
    ("name", "words"),
    [("../evil", "a letter or digit first"), ("small", "already"), (" ", "the field is empty")],
)
def test_a_name_that_cannot_be_is_refused(open_operate, home, name, words):
    page = open_operate("bits 6")
    page = name_result(page, name)

    assert words in read_words(page)
    [save] = [button for button in page.button if button.label == "Save"]
    assert save.disabled
    assert [path.name for path in (home / "models").iterdir()] == ["small"]


def test_the_curve_is_drawn_where_it_is_asked_for(open_operate):
    page = open_operate()
    assert "the network needs" not in read_words(page)

    page.toggle(key="operate-curve").set_value(True).run()

    assert not page.exception
    assert "the network needs, of the 12 units of hidden 1" in read_words(page)


def test_any_image_that_is_measured_on_can_be_the_digit(open_operate, dataset):
    page = open_operate("off hidden1:3")
    choice = page.number_input(key="operate-image")

    choice.set_value(choice.max).run()

    assert choice.max == dataset.n_samples // 6 - 1
    assert not page.exception
