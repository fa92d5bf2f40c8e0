"""Every page in every width and theme."""

import pytest
from playwright.sync_api import Page, expect
from visitor import HEADINGS, OpenTab, go_to

_BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(19, 22, 29)"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", HEADINGS)
def test_every_page_shows_itself_whole_in_both_widths_and_themes(
    open_tab: OpenTab, page: str, width: int, scheme: str
) -> None:
    tab = open_tab(width=width, height=844, scheme=scheme)

    go_to(tab, page)

    assert _hidden_width(tab) <= 0, "the page scrolls sideways"
    expect(tab.get_by_test_id("stApp")).to_have_css("background-color", _BACKGROUNDS[scheme])


def _hidden_width(tab: Page) -> int:
    """Measure how many pixels of the document or of its main part lie outside of the window."""
    hidden: int = tab.evaluate(
        """() => Math.max(...[document.documentElement, document.querySelector('[data-testid=stMain]')]
            .map(part => part.scrollWidth - part.clientWidth))"""
    )
    return hidden
