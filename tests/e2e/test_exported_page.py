"""A network as a page of its own: Python's numbers, on a phone, within another page, with no request."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from made_networks import MADE, make_model, read_exactly
from playwright.sync_api import Browser, Page, expect
from scipy.special import softmax
from visitor import SEVEN, OpenTab, settle

from mnist_core.network.exporting import FORMATS, export_model
from mnist_core.pens import draw_strokes
from mnist_core.training.robust.pen import read_pens

pytestmark = pytest.mark.slow

MOST = 1e-5
"""How far the page's numbers may be from Python's."""

_HOST = """<!DOCTYPE html><title>course</title><iframe src="page.html" width="420" height="800"></iframe>
<script>globalThis.heard = []; addEventListener("message", ({ data }) => heard.push(data))</script>"""
_READ = """(strokes) => new Promise((resolve) => {
    addEventListener("message", ({ data }) => resolve(data), { once: true })
    document.querySelector("iframe").contentWindow.postMessage({ kind: "mnist-lab-strokes", strokes }, "*")
})"""


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Open a tab of a phone; an error in the console or a request for more than these files is a failure."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    opened, problems = context.new_page(), []
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()
    own = {(tmp_path / name).as_uri() for name in ("page.html", "host.html")}
    assert (problems, [url for url in asked if url not in own and not url.startswith("data:")]) == ([], [])


def check(reading: dict[str, Any], name: str) -> None:
    model, image = make_model(name), draw_strokes(reading["strokes"])
    logits = read_exactly(model.network, image[None])[0]
    np.testing.assert_allclose(reading["logits"], logits, rtol=0, atol=MOST)
    shares = softmax(logits / model.info.temperature)
    np.testing.assert_allclose(reading["probabilities"], shares, rtol=0, atol=MOST)
    assert reading["guess"] == model.info.class_names[int(logits.argmax())]


@pytest.mark.parametrize("name", ["paper", "robust", "exact", *MADE])
def test_within_another_page_it_reads_what_it_is_sent_as_python_does(
    name: str, page: Page, tmp_path: Path
) -> None:
    export_model(make_model(name), "html", tmp_path / "page.html")
    (tmp_path / "host.html").write_text(_HOST, encoding="utf-8")
    page.goto((tmp_path / "host.html").as_uri())
    expect(page.frame_locator("iframe").get_by_role("button", name="Hidden 1", exact=True)).to_be_visible()
    pens = read_pens()
    for place in range(0, 7494, 500):
        strokes = [stroke.tolist() for stroke in pens.strokes[place]]
        check(page.evaluate(_READ, strokes), name)


def test_on_a_phone_one_draws_a_seven_and_sees_what_a_unit_makes_of_it(page: Page, tmp_path: Path) -> None:
    export_model(make_model("robust"), "html", tmp_path / "page.html")
    page.goto((tmp_path / "page.html").as_uri())

    draw(page)

    expect(page.locator(".guess")).to_have_text("7")
    expect(page.locator(".said")).to_have_text("Guess: 7")
    expect(page.get_by_role("list", name="Probability of each class").locator(".best")).to_contain_text("7")
    page.get_by_role("button", name="Hidden 2", exact=True).click()
    page.get_by_role("button", name="Unit 3 of hidden 2", exact=True).click()
    expect(page.locator(".open p")).to_contain_text("Its sum is")
    page.get_by_role("button", name="Unit 80 of hidden 2", exact=True).click()
    expect(page.locator(".open p")).to_contain_text("Unit 80")
    expect(page.locator(".open canvas")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".guess")).to_have_text("?")


def draw(page: Page) -> None:
    box = page.locator(".paper").bounding_box()
    assert box
    for place, (x, y) in enumerate(SEVEN):
        page.mouse.move(
            box["x"] + (0.25 + x / 2) * box["width"], box["y"] + (0.2 + y / 2) * box["height"], steps=4
        )
        if not place:
            page.mouse.down()
    page.mouse.up()


def test_the_results_page_gives_each_format(open_tab: OpenTab, tmp_path: Path) -> None:
    tab = open_tab("results?model=paper")
    settle(tab)
    tab.get_by_role("button", name="Take it home").click()
    for kind, form in FORMATS.items():
        with tab.expect_download() as taken:
            tab.get_by_role("button", name=f"{form.title}: {form.words}").click()
        path = tmp_path / taken.value.suggested_filename
        taken.value.save_as(path)
        assert path.name == (f"paper-{kind}.zip" if form.has_script else f"paper{form.mark}{form.suffix}")
        if form.has_script:
            names = zipfile.ZipFile(io.BytesIO(path.read_bytes())).namelist()
            assert names[0] == f"paper{form.suffix}"
        else:
            assert path.stat().st_size > 300_000
