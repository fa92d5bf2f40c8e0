"""The network at work on the Draw page: its numbers are Python's; mouse, finger and keys ask for sums."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from made_networks import MADE, make_model
from playwright.sync_api import Browser, Locator, Page, expect
from visitor import SEVEN, OpenTab, draw_stroke, press_pen, settle, wait_until_nothing_is_cut_off

from mnist_core.network.in_browser import READING, pack_network
from mnist_core.network.models import Model
from mnist_core.pens import draw_strokes
from mnist_ui.components.assets import find_module

IMAGE = draw_strokes([[(100 * x, 100 * y) for x, y in SEVEN]])
NAMED = 8  # links of a sum with a line of their own
MOST = 1e-4
"""How far a number may be from Python's."""

_RUN = """([packed, image, asked]) => {
    const network = unpackNetwork(packed)
    const layers = computeLayers(network, Float64Array.from(image))
        .map((layer, index) => ({ ...network.layers[index], ...layer }))
    return asked.map(([layer, unit]) => ({
        sum: addUp(layers[layer], unit, NAMED),
        strongest: findStrongest(layers[layer], 10),
        into: findStrongest(layers[layer], 10, { to: unit }),
    }))
}"""


@pytest.fixture
def script(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    for name in (READING, "living_network/links.js"):
        page.evaluate("async (url) => { Object.assign(globalThis, await import(url)) }", find_module(name))
    page.evaluate(f"() => {{ globalThis.NAMED = {NAMED} }}")
    yield page
    page.close()


def carry(model: Model) -> list[tuple[np.ndarray, np.ndarray]]:
    """Compute by NumPy what each link carries, a row a unit, and the biases, layer by layer."""
    values, carried = IMAGE.ravel().astype(float), []
    apply = {
        "sigmoid": lambda sums: 1 / (1 + np.exp(-sums)),
        "relu": lambda sums: np.maximum(sums, 0),
        "tanh": np.tanh,
        "linear": lambda sums: sums,
        "square": np.square,
    }[model.network.activation.value]
    for layer in model.network.layers.values():
        weights, biases = (tensor.detach().numpy().astype(float) for tensor in (layer.weight, layer.bias))
        carried.append((weights * values, biases))
        values = apply(weights @ values + biases)
    return carried


@pytest.mark.parametrize("name", ["paper", "robust", "exact", *MADE])
def test_what_links_carry_adds_up_to_each_sum_as_in_numpy(script: Page, name: str) -> None:
    model = make_model(name)
    carried = carry(model)
    asked = [(layer, unit) for layer, (_, biases) in enumerate(carried) for unit in range(0, len(biases), 5)]
    found = script.evaluate(_RUN, [pack_network(model), IMAGE.ravel().tolist(), asked])
    for (layer, unit), said in zip(asked, found, strict=True):
        links, biases = carried[layer]
        check_sum(said["sum"], links[unit], float(biases[unit]))
        for strongest, among in ((said["strongest"], links), (said["into"], links[unit])):
            check_strongest(strongest, links, among)


def check_sum(said: dict, links: np.ndarray, bias: float) -> None:
    np.testing.assert_allclose(said["sum"], links.sum() + bias, rtol=0, atol=MOST)
    carried = [part["carries"] for part in said["named"]]
    np.testing.assert_allclose(carried, links[[part["from"] for part in said["named"]]], rtol=0, atol=MOST)
    np.testing.assert_allclose(
        np.abs(carried), np.sort(np.abs(links))[::-1][: len(carried)], rtol=0, atol=MOST
    )
    np.testing.assert_allclose(said["rest"], links.sum() - sum(carried), rtol=0, atol=MOST)
    assert said["nOthers"] == np.count_nonzero(links) - len(carried)
    # What is shown adds up to the last digit, and each number is less than one of that from the truth.
    assert sum(said["shown"]) == np.floor(said["sum"] * 1000 + 0.5)
    exact = np.array([bias, *carried, said["rest"]]) * 1000
    assert np.abs(np.array(said["shown"]) - exact).max() < 1


def check_strongest(said: dict, links: np.ndarray, among: np.ndarray) -> None:
    expected = np.sort(np.abs(among).ravel())[::-1][: len(said["links"])]
    found = [links[one["to"], one["from"]] for one in said["links"]]
    np.testing.assert_allclose(np.abs(found), expected, rtol=0, atol=MOST)
    np.testing.assert_allclose([one["carries"] for one in said["links"]], found, rtol=0, atol=MOST)
    np.testing.assert_allclose(said["all"], np.abs(among).sum(), rtol=1e-6, atol=MOST)
    np.testing.assert_allclose(said["drawn"], expected.sum(), rtol=1e-6, atol=MOST)


def at_work(tab: Page) -> Locator:
    return tab.get_by_role("region", name="The network at work")


def draw_and_wait(tab: Page) -> None:
    draw_stroke(tab, SEVEN)
    expect(tab.get_by_role("status", name="guess: 7")).to_be_visible()
    settle(tab)


def read_numbers(tab: Page) -> list[int]:
    """Read the last column of the sum that is open, in thousandths."""
    cells = (
        tab.get_by_role("region", name="A sum line by line")
        .locator("tbody tr td:last-child")
        .all_inner_texts()
    )
    return [round(1000 * float(cell.replace("\u2212", "-"))) for cell in cells if "%" not in cell]


@pytest.mark.slow
def test_the_network_at_work_is_asked_for_and_tells_the_sums_that_one_asks_for(tab: Page) -> None:
    tab.goto(tab.url.rstrip("/") + "/draw?model=paper")
    settle(tab)
    expect(at_work(tab)).to_have_count(0)
    tab.get_by_text("Network at work").click()
    expect(at_work(tab).get_by_text("Draw: the links")).to_be_visible()
    assert "alive=1" in tab.url
    draw_and_wait(tab)
    expect(at_work(tab).locator(".said")).to_contain_text("Output 7:")
    strongest = tab.get_by_role("group", name="The links that carry most").get_by_role("button")
    expect(strongest).not_to_have_count(0)
    tab.get_by_role("button", name=re.compile("^unit 3 of hidden 2:")).focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Unit 4 of hidden 2")).to_be_visible()
    *parts, total, value = read_numbers(tab)
    assert sum(parts) == total
    assert abs(np.tanh(total / 1000) - value / 1000) < 0.0011
    expect(at_work(tab).locator(".said")).to_contain_text("Unit 4 of hidden 2:")
    found = Axe().run(tab, context=".st-key-draw-living-network")
    assert found.violations_count == 0, found.generate_report()
    tab.get_by_role("link", name="On the Fields page").click()
    expect(tab.get_by_role("heading", name="Unit 4 of hidden 2")).to_be_visible()
    assert "model=paper" in tab.url
    tab.go_back()
    expect(at_work(tab)).to_be_visible()


@pytest.mark.slow
def test_on_a_phone_a_link_is_touched_for_its_number_and_nothing_is_cut_off(open_tab: OpenTab) -> None:
    tab = open_tab("draw?model=robust&alive=1", width=390, height=800)
    draw_and_wait(tab)
    wait_until_nothing_is_cut_off(tab)
    strongest = tab.get_by_role("group", name="The links that carry most").get_by_role("button").first
    label = strongest.get_attribute("aria-label") or ""
    box = strongest.bounding_box()
    assert box is not None
    strongest.scroll_into_view_if_needed()
    box = strongest.bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    asked = tab.get_by_role("region", name="A sum line by line").locator("tr.asked td").last
    expect(asked).to_have_text(re.compile(r"^\u2212?\d+\.\d{3}$"))
    assert abs(float(asked.inner_text().replace("\u2212", "-")) - read_carried(label)) < 0.002


def read_carried(label: str) -> float:
    return float(label.rsplit(" ", 1)[1].replace("\u2212", "-"))


@pytest.mark.slow
def test_it_moves_with_the_pen_but_waits_for_the_lift_where_motion_is_not_wanted(tab: Page) -> None:
    tab.goto(tab.url.rstrip("/") + "/draw?alive=1")
    settle(tab)
    tab.evaluate(
        """() => {
            const clear = CanvasRenderingContext2D.prototype.clearRect
            window.painted = 0
            CanvasRenderingContext2D.prototype.clearRect = function (...given) {
                if (this.canvas.className === "paper") window.painted++
                clear.apply(this, given)
            }
        }"""
    )
    paper = tab.locator("canvas.upper-canvas")
    press_pen(paper, SEVEN)
    tab.wait_for_function("window.painted > 3")
    tab.mouse.up()
    settle(tab)
    tab.emulate_media(reduced_motion="reduce")
    tab.get_by_role("button", name="Clear").click()
    tab.locator('section.answer[data-state="empty"]').wait_for(state="attached")
    tab.evaluate("window.painted = 0")
    press_pen(paper, SEVEN)
    tab.locator('section.answer[data-state="live"]').wait_for()
    assert tab.evaluate("window.painted") == 0
    tab.mouse.up()
    tab.wait_for_function("window.painted > 0")
