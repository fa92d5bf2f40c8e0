"""What a visitor does in the browser: each step finds its things by role and name."""

from playwright.sync_api import Page, expect

HEADINGS = {
    "Home": "Home",
    "Data": "Data",
    "Search": "Search",
    "Results": "Results",
    "Fields": "Fields",
    "Draw": "Draw",
}


def settle(tab: Page) -> None:
    """Wait until the page's script has run to its end without an exception."""
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    expect(tab.get_by_test_id("stException")).to_have_count(0)


def go_to(tab: Page, page: str) -> None:
    """Follow the navigation to a page and wait for its heading."""
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    opener = tab.get_by_role("button", name="Expand sidebar")
    if opener.is_visible():  # on a phone the navigation is folded away
        opener.click()
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name=page, exact=True).click()
    expect(tab.get_by_role("heading", level=1, name=HEADINGS[page])).to_be_visible()
    settle(tab)
