"""The Results page in depth: what is measured at once, and what is trained beside the page."""

import re

import pytest
from playwright.sync_api import Page, expect
from visitor import OpenTab, go_to, open_sample, press, settle

pytestmark = pytest.mark.slow

_TRAINING_MS = 120_000  # what some seconds of training may take on a busy machine


def _open_depth(tab: Page, name: str) -> None:
    tab.get_by_role("tab", name=name).click()
    settle(tab)


# Stands first: it opens the data set that the others look at.
def test_a_visitor_follows_the_data_page_to_suspected_labels(tab: Page) -> None:
    go_to(tab, "Data")
    open_sample(tab)

    tab.get_by_role("link", name="Find labels that are likely wrong").click()

    expect(tab.get_by_role("tab", name="Suspected labels")).to_have_attribute("aria-selected", "true")
    begin, found = tab.get_by_role("button", name="Check the labels"), tab.get_by_text("labels are suspected")
    press(begin, tab.get_by_role("progressbar").or_(found).first)
    expect(found).to_be_visible(timeout=_TRAINING_MS)
    expect(tab.get_by_role("group", name="images whose label is suspected")).to_be_visible()


def test_a_learning_curve_outlives_a_reload(tab: Page) -> None:
    go_to(tab, "Results")
    _open_depth(tab, "More images")
    found = tab.get_by_text("The last doubling, to 4,166 images")
    press(tab.get_by_role("button", name="Train them"), tab.get_by_role("progressbar").or_(found).first)

    tab.reload()

    expect(tab.get_by_role("tab", name="More images")).to_have_attribute("aria-selected", "true")
    expect(found).to_be_visible(timeout=_TRAINING_MS)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Numbers as CSV").click()
    assert download.value.suggested_filename == "learning-curve-paper.csv"


def test_how_sure_a_model_may_be_and_what_it_reads_of_disturbed_images_fit_a_phone(open_tab: OpenTab) -> None:
    tab = open_tab("results?model=robust", width=390, height=844)
    expect(tab.get_by_role("heading", level=1, name="Results")).to_be_visible()

    _open_depth(tab, "How sure it may be")
    expect(tab.get_by_role("heading", name="What if it may refuse?")).to_be_visible()
    _open_depth(tab, "Robustness")
    expect(tab.get_by_role("heading", name="Occlusion")).to_be_visible()

    expect(tab).to_have_url(re.compile("tab=Robustness"))
    tab.wait_for_function(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth <= main.clientWidth; }"
    )
