"""A lab that many people enter by name: a test file that has such settings names them `LAB_SETTINGS`."""

from playwright.sync_api import Page

from benchmarks.tabs.server import Server
from mnist_core.ground.settings import Settings, fold_name, read_settings
from mnist_core.store import Database
from mnist_core.store.people.entering import hash_code
from mnist_core.store.people.roll import Person, add_person, find_person

HOST = "Grace"
CLASS_SETTINGS = {"MNIST_LAB_PEOPLE": "names", "MNIST_LAB_HOST": HOST}
CODE = "a code of all"


def settings_of(lab: Server) -> Settings:
    """Return the settings that a lab with `CLASS_SETTINGS` runs by."""
    return read_settings({"MNIST_LAB_HOME": str(lab.home), **CLASS_SETTINGS})


def register(lab: Server, name: str) -> Person:
    """Give somebody a space by the code of all, where they have none; the host has to have one to enter."""
    store = Database(settings_of(lab).database)
    person = find_person(store, fold_name(name)) or add_person(store, name, fold_name(name), hash_code(CODE))
    store.close()
    return person


def enter(tab: Page, name: str, code: str = CODE) -> None:
    """Fill in the form that stands before all pages."""
    tab.get_by_label("Name").fill(name)
    tab.get_by_label("Code, 4 signs or more").fill(code)
    tab.get_by_role("button", name="Enter").click()
    tab.get_by_test_id("stApp").wait_for()
