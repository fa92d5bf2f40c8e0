"""The Results page in depth: how sure a model may be, disturbed images, more images, suspected labels."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from screen import read_words
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model, open_in_all_tabs

from mnist_core.data.dataset import compute_fingerprint
from mnist_core.ground.settings import Settings
from mnist_core.insight.evaluation.disturbances import DISTURBANCES
from mnist_core.network.exporting import FORMATS
from mnist_core.network.models import Model, save_model
from mnist_core.store import Database, claim, list_work, request_cancel
from mnist_core.training.retraining.studies import GROWTH, LABELS, add_study, plan_growth, plan_labels
from mnist_core.work.supervisor import carry_out_work

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


def list_downloads(page: AppTest) -> list[str]:
    """List what is offered beside the model itself, which is beside the title."""
    beside = {"The batch", *(f"{form.title}: {form.words}" for form in FORMATS.values())}
    labels = [element.proto.label for element in page.get("download_button")]
    return [label for label in labels if label not in beside]


def test_without_a_data_set_it_offers_the_sample(open_tab):
    page = open_tab("How sure it may be")

    assert not page.exception
    assert "see how sure the model may be" in read_words(page)


def test_it_tells_how_true_probabilities_are_and_what_must_be_refused(open_tab, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_tab("How sure it may be")

    assert not page.exception
    calibration, coverage = (table.value for table in page.table)
    assert list(calibration.columns) == ["its probabilities", "are sure of", "read right", "off by (ECE)"]
    assert list(coverage["asked to be right in"]) == ["99 %", "99.5 %", "99.9 %"]
    assert "its own training held out" in read_words(page)
    assert list_downloads(page) == ["Numbers as CSV"] * 2


def test_a_link_names_its_tab_which_another_model_keeps(open_tab, home):
    open_in_all_tabs(make_dataset(), home)
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/results.py")
    page.query_params["tab"] = "How sure it may be"

    page.run()

    assert "Are its probabilities true?" in [element.value for element in page.header]

    page.selectbox(key="lab-model-widget").set_value("robust").run()

    assert not page.exception
    assert page.query_params["tab"] in ("How sure it may be", ["How sure it may be"])
    assert "Are its probabilities true?" in [element.value for element in page.header]


def test_a_link_to_no_tab_opens_the_first(open_tab, home):
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/results.py")
    page.query_params["tab"] = "none"

    page.run()

    assert not page.exception
    assert "How it learned" in [element.value for element in page.header]


def test_models_are_read_on_disturbed_images_side_by_side(open_tab, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_tab("Robustness")

    assert not page.exception
    assert page.multiselect[0].value == ["small", "paper", "robust"]
    assert [element.value for element in page.header] == [one.title for one in DISTURBANCES.values()]
    words = read_words(page).replace("\\", "")
    assert "small: The 50 images" in words
    assert "paper: All 300 images" in words

    page.multiselect[0].set_value([]).run()

    assert not page.exception
    assert "Choose a model" in page.info[0].value


def test_two_models_are_compared_with_the_images_that_only_one_reads(open_tab, home):
    dataset = make_dataset()
    make_model(home / "models" / "poor", dataset, n_steps=3)
    open_in_all_tabs(dataset, home)
    page = open_tab("Against another")

    page.selectbox(key="results-rival-small").set_value("poor").run()

    assert not page.exception
    assert {"small reads", "poor reads", "McNemar's p"} <= {metric.label for metric in page.metric}
    assert "Only small reads" in [element.value for element in page.header]
    pictures = "\n".join(element.proto.body for element in page.get("html"))
    assert "images that only small reads" in pictures
    assert list_downloads(page) == ["Numbers as CSV"]


def test_another_model_to_begin_with_is_one_that_can_be_compared(open_tab, home):
    dataset = make_dataset()
    open_in_all_tabs(dataset, home)
    stranger = make_model(home / "models" / "a-stranger", dataset, n_steps=3)
    letters = replace(stranger.info, class_names=tuple("abcdefghij"))
    save_model(stranger.network, letters, stranger.folder)

    page = open_tab("Against another")

    assert not page.exception
    assert not page.error
    rivals = page.selectbox(key="results-rival-small")
    assert rivals.options[0] == "a-stranger"
    assert rivals.value == rivals.options[1]


def test_data_that_the_model_does_not_know_is_refused_in_a_sentence(open_tab, home):
    dataset = make_dataset()
    names = (*"012345678", "x")
    open_in_all_tabs(replace(dataset, class_names=names, fingerprint="e" * 16), home)

    page = open_tab("How sure it may be")

    assert not page.exception
    assert "has images of x" in page.error[-1].value


def carry_out(store: Database, home: Path, job_id: str) -> None:
    carry_out_work(store, claim(store, job_id), Settings(home, f"sqlite:///{home / 'lab.db'}"))


def list_buttons(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


@pytest.mark.parametrize("tab", ["Robustness", "Against another", "More images", "Suspected labels"])
def test_without_a_data_set_every_tab_offers_the_sample(open_tab, tab):
    page = open_tab(tab)

    assert not page.exception
    assert "Use the built-in sample" in list_buttons(page)


@pytest.mark.usefixtures("no_process_left")
def test_a_learning_curve_is_begun_and_stopped_by_buttons(open_tab, home, store):
    open_in_all_tabs(make_dataset(), home)
    page = open_tab("More images")
    assert "100 to 250 of the training images" in read_words(page)

    [begin] = [button for button in page.button if button.label == "Train them"]
    begin.click().run()

    assert not page.exception
    [job] = list_work(store, "learning-curve")
    assert (job.settings["sizes"], job.settings["n_seeds"]) == ([100, 250], 5)
    assert "Train them" not in list_buttons(page)


def test_a_learning_curve_that_is_begun_in_two_tabs_is_one(open_tab, home, store, no_process_left):
    open_in_all_tabs(make_dataset(), home)
    pages = [open_tab("More images") for _ in range(2)]

    for page in pages:
        next(button for button in page.button if button.label == "Train them").click().run()
        assert not page.exception

    assert len(list_work(store, "learning-curve")) == 1


def test_a_learning_curve_that_was_trained_is_shown(open_tab, home, store, model):
    dataset = make_dataset()
    open_in_all_tabs(dataset, home)
    job_id = add_study(store, GROWTH, plan_growth(model.info, dataset), dataset)
    carry_out(store, home, job_id)
    trials = home / "runs" / job_id / "trials.json"

    page = open_tab("More images")

    assert not page.exception
    assert "The last doubling, to 250 images, brought" in read_words(page)
    assert len(json.loads(trials.read_text())) == 10
    assert list_downloads(page) == ["Numbers as CSV"]
    assert "Train them" not in list_buttons(page)


def test_a_stopped_study_says_so_and_offers_to_go_on(open_tab, home, store, model):
    dataset = make_dataset()
    open_in_all_tabs(dataset, home)
    request_cancel(store, add_study(store, GROWTH, plan_growth(model.info, dataset), dataset))

    page = open_tab("More images")

    assert not page.exception
    assert "It was stopped." in page.info[0].value
    assert "Go on" in list_buttons(page)


def test_suspected_labels_are_shown_with_what_they_look_like(open_tab, home, store):
    dataset = make_dataset()
    labels = dataset.labels.copy()
    labels[7] = (labels[7] + 1) % 10
    flipped = replace(dataset, known_labels=labels, fingerprint=compute_fingerprint(dataset.images, labels))
    open_in_all_tabs(flipped, home)
    carry_out(store, home, add_study(store, LABELS, plan_labels(flipped), flipped))

    page = open_tab("Suspected labels")

    assert not page.exception
    assert "1 of 300 labels are suspected" in read_words(page)
    pictures = "\n".join(element.proto.body for element in page.get("html"))
    assert f"{labels[7]}, looks like {dataset.labels[7]}; under 0.1%; #7" in pictures
    assert list_downloads(page) == ["Numbers as CSV"]
