"""What the lab leans on in Streamlit and in the canvas without a promise: what an upgrade breaks fails here.

A test for each part of `mnist_ui/streamlit_insides.py` and of its script.
"""

import logging
import re
from collections.abc import Iterator
from importlib import import_module
from threading import Thread

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from stored_runs import begin_run, make_record
from visitor import SEVEN, OpenTab, draw_stroke, press_pen, settle

from benchmarks.tabs.server import Server
from mnist_core.store import Database, record
from mnist_ui.streamlit_insides import LATE, show_nobody

pytestmark = pytest.mark.slow  # nothing here breaks but by an upgrade

_PHONE = 390


@pytest.fixture
def page(open_tab: OpenTab) -> Page:
    tab = open_tab("draw")
    expect(paper(tab)).to_be_visible()
    settle(tab)
    return tab


@pytest.fixture(scope="module")
def drawn(browser: Browser, lab: Server) -> Iterator[Page]:
    """A page with a seven on it, for all who only look."""
    for tab in open_draw(browser, lab, 1280):
        draw_seven(tab)
        yield tab


def open_draw(browser: Browser, lab: Server, width: int) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto(lab.address("draw"))
    expect(paper(tab)).to_be_visible()
    settle(tab)
    yield tab
    tab.close()


def paper(tab: Page) -> Locator:
    return tab.get_by_role("application", name="Paper: draw a digit")


def draw_seven(tab: Page) -> None:
    draw_stroke(tab, SEVEN)
    expect(tab.get_by_role("status", name="guess: 7")).to_be_visible()
    settle(tab)


# Stands first: the server is started for this file, and its first visitor is the one in question.
def test_the_first_visitor_of_a_server_can_follow_a_link_to_a_view(open_tab: OpenTab) -> None:
    tab = open_tab("fields?model=paper&layer=output&unit=3&scale=each&turned=1")

    expect(tab.get_by_role("heading", name="Digit 3 of output")).to_be_visible()
    expect(tab.get_by_test_id("stSidebarNav").get_by_role("link", name="Fields")).to_be_visible()
    expect(tab.get_by_role("button", name="Glossary")).to_be_visible()  # of app.py, which is run too
    expect(tab).to_have_url(re.compile(r"layer=output.*unit=3.*scale=each.*turned=1"))


def test_what_the_server_loads_early_is_there() -> None:
    for name in LATE:
        import_module(name)


def test_streamlit_warns_of_a_spinner_that_nobody_sees_but_in_the_thread_that_asks_for_silence() -> None:
    show_nobody("unseen")
    assert not hear_warnings("unseen")
    assert hear_warnings("another")


def hear_warnings(thread: str) -> list[str]:
    """Show a spinner in a thread of that name; return what Streamlit warns of."""
    import streamlit as st

    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())
    logger = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    logger.addHandler(handler)

    def spin() -> None:
        with st.spinner("for nobody"):
            pass

    spinning = Thread(target=spin, name=thread)
    spinning.start()
    spinning.join()
    logger.removeHandler(handler)
    return heard


def test_a_fragment_runs_another(open_tab: OpenTab, lab: Server) -> None:
    store = Database(f"sqlite:///{lab.home}/lab.db")
    run_id = begin_run(store)
    record(store, run_id, [(0, fold, make_record(1)) for fold in (0, 1)])
    tab = open_tab(f"search?run={run_id}")
    expect(tab.get_by_text("2 epochs")).to_be_visible()
    record(store, run_id, [(1, 0, make_record(1))])
    expect(tab.get_by_text("3 epochs")).to_be_visible()
    store.close()


@pytest.mark.slow
def test_what_is_about_to_be_refreshed_does_not_fade(open_tab: OpenTab) -> None:
    tab = open_tab("search")
    settle(tab)
    tab.evaluate("""() => {
        window.stale = []
        new MutationObserver((changes) => {
            for (const { target } of changes) {
                if (target.dataset.stale !== "true") continue
                const { opacity, transitionProperty, transitionDuration } = getComputedStyle(target)
                window.stale.push([opacity, transitionProperty === "none" || transitionDuration === "0s"])
            }
        }).observe(document.body, { attributeFilter: ["data-stale"], subtree: true })
    }""")
    tab.get_by_role("tab", name="Runs").click()
    tab.wait_for_function("() => window.stale.length > 3")
    assert all(seen == ["1", True] for seen in tab.evaluate("window.stale"))


def test_the_words_of_what_is_chosen_have_the_colour_of_all_words(drawn: Page) -> None:
    chosen = drawn.get_by_role("radio", name="One digit")
    expect(chosen).to_be_checked()
    expect(chosen).to_have_css(
        "color", drawn.locator("body").evaluate("body => getComputedStyle(body).color")
    )


def test_the_sidebar_is_narrow(drawn: Page) -> None:
    box = drawn.get_by_test_id("stSidebar").bounding_box()
    assert box is not None
    assert box["width"] == 14 * 16


def test_room_is_kept_for_what_is_empty_at_first(drawn: Page) -> None:
    kept = drawn.locator(".st-key-draw-stale-evidence").locator("xpath=..")
    expect(kept).to_have_css("flex-basis", "112px")


def test_the_canvas_has_a_ground_as_wide_as_it_is(drawn: Page) -> None:
    grounds = paper(drawn).evaluate("""paper => {
        const found = []
        let part = paper.getRootNode().host
        for (; !part.matches(".st-key-lab-canvas"); part = part.parentElement) {
            if (getComputedStyle(part).backgroundColor !== "rgba(0, 0, 0, 0)") found.push(part.clientWidth)
        }
        return found
    }""")
    assert grounds == [320]


def test_the_canvas_gets_a_name_and_loses_its_toolbar(drawn: Page) -> None:
    expect(drawn.locator(".dc-toolbar")).to_be_hidden()
    expect(drawn.locator(".dc-toolbar").get_by_role("button", include_hidden=True)).not_to_have_count(0)
    paper(drawn).focus()
    expect(paper(drawn)).to_be_focused()


@pytest.fixture(scope="module")
def phone(browser: Browser, lab: Server) -> Iterator[Page]:
    """A page that is as narrow as a phone."""
    yield from open_draw(browser, lab, _PHONE)


def test_ten_buttons_stand_in_a_row_on_a_phone(phone: Page) -> None:
    draw_seven(phone)
    boxes = [
        button.bounding_box()
        for button in phone.locator(".st-key-draw-stale-truth").get_by_role("radio").all()
    ]
    assert len(boxes) == 10
    assert len({box["y"] for box in boxes if box}) == 1


def test_a_wide_canvas_is_shown_smaller_on_a_phone(phone: Page) -> None:
    phone.get_by_role("radio", name="A number").click()
    expect(phone.get_by_text("such as 2026")).to_be_visible()
    settle(phone)
    box = paper(phone).bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= _PHONE
    assert box["width"] / box["height"] == pytest.approx(640 / 280, abs=0.02)


def test_strokes_are_sent_when_the_pen_is_lifted_not_when_the_canvas_has_waited(page: Page) -> None:
    # The canvas waits 200 ms before it sends by itself: no such timer ends here.
    page.evaluate("""() => {
        const start = window.setTimeout
        window.setTimeout = (act, ms, ...more) => (ms === 200 ? 0 : start(act, ms, ...more))
    }""")
    draw_seven(page)


def test_keys_press_buttons_of_the_page(page: Page) -> None:
    draw_seven(page)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    settle(page)
    draw_seven(page)
    paper(page).press("Delete")
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()


def test_the_pen_is_followed_on_the_canvas_and_marks_the_page_around(page: Page) -> None:
    press_pen(paper(page), SEVEN)
    expect(page.locator('.st-key-draw-answer[data-state="live"]').get_by_text("so far")).to_be_visible()
    page.mouse.up()
    expect(page.locator('.st-key-draw-answer[data-state="settled"]')).to_be_visible()


def test_a_stroke_is_rounded_off_as_the_canvas_does_it(page: Page) -> None:
    picture = page.get_by_role("img", name="the image that the network sees")
    read = "paper => Array.from(paper.getContext('2d').getImageData(0, 0, 28, 28).data)"
    press_pen(paper(page), SEVEN)
    expect(page.locator('section.answer[data-state="live"]')).to_be_visible()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    live = picture.evaluate(read)
    page.mouse.up()
    expect(page.locator('section.answer[data-state="settled"]')).to_be_visible()
    assert picture.evaluate(read) == pytest.approx(live, abs=26)  # of 255: a tenth of a pixel on the brink


def test_the_words_of_an_open_popover_are_those_of_the_page(open_tab: OpenTab) -> None:
    tab = open_tab("results", scheme="dark")
    button = tab.get_by_role("button", name="Bring a network")
    button.click()
    expect(tab.get_by_text("A network that was trained elsewhere")).to_be_visible()

    words = tab.get_by_role("heading", name="Results").evaluate("words => getComputedStyle(words).color")
    expect(button).to_have_css("color", words)
