"""A class in real browsers: people at once, each in a space of their own, and who looks after them."""

import re
from io import BytesIO

import pytest
from classes import add_searches, draw_digits, open_for
from classroom import CLASS_SETTINGS, HOST, register, settings_of
from playwright.sync_api import Page, expect
from scipy.io import savemat
from test_accessibility import list_faults
from visitor import OpenTab, go_to, open_sample, settle, wait_until_nothing_is_cut_off

from benchmarks.tabs.server import Server
from mnist_core.data.layouts import read_or_sample
from mnist_core.network.plan import SearchPlan
from mnist_core.store import Database, WorkState, get_work
from mnist_core.store.allowance import Allowance, allow, read_allowance_of

LAB_SETTINGS = CLASS_SETTINGS
pytestmark = pytest.mark.slow
_LONG = SearchPlan()  # the whole grid of the paper


def choose_person(tab: Page, name: str) -> None:
    box = tab.get_by_role("combobox", name="Person")
    box.scroll_into_view_if_needed()
    box.click()
    tab.get_by_role("option", name=name, exact=True).click()
    expect(tab.get_by_text(re.compile(f"^{name}, (here now|seen last)"))).to_be_visible()


def test_what_one_opens_is_not_open_for_another(open_tab: OpenTab) -> None:
    ada, ben = open_tab("data", person="Ada"), open_tab("data", person="Ben")
    open_sample(ada)

    go_to(ben, "Home")
    go_to(ben, "Data")
    settle(ben)

    expect(ben.get_by_role("heading", name="MNIST sample")).to_have_count(0)


def test_nobody_but_the_host_opens_the_page_of_people(open_tab: OpenTab) -> None:
    tab = open_tab("people", person="Ada")

    expect(tab.get_by_text("This page is for who looks after a lab of several people")).to_be_visible()
    expect(tab.get_by_role("tab")).to_have_count(0)
    expect(tab.get_by_test_id("stSidebarNav").get_by_role("link", name="People")).to_have_count(0)


def test_the_host_sees_three_people_at_work_and_stops_a_search(open_tab: OpenTab, lab: Server) -> None:
    people, sample = [register(lab, name) for name in ("Ada", "Ben", "Cem")], read_or_sample()
    for one in people:
        open_for(settings_of(lab), one, sample)
    store = Database(settings_of(lab).database)
    ids = add_searches(store, people, sample, _LONG)
    cem = open_tab("search", person="Cem")
    tab = open_tab("", person=HOST)
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name="People").click()

    expect(tab.get_by_test_id("stMetric").filter(has_text="Here now")).to_contain_text(
        re.compile("[2-4] of 4")
    )
    expect(tab.get_by_test_id("stMetric").filter(has_text="Memory")).to_contain_text("GB")
    choose_person(tab, "Cem")
    expect(tab.get_by_text("queued Cem's grid (search, 0%)")).to_be_visible()
    tab.get_by_role("button", name="Stop").click()

    expect(tab.get_by_text("Nothing of theirs is at work or waits.")).to_be_visible()
    expect(cem.get_by_text("cancelled").first).to_be_visible()
    assert [get_work(store, one).state for one in ids][2] is WorkState.CANCELLED
    store.close()


def test_the_host_lets_a_person_have_more_at_once(open_tab: OpenTab, lab: Server) -> None:
    ada, tab = register(lab, "Ada"), open_tab("people", person=HOST)
    choose_person(tab, "Ada")
    tab.get_by_text("What they may have at once").click()
    field = tab.get_by_role("spinbutton", name="Searches at work or waiting")
    field.fill("9")
    field.press("Tab")
    tab.get_by_role("button", name="Allow this").click()

    expect(tab.get_by_text("That is what Ada may have from now on.")).to_be_visible()
    store = Database(settings_of(lab).database)
    assert read_allowance_of(store, ada.id) == Allowance(searches=9)
    store.close()


def test_a_new_code_of_the_host_shuts_the_old_one_out(open_tab: OpenTab, lab: Server) -> None:
    dora, tab = open_tab("", person="Dora"), open_tab("people", person=HOST)
    choose_person(tab, "Dora")
    tab.get_by_role("textbox", name="New code").fill("another code")
    tab.get_by_role("button", name="Set the new code").click()
    expect(tab.get_by_text("Dora comes in by the new code.")).to_be_visible()

    dora.wait_for_timeout(3_000)  # as long as a browser is known without looking
    dora.goto(lab.address("data"))

    expect(dora.get_by_label("Name")).to_be_visible()


def test_the_drawings_of_the_class_open_as_one_data_set(open_tab: OpenTab, lab: Server) -> None:
    for name in ("Ada", "Ben", "Cem", "Dora", "Emil", "Fee"):
        draw_digits(settings_of(lab), register(lab, name), [*range(10)] * 2)
    tab = open_tab("people", person=HOST)
    tab.get_by_role("tab", name="Drawings").click()

    tab.get_by_role("button", name="Make one data set of them, and open it").click()

    expect(tab.get_by_role("heading", name="Drawings of the class")).to_be_visible()
    expect(tab.get_by_text("with no writer in both")).to_be_visible()
    settle(tab)
    tab.get_by_role("button", name="Publish to the class").click()
    expect(tab.get_by_role("button", name="Take back from the class")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_of_the_host_is_whole_and_without_faults(
    open_tab: OpenTab, lab: Server, width: int, scheme: str
) -> None:
    draw_digits(settings_of(lab), register(lab, "Ada"), [3])
    tab = open_tab("people", person=HOST, width=width, scheme=scheme)
    choose_person(tab, "Ada")
    for name in ("Now", "Best runs", "Drawings", "The evening"):
        tab.get_by_role("tab", name=name).click()
        settle(tab)
        wait_until_nothing_is_cut_off(tab)
        assert list(list_faults(tab)) == []


def test_an_evening_is_closed_once_the_word_is_typed(open_tab: OpenTab, lab: Server) -> None:
    emil, tab = open_tab("", person="Emil"), open_tab("people", person=HOST)
    tab.get_by_role("tab", name="The evening").click()
    button = tab.get_by_role("button", name="Close the evening")
    expect(button).to_be_disabled()
    field = tab.get_by_label("Type “close” to close the evening")
    field.fill("close")
    field.press("Enter")
    expect(button).to_be_enabled()
    button.click()

    expect(tab.get_by_text(re.compile(r"^lab-\d+-\d+\.zip holds .* people"))).to_be_visible(timeout=120_000)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith(".zip")
    assert not (lab.home / "people").exists()
    emil.wait_for_timeout(3_000)
    emil.goto(lab.address("data"))
    expect(emil.get_by_label("Name")).to_be_visible()


def test_who_keeps_as_many_data_sets_as_allowed_is_told_so_and_the_open_one_stays(
    open_tab: OpenTab, lab: Server
) -> None:
    tab = open_tab("data", person="Nora")
    open_sample(tab)
    store = Database(settings_of(lab).database)
    allow(store, register(lab, "Nora").id, {"datasets": 1, "upload_mb": 1})
    store.close()

    go_to(tab, "Home")
    go_to(tab, "Data")
    tab.get_by_text("Open another data set").click()
    expect(tab.get_by_text("You keep 1 of 1 data sets")).to_be_visible()
    tab.locator("input[type=file]").set_input_files(
        {"name": "mine.mat", "mimeType": "application/octet-stream", "buffer": make_mat()}
    )

    expect(tab.get_by_text("as many as this lab allows a person")).to_be_visible()
    expect(tab.get_by_role("heading", name="MNIST sample")).to_be_visible()


def make_mat() -> bytes:
    few = read_or_sample()
    stream = BytesIO()
    savemat(stream, {"X": few.images[::50].reshape(-1, 784), "y": few.labels[::50]})
    return stream.getvalue()
