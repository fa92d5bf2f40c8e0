"""Drawing as it is answered: at once, and by keys."""

import pytest
from playwright.sync_api import Page, expect
from visitor import SEVEN, draw_stroke, go_to, settle


@pytest.fixture
def page(tab: Page) -> Page:
    go_to(tab, "Draw")
    expect(tab.locator("canvas.upper-canvas")).to_be_visible()
    settle(tab)
    return tab


def expect_guess(tab: Page, guess: int | str) -> None:
    expect(tab.get_by_role("status", name=f"guess: {guess}")).to_be_visible()


def test_strokes_are_sent_when_the_pen_is_lifted_not_when_the_canvas_has_waited(page: Page) -> None:
    # The canvas waits 200 ms before it sends by itself: no such timer ends here.
    page.evaluate("""() => {
        const start = window.setTimeout
        window.setTimeout = (act, ms, ...more) => (ms === 200 ? 0 : start(act, ms, ...more))
    }""")
    draw_stroke(page, SEVEN)
    expect_guess(page, 7)
