"""Two people in two browsers: one publishes, the other uses it and cannot change it."""

import re

import pytest
from classroom import CLASS_SETTINGS, register, settings_of
from playwright.sync_api import expect
from trained import make_dataset, make_model
from visitor import OpenTab, go_to, open_sample, settle

from benchmarks.tabs.server import Server
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.store import Database, add_search, get_search, request_cancel
from mnist_core.store.people.publishing import list_given
from mnist_core.work.supervisor import start_worker

pytestmark = pytest.mark.slow

LAB_SETTINGS = CLASS_SETTINGS
SMALL = SearchPlan(
    grid=Grid(lr=(0.01,), hidden1=(4, 6), hidden2=(3,), activation=(Activation.TANH,)),
    cv=2,
    limit=300,
    workers=1,
)


def test_a_published_data_set_is_opened_by_another_and_goes_when_taken_back(open_tab: OpenTab) -> None:
    ada, ben = open_tab("data", person="Ada"), open_tab("data", person="Ben")
    open_sample(ada)
    expect(ben.get_by_text("Or one that somebody has published")).to_have_count(0)

    ada.get_by_role("button", name="Publish to the class").click()
    expect(ada.get_by_role("button", name="Take back from the class")).to_be_visible()
    ben.reload()
    ben.get_by_label("Or one that somebody has published").click()
    ben.get_by_role("option", name=re.compile("by Ada")).click()

    expect(ben.get_by_role("heading", name="MNIST sample")).to_be_visible()
    ada.get_by_role("button", name="Take back from the class").click()
    expect(ada.get_by_role("button", name="Publish to the class")).to_be_visible()
    go_to(ben, "Home")
    go_to(ben, "Data")
    settle(ben)
    expect(ben.get_by_role("heading", name="MNIST sample")).to_be_visible()
    expect(ben.get_by_text("Or one that somebody has published")).to_have_count(0)


def test_a_published_model_is_looked_at_and_not_published_by_another(open_tab: OpenTab, lab: Server) -> None:
    person = register(lab, "Ada")
    make_model(settings_of(lab).of(person.id).models_folder / "of-ada", make_dataset())
    ben = open_tab("results?model=of-ada", person="Ben")
    expect(ben.get_by_text("there is none")).to_be_visible()

    ada = open_tab("results?model=of-ada", person="Ada")
    ada.get_by_role("button", name="Publish to the class").click()
    expect(ada.get_by_role("button", name="Take back from the class")).to_be_visible()
    ben.goto(lab.address("results?model=of-ada"))

    expect(ben.get_by_text("Published by Ada.")).to_be_visible()
    settle(ben)
    expect(ben.get_by_role("button", name="Publish to the class")).to_have_count(0)
    expect(ben.get_by_role("button", name="Take back from the class")).to_have_count(0)


def test_a_published_run_is_watched_and_not_deleted_by_another(open_tab: OpenTab, lab: Server) -> None:
    cleo = open_tab("data", person="Cleo")
    open_sample(cleo)
    settings = settings_of(lab)
    whole = Database(settings.database)
    mine = register(lab, "Cleo").id
    fingerprint = (settings.of(mine).folder / "last_dataset").read_text(encoding="utf-8")
    run_id = add_search(whole.of(mine), SMALL, "MNIST sample", fingerprint, "the run of Cleo")
    start_worker(settings)
    cleo.goto(lab.address(f"search?run={run_id}"))
    expect(cleo.get_by_text("Winner:")).to_be_visible()

    ben = open_tab(f"search?run={run_id}", person="Ben")
    settle(ben)
    expect(ben.get_by_role("tab", name="History")).to_have_count(0)
    cleo.get_by_role("button", name="Publish to the class").click()
    expect(cleo.get_by_role("button", name="Take back from the class")).to_be_visible()
    ben.goto(lab.address(f"search?run={run_id}"))

    expect(ben.get_by_text("Winner:")).to_be_visible()
    expect(ben.get_by_text("Published by Cleo.")).to_be_visible()
    ben.get_by_role("tab", name="History").click()
    settle(ben)
    expect(ben.get_by_role("button", name="Delete …")).to_have_count(0)
    ben.get_by_role("tab", name="Runs").click()
    ben.get_by_role("button", name="Run it again").click()
    expect(ben.get_by_text("by Cleo").first).to_be_visible()
    expect(ben.get_by_text("Winner:")).to_be_visible()
    settle(ben)
    assert [one.space for one in list_given(settings)] == [mine]
    assert get_search(whole, run_id).name == "the run of Cleo"
    request_cancel(whole, run_id)
    whole.close()
