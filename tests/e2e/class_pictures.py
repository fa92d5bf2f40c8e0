"""The picture of a class of thirty at work, taken from the running app: a part of `make screenshots`."""

import time

from classes import NAMES, add_searches, draw_digits, finish_search, open_for
from classroom import CLASS_SETTINGS, HOST, register, settings_of
from playwright.sync_api import Page, expect
from screenshots import WIDTH, take
from visitor import OpenTab, go_to

from benchmarks.tabs.server import Server
from mnist_core.data.layouts import read_or_sample
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.store import Database
from mnist_core.store.people.roll import Person, change_person

LAB_SETTINGS = CLASS_SETTINGS
_NINE = SearchPlan(
    grid=Grid(lr=(0.1, 0.01, 0.001), hidden1=(24, 48, 96), hidden2=(12,), activation=(Activation.TANH,)), cv=3
)
_PAGES = ("search", "train", "draw", "fields", "results", "game")
_PAUSES = (4, 11, 23)  # people who have gone for a while


def test_take_the_picture_of_thirty_people_at_work(open_tab: OpenTab, lab: Server) -> None:
    store, settings = Database(settings_of(lab).database), settings_of(lab)
    people = [register(lab, name) for name in NAMES]
    _fill(store, settings, people)
    tab = open_tab("", width=WIDTH, person=HOST)
    _be_here(store, people)
    go_to(tab, "People")
    _wait_for_figures(tab)
    take(tab, "people", 1480)
    store.close()


def _fill(store: Database, settings: Settings, people: list[Person]) -> None:
    sample = read_or_sample()
    for place, one in enumerate(people):
        open_for(settings, one, sample)
        draw_digits(settings, one, range(place % 7))
        if place % 3 == 0:
            finish_search(store, settings, one, 0.9 + 0.001 * place)
    add_searches(store, people, sample, _NINE)


def _be_here(store: Database, people: list[Person]) -> None:
    for place, one in enumerate(people):
        seen = time.time() - (1500 if place in _PAUSES else 0)
        change_person(store, one.id, seen=seen, page=_PAGES[place % len(_PAGES)])


def _wait_for_figures(tab: Page) -> None:
    figures = tab.get_by_test_id("stMetric")
    expect(figures.filter(has_text="Disk")).to_contain_text("MB")
    expect(figures.filter(has_text="Memory")).to_contain_text("GB")
    expect(figures.filter(has_text="At work")).not_to_contain_text("0")
    for table in tab.get_by_role("grid").all():
        expect(table.get_by_role("gridcell").first).to_be_attached()
