"""The Search page: planning a search, and a run in each of its states."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.dataset.kept import keep_dataset
from mnist_core.dataset.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.grid import PAPER_GRID, Activation, Grid, SearchPlan
from mnist_core.history import EpochRecord
from mnist_core.layouts import read_dataset
from mnist_core.runs import REFIT_FOLD, Outcome, RunState, Store

APP = Path(__file__).resolve().parents[2] / "app.py"
SMALL = SearchPlan(
    grid=Grid(lr=(0.01, 0.001), hidden1=(8,), hidden2=(4,), activation=(Activation.TANH,)), cv=2, limit=600
)
SPEED = {"seconds_per_image": {"fused": 1e-6, "sklearn": 1e-5}, "cores": 2}
OpenPage = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of a machine whose speed is known, without a data set."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "speed.json").write_text(json.dumps(SPEED), encoding="utf-8")
    monkeypatch.setenv("MNIST_LAB_HOME", str(folder))
    return folder


@pytest.fixture
def store(home: Path) -> Iterable[Store]:
    opened = Store(f"sqlite:///{home / 'lab.db'}")
    yield opened
    opened.close()


@pytest.fixture
def open_page(home: Path) -> OpenPage:
    """Open the page in a new tab; with a run as a link names it."""

    def open_one(run: str | None = None) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/search.py")
        if run is not None:
            page.query_params["run"] = run
        return page.run()

    return open_one


@pytest.fixture
def sample(home: Path) -> None:
    """Have the built-in sample open."""
    kept = keep_dataset(read_dataset(SAMPLE_PATH, SAMPLE_NAME), home / "datasets")
    (home / "last_dataset").write_text(kept.fingerprint, encoding="utf-8")


def add_run(store: Store, plan: SearchPlan = SMALL, name: str = "a small one") -> str:
    return store.add_run(plan, "digits.mat", "f" * 16, name)


def begin_run(store: Store, plan: SearchPlan = SMALL, name: str = "a small one") -> str:
    run_id = add_run(store, plan, name)
    store.claim_run(run_id)
    return run_id


def train_fit(store: Store, run_id: str, candidate: int, fold: int, score: float | None) -> None:
    for epoch in (1, 2, 3):
        store.add_epochs(run_id, [(candidate, fold, EpochRecord(epoch, 1 / epoch, 1.1 / epoch, 0.5, 0.1))])
    if score is not None:
        store.end_fit(run_id, candidate, fold, score)


def end_well(store: Store, run_id: str, is_identical: bool = True) -> None:
    for fold, (first, second) in enumerate(((0.80, 0.81), (0.90, 0.87))):
        train_fit(store, run_id, 0, fold, first)
        train_fit(store, run_id, 1, fold, second)
    train_fit(store, run_id, 0, REFIT_FOLD, 0.9)
    outcome = Outcome(
        best=SMALL.grid.candidates()[0].params(),
        best_score=0.85,
        test_accuracy=0.8833,
        model="/home/of/models/search-1",
        results_csv="/home/of/runs/none.csv",
        is_identical=is_identical,
    )
    store.end_run(run_id, RunState.DONE, "done", outcome)


def read_words(page: AppTest) -> str:
    texts = (page.markdown, page.caption, page.error, page.warning, page.info, page.subheader)
    return "\n".join(element.value for kind in texts for element in kind)


def read_facts(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def find_button(page: AppTest, label: str):
    return next(button for button in page.button if button.label.startswith(label))


def fill(page: AppTest, label: str, value: str) -> AppTest:
    (field,) = [field for field in page.text_input if field.label == label]
    return field.set_value(value).run()


def count(page: AppTest, label: str, value: int) -> AppTest:
    (field,) = [field for field in page.number_input if field.label == label]
    return field.set_value(value).run()


def shown_run(page: AppTest) -> str:
    """Return the run that the address names."""
    value = page.query_params["run"]
    return value if isinstance(value, str) else value[0]


def say(element) -> str:
    """Return the words of an element as the browser shows them: Markdown's escapes do their work."""
    return element.value.replace("\\", "")


def read_bar(page: AppTest) -> str:
    (bar,) = page.get("progress")
    return bar.proto.text


def test_without_a_data_set_the_page_offers_the_sample(open_page):
    page = open_page()
    assert not page.exception
    assert "No data set is open" in read_words(page)
    assert "No search was run yet" in read_words(page)

    find_button(page, "Use the built-in sample").click().run()
    assert not page.exception
    assert "5,000 images" in read_words(page)


def test_the_papers_grid_is_what_the_form_begins_with(open_page, sample):
    page = open_page()
    assert not page.exception
    assert {field.label: field.value for field in page.text_input} == {
        "Learning rates": "0.1, 0.01, 0.001",
        "Units of hidden 1": "24, 48, 96",
        "Units of hidden 2": "12, 24, 48",
        "Name of the run": "",
    }
    assert page.button_group[0].value == list(PAPER_GRID.activation)
    words = read_words(page)
    assert "405 fits" in words
    assert "81 candidates × 5 folds" in words


def test_the_time_is_estimated_before_the_start(open_page, sample):
    words = read_words(open_page())
    assert "on 2 of 2 cores" in words
    assert "An estimate" in words


def test_another_plan_has_another_count_of_fits(open_page, sample):
    page = fill(open_page(), "Learning rates", "0.01; 0.005")
    page = fill(page, "Units of hidden 1", "32")
    page = count(page, "Folds", 3)
    assert "54 fits" in read_words(page)
    assert "18 candidates × 3 folds" in read_words(page)


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Learning rates", "abc", "lr must be a number, but is 'abc'"),
        ("Learning rates", "", "at least one value of lr"),
        ("Learning rates", "-1", "lr must be above 0"),
        ("Units of hidden 1", "2.5", "hidden1 must be a whole number"),
        ("Units of hidden 2", "99999", "from 1 to 4096"),
        ("Units of hidden 2", " ".join(map(str, range(1, 999))), "at most 10,000 candidates"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_can_be_started(
    open_page, sample, label, value, sentence
):
    page = fill(open_page(), label, value)
    assert sentence in page.error[0].value
    assert not [button for button in page.button if button.label == "Start the search"]


def test_too_few_images_for_the_folds_are_refused(open_page, sample):
    page = count(open_page(), "Images", 70)
    assert "use more images" in page.error[0].value


def test_the_form_goes_back_to_the_papers_grid(open_page, sample):
    page = fill(open_page(), "Learning rates", "0.5")
    find_button(page, "Reset").click().run()
    assert page.text_input[0].value == "0.1, 0.01, 0.001"


def test_what_was_typed_survives_a_visit_to_another_page(open_page, sample):
    page = fill(open_page(), "Learning rates", "0.5")
    page.switch_page("pages/home.py").run()
    page.switch_page("pages/search.py").run()
    assert page.text_input[0].value == "0.5"


def test_a_waiting_run_says_so(open_page, store):
    page = open_page(add_run(store))
    assert not page.exception
    assert read_bar(page) == "0 of 4 fits · 0 epochs · waits for the worker"


def test_a_run_that_waits_behind_another_says_behind_which(open_page, store):
    begin_run(store, name="the first")
    page = open_page(add_run(store))
    assert "waits for the end of the first" in read_bar(page)


def test_a_running_run_shows_how_far_it_is_and_what_leads(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    train_fit(store, run_id, 1, 0, 0.9)
    train_fit(store, run_id, 0, 1, None)
    page = open_page(run_id)
    assert not page.exception
    assert read_bar(page) == "2 of 4 fits · 9 epochs · 1 in training"
    facts = read_facts(page)
    assert facts["Best so far"] == "90.00%"
    assert facts["Its network"] == "8-4 Tanh, lr 0.001"
    assert facts["Remaining"] != "—"


def test_the_table_ranks_the_candidates_and_marks_the_tied_ones(open_page, store):
    run_id = begin_run(store)
    end_well(store, run_id)
    (table,) = open_page(run_id).dataframe
    assert list(table.value["rank"]) == [1, 2]
    assert list(table.value["accuracy"]) == pytest.approx([85, 84])
    assert list(table.value["tied"]) == ["best", "tied"]
    assert list(table.value["folds"]) == [2, 2]


def test_nothing_is_called_tied_while_one_fold_is_all_there_is(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    train_fit(store, run_id, 1, 0, 0.8)
    (table,) = open_page(run_id).dataframe
    assert list(table.value["tied"]) == ["best", ""]


def test_the_papers_grid_is_drawn_while_nothing_is_scored_yet(open_page, store):
    run_id = begin_run(store, SearchPlan())
    train_fit(store, run_id, 0, 0, None)
    page = open_page(run_id)
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 4


def test_the_curves_of_any_candidate_can_be_chosen(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 1, 0, 0.9)
    page = open_page(run_id)
    chooser = next(box for box in page.selectbox if box.label == "Learning curves of")
    assert chooser.options[0] == "What trains right now"
    page = chooser.set_value(1).run()
    assert not page.exception
    assert next(box for box in page.selectbox if box.label == "Learning curves of").value == 1


def test_cancel_is_seen_at_once(open_page, store):
    run_id = begin_run(store)
    page = open_page(run_id)
    find_button(page, "Cancel").click().run()
    assert store.get_run(run_id).state is RunState.CANCELLING
    assert find_button(page, "Stopping").disabled
    assert "stopping" in read_words(page)


def test_a_run_that_waits_is_cancelled_at_once(open_page, store):
    run_id = add_run(store)
    page = open_page(run_id)
    find_button(page, "Cancel").click().run()
    assert "Cancelled before it began." in say(page.warning[0])


def test_a_cancelled_run_keeps_what_was_finished(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    store.end_run(run_id, RunState.CANCELLED, "cancelled; what had finished is kept")
    page = open_page(run_id)
    assert say(page.warning[0]) == "Cancelled; what had finished is kept. 1 finished fits are shown below."
    assert len(page.dataframe[0].value) == 1


def test_a_failed_run_says_why(open_page, store):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.FAILED, "Training needs at least 10 images of each digit.")
    page = open_page(run_id)
    assert say(page.error[0]) == "Failed: Training needs at least 10 images of each digit."
    assert not page.dataframe


def test_an_interrupted_run_can_be_run_again(open_page, store):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.INTERRUPTED, "its process ended without a word; start it again")
    page = open_page(run_id)
    assert say(page.warning[0]).startswith("Interrupted: its process ended without a word")
    assert find_button(page, "Run it again")


def test_the_plan_of_an_ended_run_can_be_changed_in_the_form(open_page, store, sample):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.CANCELLED, "cancelled")
    page = open_page(run_id)
    find_button(page, "Change its plan").click().run()
    assert not page.exception
    assert page.text_input[0].value == "0.01, 0.001"
    assert "2 candidates × 2 folds" in read_words(page)


def test_a_run_that_is_done_shows_its_winner_its_ties_and_its_model(open_page, store):
    run_id = begin_run(store)
    end_well(store, run_id)
    page = open_page(run_id)
    assert not page.exception
    assert page.subheader[0].value == "Winner: 8-4 Tanh, lr 0.01"
    facts = read_facts(page)
    assert facts["On held-out images"] == "88.33%"
    assert facts["In cross-validation"] == "85.00%"
    words = read_words(page)
    assert "`search-1`" in words
    assert "identical bit by bit" in words
    assert "**A tie**, within one standard error of the winner: 8-4 Tanh, lr 0.001" in words


def test_a_saved_model_that_differs_is_not_praised(open_page, store):
    run_id = begin_run(store)
    end_well(store, run_id, is_identical=False)
    words = read_words(open_page(run_id))
    assert "do not trust the saved model" in words
    assert "identical bit by bit" not in words


def test_the_winners_model_is_one_click_away(open_page, store):
    run_id = begin_run(store)
    end_well(store, run_id)
    links = [link.proto for link in open_page(run_id).get("page_link")]
    assert [(link.label, link.query_string) for link in links if link.query_string] == [
        ("Results", "model=search-1"),
        ("Fields", "model=search-1"),
        ("Draw", "model=search-1"),
    ]


def test_without_a_link_the_active_run_is_shown(open_page, store):
    active = begin_run(store, name="the active one")
    end_well(store, begin_run(store, name="the later one"))
    page = open_page()
    assert shown_run(page) == active
    assert "**the active one**" in read_words(page)


def test_without_a_link_or_an_active_run_the_latest_is_shown(open_page, store):
    for name in ("first", "latest"):
        end_well(store, begin_run(store, name=name))
    assert "**latest**" in read_words(open_page())


def test_a_link_to_a_run_shows_that_run(open_page, store):
    wanted = begin_run(store, name="wanted")
    end_well(store, wanted)
    begin_run(store, name="active")
    page = open_page(wanted)
    assert "**wanted**" in read_words(page)
    assert shown_run(page) == wanted


def test_a_link_to_a_run_that_is_not_there_says_so(open_page, store):
    begin_run(store)
    assert "There is no run lost here" in say(open_page("lost").warning[0])


def test_all_runs_can_be_chosen_by_state_name_and_score(open_page, store):
    done = begin_run(store, name="the old one")
    end_well(store, done)
    begin_run(store, name="the new one")
    page = open_page()
    chooser = next(box for box in page.selectbox if box.label == "Run")
    new, old = chooser.options
    assert new.startswith("● running · the new one · ")
    assert old.startswith("✓ done · the old one · ")
    assert old.endswith(" · best 85.00%")

    page = chooser.set_value(done).run()
    assert shown_run(page) == done
    assert "**the old one**" in read_words(page)


def test_signs_of_markdown_in_a_name_stay_signs(open_page, store):
    run_id = begin_run(store, name="*wider* [layers]")
    assert r"\*wider\* \[layers\]" in read_words(open_page(run_id))
