"""The Train page: a network that trains as its user watches."""

from pathlib import Path

import pytest
from screen import press, read_words
from searches import APP, say, say_all
from streamlit.testing.v1 import AppTest
from trained import make_dataset, open_in_all_tabs

from mnist_core.data.dataset import Dataset
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.recipe import Recipe
from mnist_core.store import (
    Database,
    WorkState,
    add_job,
    claim,
    end,
    get_job,
    list_work,
    read_epochs,
    record,
    release,
    rest,
    wish,
)
from mnist_core.training.live.live_plan import TRAINING, LivePlan, Rates, Wishes
from mnist_core.training.live.saving import SAVING
from mnist_core.training.live.watched import add_training, open_learner

PLAN = LivePlan(Candidate(0.01, 12, 6, Activation.TANH), Recipe(batch_size=32))


@pytest.fixture
def dataset(home: Path) -> Dataset:
    made = make_dataset()
    open_in_all_tabs(made, home)
    return made


def open_page(training: str | None = None) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/train.py")
    if training is not None:
        page.query_params["training"] = training
    return page.run()


def train(
    store: Database, home: Path, dataset: Dataset, epochs: int, until: int, name: str = "", lr: float = 0.01
) -> str:
    """Train some epochs; the process of the training lives on, as far as the page can see."""
    wishes = Wishes(until, Rates(lr))
    job_id = add_training(store, PLAN, dataset.name, dataset.fingerprint, wishes, name)
    job = claim(store, job_id)
    learner = open_learner(job, Settings(home, f"sqlite:///{home / 'lab.db'}"))
    for _ in range(epochs):
        learner.train_epoch(Rates(lr))
    record(store, job_id, [(0, REFIT_FOLD, one) for one in learner.history])
    return job_id


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def ask(page: AppTest, label: str, value: str | int) -> AppTest:
    fields = page.text_input if isinstance(value, str) else page.number_input
    [field] = [one for one in fields if one.label == label]
    return field.set_value(value).run()


def test_without_a_data_set_the_page_says_what_it_is_for_and_offers_the_sample(home):
    page = open_page()

    assert "Watch one network learn" in read_words(page)
    assert "Use the built-in sample" in labels(page)
    assert not page.exception


def test_a_training_is_begun_with_what_was_chosen(home, store, dataset, no_process_left):
    page = open_page()
    ask(page, "Units of hidden 1", 12)
    ask(page, "Learning rate", "0,02")
    ask(page, "Input noise", "0.1")
    ask(page, "Rest at epoch", 3)

    press(page, "Start the training")

    [job] = list_work(store, TRAINING)
    plan = LivePlan.from_values(job.settings)
    assert plan.candidate == Candidate(0.02, 12, 24, Activation.TANH)
    assert (plan.recipe.input_noise, plan.limit) == (0.1, None)
    assert Wishes.from_values(job.wishes) == Wishes(3, Rates(0.02), 4.0)
    assert page.query_params["training"] == job.id
    assert not page.exception


def test_what_a_command_planned_is_shown_until_a_rate_is_set_by_hand(home, store, dataset):
    job_id = train(store, home, dataset, epochs=2, until=50)
    wish(
        store,
        job_id,
        changes={"2": {"lr": 0.004, "weight_decay": 0.1}, "9": {"lr": 0.5, "weight_decay": 0.0}},
    )
    wish(store, job_id, stops_early=True)
    page = open_page(job_id)
    planned = "Planned: lr 0.5 from epoch 9 on, rests by itself after 3 epochs without a better validation"
    assert planned in read_words(page)
    assert [one.value for one in page.text_input if one.label == "Learning rate"] == ["0.004"]

    ask(page, "Learning rate", "0.02")

    wishes = Wishes.from_values(get_job(store, job_id).wishes)
    assert wishes == Wishes(50, Rates(0.02, 0.1), stops_early=True)
    assert not page.exception


def test_a_training_that_goes_on_can_be_paused_after_its_epoch(home, store, dataset):
    job_id = train(store, home, dataset, epochs=2, until=50)
    page = open_page(job_id)
    assert "trains" in read_words(page)

    press(page, "Pause")

    assert get_job(store, job_id).wishes["until"] == 2
    assert {"Go on", "Step one epoch"} <= labels(page)
    press(page, "Go on")
    assert get_job(store, job_id).wishes["until"] == 50


def test_a_training_that_rests_is_stepped_an_epoch(home, store, dataset):
    job_id = train(store, home, dataset, epochs=2, until=2)
    page = open_page(job_id)

    press(page, "Step one epoch")

    assert get_job(store, job_id).wishes["until"] == 3


def test_rate_and_decay_are_changed_while_it_goes_on(home, store, dataset):
    job_id = train(store, home, dataset, epochs=2, until=50)
    page = open_page(job_id)

    ask(page, "Learning rate", "0.002")
    ask(page, "Weight decay", "0,0003")

    wishes = Wishes.from_values(get_job(store, job_id).wishes)
    assert wishes == Wishes(50, Rates(0.002, 0.0003))


def test_a_rate_that_no_network_can_be_trained_with_is_refused(home, store, dataset):
    job_id = train(store, home, dataset, epochs=1, until=1)
    page = open_page(job_id)

    page = ask(page, "Learning rate", "0.0")

    assert get_job(store, job_id).wishes["lr"] == 0.01
    assert "Learning rate: a number above 0 and at most 10" in say(page.toast[0])
    assert {field.label: field.value for field in page.text_input}["Learning rate"] == "0.01"


@pytest.mark.parametrize(
    ("label", "value", "needed"),
    [
        ("Images", 0, "a whole number from 1 to"),
        ("Units of hidden 2", 5_000, "a whole number from 0 to 4,096"),
        ("Seed", -1, "a whole number from 0 to 4,294,967,295"),
        ("Input dropout", "1", "a number from 0 to less than 1"),
        ("Input noise", "much", "a number from 0 to 10"),
        ("Learning rate", "1.000,5", "a number above 0 and at most 10"),
    ],
)
def test_a_number_that_cannot_be_is_named_with_its_field_and_nothing_can_be_started(
    home, dataset, label, value, needed
):
    page = ask(open_page(), label, value)

    assert f"{label}: {needed}" in page.error[0].value.replace("\\", "")
    [start] = [button for button in page.button if button.label == "Start the training"]
    assert start.disabled


@pytest.mark.parametrize(
    ("name", "words"), [("", "the field is empty"), ("../x", "digit first"), ("paper", "already")]
)
def test_an_epoch_is_not_saved_under_a_name_that_cannot_be(home, store, dataset, name, words):
    job_id = train(store, home, dataset, epochs=2, until=2)
    page = open_page(job_id)

    page = page.text_input(key=f"live-name-{job_id}").set_value(name).run()

    assert words in read_words(page)
    [save] = [button for button in page.button if button.label == "Save epoch 2"]
    assert save.disabled


def test_a_branch_is_opened_where_it_leaves_its_parent(home, store, dataset, no_process_left):
    job_id = train(store, home, dataset, epochs=3, until=3)
    page = open_page(job_id)

    press(page, "Go back to epoch 3 and branch")

    branch, parent = list_work(store, TRAINING)
    assert (branch.settings["parent"], branch.settings["parent_epoch"]) == (parent.id, 3)
    assert page.query_params["training"] == branch.id
    assert not page.exception


def test_an_epoch_is_saved_as_a_model_of_the_name_that_was_given(home, store, dataset, no_process_left):
    job_id = train(store, home, dataset, epochs=2, until=2)
    page = open_page(job_id)
    page.text_input(key=f"live-name-{job_id}").set_value("mine").run()

    press(page, "Save epoch 2")

    [saving] = list_work(store, SAVING)
    assert saving.settings == {"training": job_id, "epoch": 2, "name": "mine"}
    assert "Saving epoch 2 as mine" in read_words(page)


def test_the_best_epoch_is_offered_where_another_is_shown(home, store, dataset, no_process_left):
    job_id = train(store, home, dataset, epochs=6, until=6, lr=0.5)
    losses = [row.record.valid_loss for row in read_epochs(store, job_id)]
    best = 1 + losses.index(min(losses))
    page = open_page(job_id)

    press(page, f"Save the best, epoch {best}")

    [saving] = list_work(store, SAVING)
    assert best < 6
    assert saving.settings == {"training": job_id, "epoch": best, "name": f"live-{job_id[-4:]}-{best}"}


def test_a_model_that_was_saved_leads_to_the_pages_that_look_at_it(home, store, dataset):
    job_id = train(store, home, dataset, epochs=1, until=1)
    settings = {"training": job_id, "epoch": 1, "name": "mine"}
    saving = claim(store, add_job(store, SAVING, settings, name="mine"))
    end(
        store,
        saving.id,
        WorkState.DONE,
        "done",
        {"model": "mine", "test_accuracy": 0.875, "is_identical": True},
    )
    page = open_page(job_id)
    page.session_state["live-saving"] = saving.id

    page.run()

    assert "is saved as **mine** and reads **87.50%**" in read_words(page)


def test_a_training_is_deleted_with_its_epochs(home, store, dataset):
    job_id = train(store, home, dataset, epochs=1, until=1)
    rest(store, job_id, 0, "rests at epoch 1")
    page = open_page(job_id)

    press(page, "Delete this training")

    assert list_work(store, TRAINING) == []
    assert not (home / "runs" / job_id).exists()
    assert "Start the training" in labels(page)


def test_a_training_that_failed_says_why(home, store, dataset):
    job_id = train(store, home, dataset, epochs=1, until=5)
    end(store, job_id, WorkState.FAILED, "The disk is full: free some space.")

    page = open_page(job_id)

    assert page.error[0].value == r"The disk is full\: free some space\."
    assert "Go on" in labels(page)


def test_a_training_that_was_paused_for_a_reason_says_it(home, store, dataset):
    job_id = train(store, home, dataset, epochs=1, until=5)
    end(store, job_id, WorkState.PAUSED, "The disk is full: free some space.")

    page = open_page(job_id)

    assert page.warning[0].value == r"Paused: The disk is full\: free some space\."
    assert "Go on" in labels(page)


def test_a_model_that_could_not_be_saved_says_why(home, store, dataset):
    page = open_page(train(store, home, dataset, epochs=1, until=1))
    settings = {"training": "any", "epoch": 1, "name": "mine"}
    saving = claim(store, add_job(store, SAVING, settings, name="mine"))
    end(store, saving.id, WorkState.PAUSED, "The disk is full: free some space.")

    page.session_state["live-saving"] = saving.id
    page.run()

    assert page.error[0].value == r"mine was not saved: The disk is full\: free some space\."


def test_the_latest_training_is_shown_and_another_can_be_chosen(home, store, dataset):
    first = train(store, home, dataset, epochs=1, until=1, name="the first")
    train(store, home, dataset, epochs=1, until=1, name="the second")
    page = open_page()
    assert "**the second**" in read_words(page)

    page.selectbox(key="live-training").set_value(first).run()

    assert "**the first**" in read_words(page)


def test_a_training_that_is_not_there_is_named(home, store, dataset):
    train(store, home, dataset, epochs=1, until=1)

    page = open_page("20200101-000000-abcd")

    assert "There is no training 20200101-000000-abcd here" in say_all(page)


def test_a_model_whose_process_was_killed_is_watched_until_another_saves_it(home, store, dataset):
    page = open_page(train(store, home, dataset, epochs=1, until=1))
    saving = claim(
        store, add_job(store, SAVING, {"training": "any", "epoch": 1, "name": "mine"}, name="mine")
    )
    release(store, saving.id, "its worker is gone")

    page.session_state["live-saving"] = saving.id
    page.run()

    assert "Saving epoch 1 as mine" in say_all(page)
    assert page.session_state["lab-is-watching"]  # and who watches wakes what waits
