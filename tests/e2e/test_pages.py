"""Every page in every width and theme."""

import pytest
from playwright.sync_api import Browser, expect
from visitor import HEADINGS, OpenTab, go_to, open_sample, wait_until_nothing_is_cut_off

from benchmarks.tabs.server import Server

_BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(19, 22, 29)"}
_PHONE = 390


@pytest.fixture(scope="module")
def _sample_is_open(lab: Server, browser: Browser) -> None:
    tab = browser.new_page()
    tab.goto(lab.url)
    go_to(tab, "Data")
    open_sample(tab)
    tab.close()


# Stands first: the server is started for this file, and nothing was opened yet.
@pytest.mark.parametrize("page", HEADINGS)
def test_every_page_shows_itself_whole_before_any_data_is_open(open_tab: OpenTab, page: str) -> None:
    tab = open_tab(width=_PHONE, height=844)

    go_to(tab, page)

    wait_until_nothing_is_cut_off(tab)


@pytest.mark.usefixtures("_sample_is_open")
@pytest.mark.parametrize("scheme", _BACKGROUNDS)
@pytest.mark.parametrize("width", [_PHONE, 1280])
@pytest.mark.parametrize("page", HEADINGS)
def test_every_page_shows_itself_whole_in_both_widths_and_themes(
    open_tab: OpenTab, page: str, width: int, scheme: str
) -> None:
    tab = open_tab(width=width, height=844, scheme=scheme)

    go_to(tab, page)

    wait_until_nothing_is_cut_off(tab)
    expect(tab.get_by_test_id("stApp")).to_have_css("background-color", _BACKGROUNDS[scheme])
