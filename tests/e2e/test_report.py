"""A report as its readers open it: from disk, without the lab."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from commands import call, call_json
from digits import make_digits, write_mat
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    home = tmp_path_factory.mktemp("report")
    mat = write_mat(home / "small.mat", *make_digits(600))
    grid = home / "grid.json"
    grid.write_text(json.dumps({"lr": [0.01], "hidden1": [300], "hidden2": [10], "activation": ["tanh"]}))
    names = ",".join(f"a name of class {number}" for number in range(10))
    words = ["--grid", grid, "--cv", 2, "--max-epochs", 2, "--class-names", names]
    run = call_json(home, "search", mat, *words)["run"]
    words = ["--note", "test", "W" * 500, "--figures", "curve", "hidden1", "output"]
    call(home, "report", run, *words, "--out", home / "report.html")
    call(home, "report", run, "--by", "Ada", "--out", home / "report.pdf")
    return home / "report.html"


@pytest.mark.slow
@pytest.mark.parametrize(("width", "medium"), [(390, "screen"), (1280, "screen"), (800, "print")])
def test_a_report_is_accessible_on_a_phone_a_screen_and_paper(browser: Browser, report, width, medium):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.emulate_media(media=medium)
    tab.goto(report.as_uri())

    found = Axe().run(tab)

    assert found.violations_count == 0, found.generate_report()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.close()


@pytest.mark.slow
def test_what_is_wide_or_tall_in_a_report_is_whole_on_a_page_of_paper(browser: Browser, report):
    page_width, page_height = 657, 986  # of A4 less margins, in pixels of 1/96 inch
    tab = browser.new_page(viewport={"width": page_width, "height": page_height})
    tab.emulate_media(media="print")
    tab.goto(report.as_uri())

    tables, pictures, notes = tab.locator("table"), tab.locator("figure"), tab.locator(".note p")
    assert tables.count() >= 4
    for parts in (tables, pictures, notes):
        assert all(
            width <= page_width for width in parts.evaluate_all("all => all.map(one => one.scrollWidth)")
        )
    assert max(pictures.evaluate_all("all => all.map(one => one.offsetHeight)")) <= page_height
    tab.close()


@pytest.mark.slow
def test_a_report_is_printed_with_its_fonts_and_with_figures_as_vectors(report):
    pdf = report.with_suffix(".pdf").read_bytes()

    assert pdf.startswith(b"%PDF")
    assert b"/FontFile2" in pdf  # TrueType, embedded
    widths = [int(width) for width in re.findall(rb"/Subtype /Image\s/Width (\d+)", pdf)]
    # A field is its weights, two sheets of which are 150 pixels wide; a colour bar is drawn at 300 dpi.
    assert widths
    assert max(widths) < 1300
