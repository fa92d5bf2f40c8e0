"""The Search page: planning a search, and a run in each of its states."""

import re

import numpy as np
import pytest
from processes import processes_of, wait_until
from screen import read_documents, read_facts, read_words
from searches import (
    APP,
    SMALL,
    add_run,
    begin_run,
    count,
    end_well,
    fill,
    find_button,
    read_bar,
    read_small_curves,
    say,
    say_all,
    say_below,
    shown_run,
    train_fit,
)
from streamlit.testing.v1 import AppTest
from trained import make_dataset, make_model

from mnist_core.network.grid import PAPER_GRID
from mnist_core.network.history import EpochRecord
from mnist_core.network.plan import Engine, SearchPlan
from mnist_core.network.recipe import Keep
from mnist_core.store import (
    SEARCH,
    Database,
    WorkState,
    add_job,
    add_search,
    claim,
    end,
    get_search,
    list_work,
    read_queue,
    record,
    release,
    request_cancel,
)
from mnist_ui.search import run_panel
from mnist_ui.session import MODEL_WIDGET
from mnist_ui.states import name_in_title


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
        "Patience": "3",
        "Batch size": "128",
        "Momentum": "0",
        "Seeds of the weights": "0",
        "Hidden layers": "",
        "Weight decay": "0",
        "Input dropout": "0",
        "Input noise": "0",
        "Name of the run": "",
        "Cluster": "",
    }
    assert page.button_group[0].value == list(PAPER_GRID.activation)
    words = read_words(page)
    assert "405 fits" in words
    assert "81 candidates × 5 folds" in words


def test_the_time_is_estimated_before_the_start(open_page, sample):
    words = read_words(open_page())
    assert "on 2 of 2 cores" in words
    assert "An estimate" in words


@pytest.mark.slow
def test_the_form_does_not_wait_until_the_speed_is_measured(open_page, sample, home):
    (home / "speed.json").unlink()

    page = open_page()

    assert "Measuring how fast this machine trains" in read_words(page)
    assert find_button(page, "Start the search")
    wait_until((home / "speed.json").exists)
    assert "An estimate" in read_words(page.run())


def test_another_plan_has_another_count_of_fits(open_page, sample):
    page = fill(open_page(), "Learning rates", "0.01; 0.005")
    page = fill(page, "Units of hidden 1", "32")
    page = count(page, "Folds", 3)
    assert "54 fits" in read_words(page)
    assert "18 candidates × 3 folds" in read_words(page)


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        (
            "Learning rates",
            "a*c",
            "Learning rates: a number above 0 and at most 10 is needed, but there is a*c",
        ),
        ("Learning rates", "", "Learning rates: at least one is needed"),
        ("Learning rates", "-1", "but there is -1: change it"),
        ("Units of hidden 1", "2.5", "Units of hidden 1: a whole number from 1 to 4,096"),
        ("Units of hidden 2", "99999", "from 1 to 4,096"),
        ("Patience", "-3", "1 to 100,000"),
        ("Batch size", "100000", "1 to 32,768"),
        ("Momentum", "0.5", "momentum is for the optimizers sgd and nesterov"),
        ("Hidden layers", "96-24-12-6", "widths of one to three layers such as 96-24 are needed"),
        ("Seeds of the weights", "-1", "from 0 to"),
        ("Units of hidden 2", " ".join(map(str, range(1, 999))), "may have 10,000 candidates"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_can_be_started(
    open_page, sample, label, value, sentence
):
    page = fill(open_page(), label, value)
    assert sentence in say(page.error[0])
    assert find_button(page, "Start the search").disabled


@pytest.mark.parametrize(
    ("label", "value", "needed"),
    [
        ("Images", 5_001, "1 to 5,000"),
        ("Folds", 0, "1 to 100"),
        ("Epochs at most", 0, "1 to 100,000"),
        ("Processes", 2_000, "1 to 1,024"),
    ],
)
def test_a_count_beyond_its_ends_names_them_and_nothing_can_be_started(
    open_page, sample, label, value, needed
):
    page = count(open_page(), label, value)
    sentence = f"{label}: a whole number from {needed} is needed, but there is {value}: change it."
    assert say(page.error[0]) == sentence
    assert find_button(page, "Start the search").disabled

    page = count(page, label, 3 if label != "Images" else 5_000)
    assert not page.error
    assert not find_button(page, "Start the search").disabled


def test_no_activation_is_refused(open_page, sample):
    page = open_page()
    page = page.button_group[0].set_value([]).run()
    assert "Activations: at least one is needed" in say(page.error[0])


def test_a_decimal_comma_is_read_and_shown_as_a_point(open_page, sample):
    page = fill(open_page(), "Learning rates", "0,01; 0,1")
    assert page.text_input[0].value == "0.01, 0.1"
    assert "54 candidates" in read_words(page)


def test_a_comma_that_may_mean_two_things_is_asked_about(open_page, sample):
    page = fill(open_page(), "Learning rates", "1,5")
    assert "Learning rates: in 1,5 the comma may be" in say(page.error[0])


def test_too_few_images_for_the_folds_are_refused(open_page, sample):
    page = count(open_page(), "Images", 70)
    assert "use more images" in page.error[0].value


def test_a_single_fold_is_a_part_that_is_held_out_once(open_page, sample):
    page = count(open_page(), "Folds", 1)
    assert not page.error
    assert "81 fits: 81 candidates × 1 fold" in say_all(page)


def test_a_cluster_can_be_named(open_page, sample):
    page = fill(open_page(), "Cluster", " tcp://head.node:8786 ")
    assert not page.error
    assert "No estimate of the time: the machines of the cluster" in read_words(page)


def test_a_wrong_address_of_a_cluster_is_refused(open_page, sample):
    page = fill(open_page(), "Cluster", "head.node")
    assert "must be like tcp://host:8786, but is 'head.node'" in say(page.error[0])


def test_a_cluster_is_for_the_fused_engine_only(open_page, sample):
    page = fill(open_page(), "Cluster", "tcp://head.node:8786")
    (engine,) = [box for box in page.selectbox if box.label == "Engine"]
    page = engine.set_value(Engine.SKLEARN).run()
    assert not page.error
    assert next(field for field in page.text_input if field.label == "Cluster").disabled
    assert "on 2 of 2 cores" in read_words(page)


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
    assert "Place 1 of 1 in the queue: waits for the first, 0 of 4 fits." in say_all(page)


def test_a_running_run_shows_how_far_it_is_and_what_leads(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    train_fit(store, run_id, 1, 0, 0.9)
    train_fit(store, run_id, 0, 1, None)
    page = open_page(run_id)
    assert not page.exception
    assert read_bar(page) == "2 of 4 fits · 9 epochs · 1 in training"
    facts = read_facts(page)
    assert (facts["Best so far"], say_below(page, "Best so far")) == ("90.00%", "on 1 of 2 folds")
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
    (table,) = open_page(run_id, "Ranking").dataframe
    assert list(table.value["tied"]) == ["best", ""]


@pytest.mark.parametrize("view", ["Networks", "Ranking", "Grid", "Replay"])
def test_every_view_of_the_papers_grid_is_there_while_nothing_is_scored_yet(open_page, store, view):
    run_id = begin_run(store, SearchPlan())
    train_fit(store, run_id, 0, 0, None)
    page = open_page(run_id, view)
    assert not page.exception
    n_charts = {"Networks": 2, "Grid": 2}
    assert len(page.get("vega_lite_chart")) == n_charts.get(view, 0)


def test_every_network_of_a_running_search_has_its_small_curve(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    train_fit(store, run_id, 0, 1, None)
    cells = read_small_curves(open_page(run_id, "Networks"))
    seen = [(cell["kind"], cell["score"], cell["note"]) for cell in cells]
    assert seen == [("trains", "50.0", "3"), ("waits", "", "")]
    assert "trains, at epoch 3, 1 of 2 folds stopped" in cells[0]["words"]


def test_the_small_curves_of_one_fold_can_be_chosen(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    train_fit(store, run_id, 1, 1, None)
    page = open_page(run_id, "Networks")
    (fold,) = page.button_group
    page = fold.set_value(0).run()
    assert [cell["kind"] for cell in read_small_curves(page)] == ["stopped", "waits"]
    assert "1 of 2 trainings have ended, fold 1." in read_words(page)


def test_trainings_are_counted_among_all_that_are_planned(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    train_fit(store, run_id, 0, 1, None)
    assert "1 of 4 trainings have ended, 2 folds together." in read_words(open_page(run_id, "Networks"))


def test_the_curves_of_any_candidate_can_be_chosen(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 1, 0, 0.9)
    page = open_page(run_id)
    chooser = next(box for box in page.selectbox if box.label == "Learning curves of")
    assert chooser.options[0] == "The best candidate"
    page = chooser.set_value(1).run()
    assert not page.exception
    assert next(box for box in page.selectbox if box.label == "Learning curves of").value == 1


def test_a_run_is_replayed_from_its_end_and_ranked_as_it_stood(open_page, store):
    run_id = begin_run(store)
    end_well(store, run_id)
    page = open_page(run_id, "Replay")
    documents = read_documents(page)
    (run,) = [document for document in documents if "places" in document]
    (player,) = [document for document in documents if "seen" in document]
    assert (player, len(run["places"])) == ({"name": run["name"], "seen": 12}, 12)
    assert list(page.dataframe[0].value["accuracy"]) == pytest.approx([85, 84])

    page.session_state[f"replay-{run_id}-12-seen"] = 7  # the player tells where it is
    page = page.run()
    assert list(page.dataframe[0].value["accuracy"]) == pytest.approx([81, 80])


def test_what_a_run_asks_of_the_machine_is_shown_while_it_runs(open_page, store, sample, home):
    fingerprint = next((home / "datasets").iterdir()).name
    run_id = add_search(store, SMALL, "MNIST sample", fingerprint)
    claim(store, run_id)
    train_fit(store, run_id, 0, 0, 0.8)
    page = open_page(run_id)
    facts = read_facts(page)
    assert re.fullmatch(r"[\d.]+", facts["Epochs a second"])
    assert re.fullmatch(r"\d+% of promised", say_below(page, "Epochs a second"))
    assert facts["Memory"].endswith("GB")


def test_pause_and_resume_are_a_click_each(open_page, store):
    run_id = begin_run(store)
    page = open_page(run_id)
    find_button(page, "Pause").click().run()
    assert get_search(store, run_id).state is WorkState.PAUSING
    assert find_button(page, "Pausing").disabled

    end(store, run_id, WorkState.PAUSED, "paused; the Resume button carries it on")
    page = page.run()
    assert say(page.warning[0]) == "Paused; the Resume button carries it on."
    find_button(page, "Resume").click().run()
    assert get_search(store, run_id).state is WorkState.QUEUED
    assert not page.exception


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        (WorkState.RUNNING, ["Pause", "Cancel"]),
        (WorkState.PAUSED, ["Resume", "Cancel"]),
        (WorkState.INTERRUPTED, ["Resume", "Cancel"]),
        (WorkState.FAILED, ["Resume"]),
        (WorkState.CANCELLED, ["Resume"]),
        (WorkState.DONE, []),
    ],
)
def test_a_run_has_the_buttons_that_its_state_allows(open_page, store, state, labels):
    run_id = begin_run(store)
    if state is not WorkState.RUNNING:
        end(store, run_id, state, "so it is")
    shown = [button.label for button in open_page(run_id).button]
    assert [label for label in shown if label in ("Pause", "Resume", "Cancel")] == labels


def test_a_run_whose_worker_is_gone_waits_and_says_why(open_page, store):
    run_id = begin_run(store)
    release(store, run_id, "its worker is gone; it goes on from its checkpoint when a worker starts")
    page = open_page(run_id)
    assert "waits for the worker to start" in say_all(page)
    assert say(page.warning[0]).startswith("Interrupted: its worker is gone")
    assert find_button(page, "Resume")


@pytest.mark.slow
def test_the_start_of_the_app_starts_a_worker_where_a_run_waits(tmp_path, monkeypatch):
    home = tmp_path / "without a worker"
    monkeypatch.setenv("MNIST_LAB_HOME", str(home))
    store = Database(f"sqlite:///{home / 'lab.db'}")
    run_id = add_run(store)

    AppTest.from_file(APP, default_timeout=60).run()

    # Its data set is kept nowhere: that is all that a worker can say of it.
    wait_until(lambda: get_search(store, run_id).state is WorkState.FAILED)
    wait_until(lambda: not processes_of(home))
    store.close()


def test_the_start_of_the_app_starts_no_worker_where_nothing_waits(open_page, store, home):
    end_well(store, begin_run(store))
    open_page()
    assert not (home / "logs" / "worker.log").exists()


def test_a_waiting_run_is_moved_in_the_queue(open_page, store):
    runs = [add_run(store, name=name) for name in ("first", "second", "third")]
    page = open_page(runs[2])
    assert "Place 3 of 3 in the queue: 2 runs are before it." in say_all(page)
    find_button(page, "Move up").click().run()
    assert [run.id for run in read_queue(store)] == [runs[0], runs[2], runs[1]]

    page = open_page(runs[1])
    find_button(page, "To the front").click().run()
    assert [run.id for run in read_queue(store)] == [runs[1], runs[0], runs[2]]
    assert not [button for button in page.button if button.label == "Move up"]


def test_the_title_of_the_tab_tells_how_far_the_run_is(open_page, store):
    run_id = begin_run(store)
    train_fit(store, run_id, 0, 0, 0.8)
    assert name_in_title(get_search(store, run_id)) == "25 %"
    end_well(store, run_id)
    assert name_in_title(get_search(store, run_id)) == "✓ 85.0 %"
    failed = begin_run(store)
    end(store, failed, WorkState.FAILED, "no")
    assert name_in_title(get_search(store, failed)) == "✕ failed, 0 %"


def test_cancel_is_seen_at_once(open_page, store):
    run_id = begin_run(store)
    page = open_page(run_id)
    find_button(page, "Cancel").click().run()
    assert get_search(store, run_id).state is WorkState.CANCELLING
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
    end(store, run_id, WorkState.CANCELLED, "cancelled; what had finished is kept")
    page = open_page(run_id)
    assert say(page.warning[0]) == "Cancelled; what had finished is kept. 1 finished fits are shown below."
    assert len(page.dataframe[0].value) == 1


def test_a_failed_run_says_why(open_page, store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.FAILED, "Training needs at least 10 images of each digit.")
    page = open_page(run_id)
    assert say(page.error[0]) == "Failed: Training needs at least 10 images of each digit."
    assert not page.dataframe


def test_an_interrupted_run_can_be_run_again(open_page, store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.INTERRUPTED, "its process ended without a word; start it again")
    page = open_page(run_id)
    assert say(page.warning[0]).startswith("Interrupted: its process ended without a word")
    assert find_button(page, "Run it again")


def test_the_plan_of_an_ended_run_can_be_changed_in_the_form(open_page, store, sample):
    run_id = begin_run(store)
    end(store, run_id, WorkState.CANCELLED, "cancelled")
    page = open_page(run_id)
    find_button(page, "Change its plan").click().run()
    assert not page.exception
    assert page.text_input[0].value == "0.01, 0.001"
    assert "2 candidates × 2 folds" in read_words(page)


def test_the_form_asks_whose_weights_are_kept_and_starts_with_what_a_run_had(
    open_page, store, sample, no_process_left
):
    (weights,) = [box for box in open_page().selectbox if box.label == "Weights"]
    page = weights.set_value(Keep.BEST).run()
    find_button(page, "Start the search").click().run()
    [run] = list_work(store, SEARCH)
    request_cancel(store, run.id)

    page = open_page(run.id)
    find_button(page, "Change its plan").click().run()

    (weights,) = [box for box in page.selectbox if box.label == "Weights"]
    assert (run.plan.recipe.keep, weights.value) == ("best", "best")


def test_what_matters_is_told_with_intervals_and_of_those_that_are_chosen(open_page, store):
    plan = SearchPlan(cv=2)
    run_id = add_search(store, plan, "MNIST sample", "f" * 16)
    claim(store, run_id)
    rates = [candidate.lr for candidate in plan.candidates()]
    noise = np.random.default_rng(0).normal(scale=0.01, size=(2, 81))
    scores = [(n, fold, 0.9 - 0.3 * (rates[n] == 0.1) + noise[fold, n]) for fold in (0, 1) for n in range(81)]
    record(store, run_id, [(n, fold, EpochRecord(1, 1.0, 1.0, 0.5, 0.1)) for n, fold, _ in scores], scores)

    page = open_page(run_id, view=run_panel.IMPORTANCE)

    words = say_all(page)
    assert "More than chance: learning rate 100% (100% to 100%)." in words
    assert "May be chance, as the interval holds 0: " in words
    assert "between 81 candidates on 2 folds." in words
    [table] = [frame.value for frame in page.dataframe if "verdict" in frame.value]
    assert table["axis"][0] == "learning rate"
    assert (table["from"] <= table["share"]).all()
    page = fill(page, "Filter", "lr<0.1")
    assert "between 54 candidates on 2 folds." in say_all(page)
    assert "No axis explains more than chance may." in say_all(page)


def test_of_few_candidates_it_is_said_that_they_tell_nothing(open_page, store):
    run_id = begin_run(store)
    end_well(store, run_id)

    page = open_page(run_id, view=run_panel.IMPORTANCE)

    assert "Not enough candidates to tell: 2 of them" in say_all(page)
    assert not page.exception


def test_a_run_that_is_done_shows_its_winner_its_ties_and_its_model(open_page, store):
    run_id = begin_run(store)
    end_well(store, run_id)
    page = open_page(run_id)
    assert not page.exception
    assert page.header[0].value == "Winner: 8-4 Tanh, lr 0.01"
    facts = read_facts(page)
    assert facts["On held-out images"] == "88.33%"
    assert facts["In cross-validation"] == "85.00%"
    words = read_words(page)
    assert r"**search\-1**" in words
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


def test_the_winner_of_a_watched_search_is_what_other_pages_open(open_page, store, home):
    make_model(home / "models" / "search-1", make_dataset(), n_steps=1)
    run_id = begin_run(store)
    page = open_page(run_id)
    page.switch_page("pages/home.py").run()
    end_well(store, run_id)  # while the tab looks elsewhere

    for name in ("results", "draw"):
        page.switch_page(f"pages/{name}.py").run()
        assert page.selectbox(key=MODEL_WIDGET).value == "search-1"

    page.selectbox(key=MODEL_WIDGET).set_value("paper").run()  # a later choice stays
    page.switch_page("pages/fields.py").run()
    assert page.selectbox(key=MODEL_WIDGET).value == "paper"


def test_the_browser_is_told_what_a_watched_run_came_to(open_page, store):
    run_id = begin_run(store)
    page = open_page(run_id)
    assert read_notice(page)["is_live"]

    end_well(store, run_id)
    told = read_notice(page.run())

    assert (told["id"], told["is_live"]) == (run_id, False)
    assert told["title"] == "a small one: ✓ 85.0 %"
    assert told["body"] == "8-4 Tanh, lr 0.01 reads 88.33%."


def read_notice(page):
    return next(document for document in read_documents(page) if "body" in document)


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


@pytest.mark.parametrize(
    ("name", "param", "sentence"),
    [
        ("search", "run", r"no run \*x\* \[a\]\(b\) here"),
        ("train", "training", r"no training \*x\* \[a\]\(b\) here"),
        ("results", "model", r"a model named \*x\* \[a\]\(b\), but"),
    ],
)
def test_what_a_link_names_is_shown_as_text(open_page, store, sample, name, param, sentence):
    begin_run(store)
    add_job(store, "live", {}, name="one")
    page = open_page().switch_page(f"pages/{name}.py")
    page.query_params[param] = "*x* [a](b)"
    assert sentence in page.run().warning[0].value


def test_all_runs_can_be_chosen_by_state_name_and_score(open_page, store):
    done = begin_run(store, name="the old one")
    end_well(store, done)
    train_fit(store, begin_run(store, name="the new one"), 0, 0, 0.8)
    page = open_page()
    chooser = next(box for box in page.selectbox if box.label == "Run")
    new, old = chooser.options
    assert new.startswith("● running · the new one · ")
    assert old.startswith("✓ done · the old one · ")
    assert old.endswith(" · best 85.00%")
    # Of a run that goes on the list would keep an old one: it does not refresh itself.
    assert "best" not in new

    page = chooser.set_value(done).run()
    assert shown_run(page) == done
    assert "**the old one**" in read_words(page)


def test_a_best_score_from_some_of_the_folds_says_so_in_the_list(open_page, store):
    run_id = begin_run(store, name="stopped early")
    train_fit(store, run_id, 0, 0, 0.8)
    end(store, run_id, WorkState.CANCELLED, "cancelled")
    chooser = next(box for box in open_page().selectbox if box.label == "Run")
    assert chooser.options[0].endswith(" · best 80.00% on 1 of 2 folds")


def test_the_chosen_run_stays_when_its_state_changes(open_page, store):
    chosen = begin_run(store, name="chosen")
    begin_run(store, name="other")
    page = open_page()
    chooser = next(box for box in page.selectbox if box.label == "Run")
    page = chooser.set_value(chosen).run()
    end(store, chosen, WorkState.CANCELLED, "cancelled")
    page = page.run()
    assert shown_run(page) == chosen
    assert "**chosen**" in read_words(page)


def test_signs_of_markdown_in_a_name_stay_signs(open_page, store):
    run_id = begin_run(store, name="*wider* [layers]")
    assert r"\*wider\* \[layers\]" in read_words(open_page(run_id))


def test_several_values_of_a_setting_are_an_axis_of_the_grid(open_page, sample):
    page = open_page()
    typed = {"Hidden layers": "24, 24-12", "Batch size": "64, 128", "Seeds of the weights": "0 1"}
    for label, value in typed.items():
        next(field for field in page.text_input if field.label == label).set_value(value)
    page.run()

    assert f"{3 * 3 * 2 * 2 * 2} candidates × 5 folds" in read_words(page)
