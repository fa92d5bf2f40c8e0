"""The Results page: from a model's folder, on its own data, on other data, and with damaged folders."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from screen import read_facts, read_words
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model, open_in_all_tabs

from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import wilson_interval
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation
from mnist_core.network.exporting import FORMATS
from mnist_core.network.models import Model, load_model, save_model

APP = Path(__file__).resolve().parents[2] / "app.py"
OpenResults = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def model(home: Path) -> Model:
    return make_model(home / "models" / "small", make_dataset())


@pytest.fixture
def open_results(home: Path) -> OpenResults:
    """Open the page in a new tab, by a link with some parameters."""

    def open_page(**params: str) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/results.py")
        for key, value in params.items():
            page.query_params[key] = value
        return page.run()

    return open_page


def read_param(page: AppTest, key: str) -> str:
    value = page.query_params[key]
    return value if isinstance(value, str) else value[0]


def read_pictures(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def test_a_model_is_offered_for_all_runtimes_that_can_hold_it(open_results, home):
    paper = load_model(SHIPPED_MODELS / "paper")
    wide = MLP(300, None, Activation.TANH)
    candidate = replace(paper.info.candidate, hidden1=300, hidden2=None)
    save_model(wide, replace(paper.info, candidate=candidate), home / "models" / "wide")

    page = open_results(model="wide")

    labels = {button.proto.label for button in page.get("download_button")} - {"The batch"}
    assert labels == {f"{form.title}: {form.words}" for kind, form in FORMATS.items() if kind != "html"}
    assert "A page holds 1 MB at most, but wide with its 238,510 parameters" in read_words(page)


def test_the_shipped_model_needs_no_data_set(open_results):
    page = open_results(model="paper")

    assert not page.exception
    assert read_facts(page)["The paper's winner"] == "97.11%"
    assert read_facts(page)["Misread"].endswith("of 10,000")
    assert "From the model's folder" in read_words(page)
    assert "The weights are those of epoch" in read_words(page)


def test_the_headline_is_that_of_the_folder_with_wilsons_interval(open_results, model):
    facts = read_facts(open_results(model="small"))

    test = model.info.test
    lower, upper = wilson_interval(round(test.accuracy * test.n), test.n)
    assert facts["Accuracy"] == f"{test.accuracy:.2%}"
    assert facts["95 % interval (Wilson)"] == f"{100 * lower:.2f} – {upper:.2%}"


def test_the_best_epoch_and_the_end_are_told_and_that_the_last_weights_are_kept(open_results, model):
    words = read_words(open_results(model="small"))

    assert "best at epoch 3; early stopping ended training at epoch 6" in words
    assert "The weights are those of epoch 6, the last, not of the best" in words


def test_of_a_model_with_the_weights_of_its_best_epoch_it_is_told(open_results, model, home):
    info = replace(model.info, recipe=replace(model.info.recipe, keep="best"))
    saved = save_model(model.network, info, home / "models" / "kept")

    words = read_words(open_results(model="kept"))

    assert "training ended at epoch 6. The weights are those of epoch 3" in words
    assert (
        "ended after 6 epochs; the weights are those of epoch 3" in (saved.folder / "README.md").read_text()
    )


def test_of_a_model_saved_on_the_train_page_no_early_stopping_is_told(open_results, model, home):
    recipe = replace(model.info.recipe, max_epochs=6, patience=6)
    info = replace(model.info, recipe=recipe, recipe_name="live")
    save_model(model.network, info, home / "models" / "lived")

    words = read_words(open_results(model="lived"))

    assert "the model was saved after epoch 6, with the weights of that epoch" in words
    assert "early stopping" not in words


def test_of_a_training_that_ended_with_the_most_epochs_no_early_stopping_is_told(open_results, model, home):
    info = replace(model.info, recipe=replace(model.info.recipe, max_epochs=6))
    saved = save_model(model.network, info, home / "models" / "longest")

    words = read_words(open_results(model="longest"))

    assert "training ended at epoch 6, the most that was allowed" in words
    assert "skorch's early stopping" not in words + (saved.folder / "README.md").read_text()


def test_the_accuracy_of_a_changed_model_is_left_out_of_the_table_where_its_images_may_have_been_seen(
    open_results, model, home
):
    test = replace(model.info.test, is_unseen=False)
    save_model(model.network, replace(model.info, test=test), home / "models" / "doubtful")

    page = open_results(model="small")

    (table,) = [one.value for one in page.dataframe if "accuracy" in one.value]
    rows = table.set_index("model")["accuracy"]
    assert rows.isna().to_dict()["doubtful"]
    assert rows["small"] == pytest.approx(100 * model.info.test.accuracy)
    assert table["model"].iloc[-1] == "doubtful"
    options = [option.split(": ")[1] for option in page.selectbox[0].options]
    assert str(model.info.candidate) in options


def test_history_pens_and_temperature_of_a_changed_model_are_said_as_its_parents(open_results, model, home):
    robust = load_model(SHIPPED_MODELS / "robust")
    save_model(robust.network, replace(robust.info, trained_as="robust"), home / "models" / "mine")
    open_in_all_tabs(make_dataset(), home)

    own, changed = (open_results(model=name) for name in ("robust", "mine"))

    assert "How it learned" in [one.value for one in own.header]
    assert "How robust learned" in [one.value for one in changed.header]
    assert "Of robust, which this model was made from afterwards." in read_words(changed)
    assert "made from afterwards" not in read_words(own)
    said = f"probability at temperature {robust.info.temperature:.2f}"
    assert f"{said} that the model" in read_words(own)
    assert f"{said}, that of robust, that the model" in read_words(changed)


def test_without_a_data_set_the_images_are_offered_with_the_sample(open_results, model):
    page = open_results(model="small")
    (offer, *_) = [button for button in page.button if button.label == "Use the built-in sample"]

    offer.click().run()

    assert not page.exception
    assert read_facts(page)["Misread"].endswith("of 5,000")
    assert "may have seen some of these images" in read_words(page)


def test_on_its_own_data_the_held_out_images_give_the_figures_of_the_folder(open_results, model, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_results(model="small")

    assert not page.exception
    assert read_facts(page)["Accuracy"] == f"{model.info.test.accuracy:.2%}"
    assert "its own training held out" in read_words(page)
    assert not page.segmented_control


def test_on_other_data_all_images_or_the_held_out_part_can_be_measured(open_results, model, home):
    open_in_all_tabs(make_dataset(240, seed=5), home)
    page = open_results(model="small")
    assert read_facts(page)["Misread"].endswith("of 240")

    page.segmented_control[0].set_value("its held-out part").run()

    assert not page.exception
    assert read_facts(page)["Misread"].endswith("of 40")


def test_the_commonest_mistake_is_open_and_another_cell_can_be_chosen(open_results, model, home):
    open_in_all_tabs(make_dataset(), home)
    page = open_results(model="small")
    before = read_words(page)

    page.selectbox(key="results-truth").set_value(4)
    page.selectbox(key="results-guess").set_value(4).run()

    assert not page.exception
    assert "of a 4 were read as 4" in read_words(page)
    assert "of a 4 were read as 4" not in before
    assert "images of a 4 read as 4" in read_pictures(page)
    assert (read_param(page, "true"), read_param(page, "read")) == ("4", "4")


def test_a_link_reopens_its_cell(open_results, model, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_results(model="small", true="7", read="7")

    assert "of a 7 were read as 7" in read_words(page)


def test_a_link_to_no_cell_or_no_model_falls_back_with_a_sentence(open_results, model):
    page = open_results(model="gone", true="12", read="x")

    assert not page.exception
    assert "there is none" in page.warning[0].value


def test_the_surest_mistakes_are_shown_with_their_digits(open_results, home):
    make_model(home / "models" / "poor", make_dataset(), n_steps=3)
    open_in_all_tabs(make_dataset(), home)

    page = open_results(model="poor")

    assert not page.exception
    assert "the surest mistakes" in read_pictures(page)
    assert int(read_facts(page)["Misread"].split()[0]) > 0


def test_a_model_without_mistakes_says_so(open_results, model, home):
    open_in_all_tabs(make_dataset(), home)

    page = open_results(model="small")

    assert not page.exception
    assert read_facts(page)["Misread"].startswith("0 of")
    assert "reads all of these images right" in read_words(page)


def test_all_models_are_compared_and_a_damaged_one_is_named(open_results, model, home):
    make_model(home / "models" / "other", make_dataset(), Activation.RELU)
    damaged = home / "models" / "broken"
    damaged.mkdir()
    (damaged / "model.json").write_text(json.dumps({"schema": 1}), encoding="utf-8")

    page = open_results(model="small")

    assert not page.exception
    assert {"small", "other", "paper"} <= set(page.dataframe[-1].value["model"])
    assert any("broken" in warning.value for warning in page.warning)


def test_a_damaged_model_is_refused_with_one_sentence(open_results, home):
    damaged = home / "models" / "broken"
    damaged.mkdir(parents=True)
    (damaged / "model.json").write_text("{", encoding="utf-8")

    page = open_results(model="broken")

    assert not page.exception
    assert "must be JSON" in page.error[0].value


def test_the_choice_of_a_model_is_part_of_the_link_and_follows_to_other_pages(open_results, model):
    page = open_results(model="paper", true="1", read="2")

    page.selectbox(key="lab-model-widget").set_value("small").run()

    assert read_param(page, "model") == "small"
    assert "true" not in page.query_params
    page.switch_page("pages/fields.py").run()
    assert read_param(page, "model") == "small"
