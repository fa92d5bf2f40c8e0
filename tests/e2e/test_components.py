"""Each component alone: its script, as it lies in its folder, in a page without Streamlit."""

import re
from base64 import b64encode
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from digits import ROOT
from playwright.sync_api import Browser, Page, Route, expect

from mnist_ui.components.gallery import sheet_png
from mnist_ui.components.live_answer import ANOTHER

_URL = "http://components.test/"
_PAGE = "<!doctype html><html lang=en><title>a component</title><body></body></html>"
_KINDS = {".js": "text/javascript", "": "text/html"}
_MOUNT = """async ([name, html, data]) => {
    const { default: show } = await import(`/components/${name}/${name}.js`)
    const root = document.body.appendChild(document.createElement("div"))
    root.innerHTML = html
    window.told ??= []
    const tell = (key, value) => told.push([key, value])
    const draw = (data) => show({ data, parentElement: root, setTriggerValue: tell, setStateValue: tell })
    draw(data)
    Object.assign(window, { [name]: draw })
}"""
_LAYOUT = {"columns": [{"name": "lr 0.1", "values": ["3"]}], "rows": [{"name": "Tanh", "value": "4"}]}


class Bench:
    """An empty page, and what components on it tell of."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def mount(self, name: str, data: dict[str, Any]) -> None:
        html = getattr(import_module(f"mnist_ui.components.{name}"), "_HTML", "")
        self.page.evaluate(_MOUNT, [name, html, data])

    def expect_told(self, key: str, value: object) -> None:
        self.page.wait_for_function("() => told.length > 0")
        assert self.page.evaluate("told.splice(0)") == [[key, value]]


@pytest.fixture
def bench(browser: Browser) -> Iterator[Bench]:
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.route(f"{_URL}**", serve)
    page.goto(_URL)
    yield Bench(page)
    page.close()
    assert not problems


def serve(route: Route) -> None:
    name = route.request.url.removeprefix(_URL)
    path = (ROOT if name.startswith("mnist_core/") else ROOT / "mnist_ui") / name
    body = path.read_text(encoding="utf-8") if path.is_file() else _PAGE
    route.fulfill(body=body, content_type=_KINDS[path.suffix])


def pack(values: object, kind: str) -> str:
    return b64encode(np.array(values, kind).tobytes()).decode()


def test_the_unit_picker_tells_of_a_click_and_of_the_tile_that_keys_rest_on(bench: Bench) -> None:
    tiles = [{"caption": f"{unit}", "label": f"unit {unit}"} for unit in range(3)]
    data = {"sheet": "data:,", "columns": 2, "tiles": tiles, "selected": None, "label": "units", "size": 64}
    bench.mount("unit_picker", {**data, "on": None})
    bench.page.get_by_role("button", name="unit 1").click()
    bench.expect_told("picked", {"index": 1})
    bench.page.keyboard.press("ArrowRight")
    bench.expect_told("picked", {"index": 2})
    expect(bench.page.get_by_role("button", name="unit 2")).to_have_attribute("aria-current", "true")


def test_the_confusion_picker_tells_of_enter_and_not_of_what_keys_pass(bench: Bench) -> None:
    rows = [
        [{"count": 1, "strength": 0.5, "label": f"true {truth}, read as {guess}"} for guess in (0, 1)]
        for truth in (0, 1)
    ]
    bench.mount("confusion_picker", {"rows": rows, "names": ["0", "1"], "selected": None})
    bench.page.get_by_role("button", name="true 0, read as 0").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        bench.page.keyboard.press(key)
    bench.expect_told("picked", {"index": 3})


def test_small_curves_tell_of_a_click_and_ask_for_what_they_lack(bench: Bench) -> None:
    words = dict.fromkeys(("points", "score", "note"), "")
    cell = {"place": 0, "index": 7, "kind": "waits", "words": "not begun", "best": False, **words}
    data = {
        **_LAYOUT,
        "name": "run",
        "since": -1,
        "last": 0,
        "cells": [cell],
        "selected": None,
        "label": "all",
    }
    bench.mount("small_curves", data)
    bench.page.get_by_role("button", name="not begun").click()
    bench.expect_told("picked", {"index": 7})
    bench.page.evaluate("(data) => small_curves(data)", {**data, "since": 3, "last": 4, "cells": []})
    bench.expect_told("missing", True)


def test_a_replay_plays_to_its_end_and_steps_back(bench: Bench) -> None:
    axes = {"last_epoch": 5, "least_error": 0.01, "least": 0.01, "most": 0.9}
    course = {"places": [0, 0], "folds": [0, 0], "accuracies": [0.5, 0.6], "lengths": [[2]], "leaders": []}
    names = {"label": "replayed", "order": [0], "names": ["4-3"], "name": "run", "dropped": []}
    bench.mount("replay", {"name": "run", "seen": 0})
    bench.mount("kept", {**_LAYOUT, **course, **names, "axes": axes, "n_fits": 1, "pace": 0.01})
    expect(
        bench.page.get_by_text("After 0 of 2 epochs: 0 of 1 fits had ended, 0 in training.")
    ).to_be_visible()
    bench.page.get_by_role("button", name="Play").click()
    expect(
        bench.page.get_by_text("After 2 of 2 epochs: 1 of 1 fits had ended, 0 in training.")
    ).to_be_visible()
    bench.page.wait_for_function("() => told.at(-1)?.[1].seen === 2")
    bench.page.evaluate("told.length = 0")
    bench.page.keyboard.press(",")
    bench.expect_told("moved", {"seen": 1})
    expect(bench.page.get_by_role("img", name="4-3: trains, at epoch 1, accuracy 50.00%")).to_be_visible()


def test_a_film_steps_back_and_asks_for_what_it_lacks(bench: Bench) -> None:
    shots = [[epoch, pack([epoch] * 4, "i1"), [[1, 0], [0, 1]]] for epoch in (0, 1)]
    facts = [[None, None, 0.1, 0.01, 0], [0.5, 0.6, 0.9, 0.01, 0]]
    words = {"label": "units", "captions": ["a"], "names": ["0", "1"], "colours": ["#000000", "#ffffff"]}
    data = {"name": "film", "side": 2, "since": -1, "epochs": [0, 1], "shots": shots, "facts": facts, **words}
    bench.mount("film", {**data, "ghost": [], "seen": None})
    expect(bench.page.get_by_text("Epoch 1 of 1 · validation accuracy 90.00 %")).to_be_visible()
    bench.page.get_by_role("slider").press(",")
    bench.expect_told("moved", {"seen": 0})
    expect(bench.page.get_by_text("Epoch 0, before it learns")).to_be_visible()
    other = {**data, "name": "another", "since": 5, "ghost": [], "seen": None}
    bench.page.evaluate("(data) => film(data)", other)
    bench.expect_told("missing", {"name": "another"})


def test_a_cloud_waits_for_its_map_on_the_shelf_and_tells_of_the_point_that_is_opened(bench: Bench) -> None:
    stages = [{"title": title, "words": "", "label": title} for title in ("pixels", "output")]
    data = {"name": "map", "names": ["0", "1"], "palette": ["#ff0000", "#0000ff"], "colour": "label"}
    bench.mount("cloud", {**data, "picked": None, "first": 0, "own": None, "ownColour": "", "stages": stages})
    cloud = bench.page.get_by_role("application")
    cloud.evaluate("canvas => Object.assign(canvas.style, { width: '300px', height: '300px' })")
    sheet = sheet_png(np.zeros((2, 1, 1), np.float32), 2)
    points = [pack([[0, 0], [1, 1]], "<f4"), pack([[1, 0], [0, 1]], "<f4")]
    kinds = {"labels": pack([0, 1], "u1"), "guesses": pack([0, 0], "u1")}
    packed = {
        "n": 2,
        **kinds,
        "confidences": pack([1, 0.5], "<f4"),
        "stages": points,
        "side": 1,
        "columns": 2,
    }
    bench.mount(
        "kept", {**packed, "name": "map", "sheet": f"data:image/png;base64,{b64encode(sheet).decode()}"}
    )
    bench.page.locator(".map[data-state=still]").wait_for()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        cloud.press(key)
    bench.expect_told("picked", {"index": 1})
    expect(bench.page.get_by_text("1, read as 0, 50 % sure. Enter opens it.")).to_be_visible()


@pytest.fixture
def answer() -> dict[str, Any]:
    """What Python says of an image that is read as 1."""
    settled = {"shown": "1", "words": "90% sure", "is_unsure": False, "guess": 1, "probabilities": [0.1, 0.9]}
    return {
        "network": "",
        "names": ["0", "1"],
        "strokes": [],
        "version": 0,
        "colours": ["#000000", "#ffffff"],
        "settled": {**settled, "image": pack([[0, 1], [1, 0]], "<f4")},
    }


def test_an_answer_is_said_once_it_is_settled(bench: Bench, answer: dict[str, Any]) -> None:
    bench.mount("live_answer", {**answer, "settled": None})
    expect(bench.page.locator("section.answer")).to_have_attribute("data-state", "empty")
    bench.page.evaluate("(data) => live_answer(data)", answer)
    expect(bench.page.get_by_text("Guess: 1. 90% sure")).to_be_visible()
    expect(bench.page.get_by_role("listitem").filter(has_text="90.0%")).to_have_class("guess")


def test_a_picture_is_answered_though_a_stroke_was_lifted_just_before_it(
    bench: Bench, answer: dict[str, Any]
) -> None:
    bench.mount("live_answer", {**answer, "settled": None})
    paper = '<canvas class="upper-canvas" width="99" height="99"></canvas>'
    bench.page.evaluate("(paper) => document.body.insertAdjacentHTML('beforeend', paper)", paper)
    bench.page.locator("canvas.upper-canvas").click()
    bench.page.evaluate("(data) => live_answer(data)", {**answer, "version": ANOTHER.version})
    expect(bench.page.get_by_text("Guess: 1. 90% sure")).to_be_visible()


def test_the_network_at_work_shows_a_sum_and_tells_whose_page_is_asked_for(bench: Bench) -> None:
    names = ["0", "1"]
    data = {"layers": ["hidden1", "output"], "words": ["hidden 1", "output"], "names": names, "page": "?a=b"}
    data |= {"network": "n", "ink": ["#000000", "#ffffff"], "signed": ["#0000ff", "#ffffff", "#ff0000"]}
    weights = [*(1, 0, -2, 0), 0.5, *(3, -1), *(0, 0.25)]  # of one unit, its bias, two outputs, their biases
    network = {"name": "n", "widths": [4, 1, 2], "activation": "relu", "temperature": 1}
    load = "async ([path, name, given]) => (await import(`/components/${path}`))[name](...given)"
    packed = {**network, "values": pack(weights, "<f4")}
    bench.page.evaluate(load, ["kept/shelf.js", "keep", [packed]])
    bench.page.evaluate(load, ["live_answer/images.js", "tellImage", [[1, 0, 0.125, 0], True]])
    bench.mount("living_network", data)
    bench.page.get_by_role("button", name="unit 0 of hidden 1: 1.250", exact=True).press("Enter")
    lines = bench.page.get_by_role("region", name="A sum line by line").get_by_role("row")
    expect(lines).to_have_text(
        [
            re.compile("^from"),
            re.compile(r"bias\s*0.500"),
            re.compile(r"pixel 0, 0\s*1.000\s*1.000\s*1.000"),
            re.compile(r"pixel 1, 0\s*0.125\s*\u22122.000\s*\u22120.250"),
            re.compile(r"sum\s*1.250"),
            re.compile(r"relu of the sum\s*1.250"),
        ]
    )
    bench.page.get_by_role("link", name="On the Fields page").click()
    bench.expect_told("opened", {"layer": "hidden1", "unit": 0})
    bench.page.get_by_role("button", name=re.compile("to output 1 carries \u22121.250")).press("Enter")
    expect(bench.page.get_by_role("heading", name="Output 1")).to_be_visible()


def test_the_game_tells_when_the_time_of_a_digit_is_up(bench: Bench) -> None:
    face = {
        "asked": "Draw a 4",
        "said": "",
        "step": "first",
        "spent_s": 0,
        "limit_s": 0.2,
        "is_counted": True,
    }
    bench.mount("game_face", face)
    expect(bench.page.get_by_role("heading", name="Draw a 4")).to_be_visible()
    bench.expect_told("up", "first")


def test_a_notice_is_offered_while_something_is_live(bench: Bench) -> None:
    notice = {"id": "run", "is_live": True, "title": "A run", "body": "has ended"}
    bench.mount("notice", notice)
    button = bench.page.get_by_role("button", name=re.compile("Notif"))
    expect(button).to_be_visible()
    bench.page.evaluate("(data) => notice(data)", {**notice, "is_live": False})
    expect(button).to_be_hidden()


def test_sight_tells_where_python_is_wrong_of_it(bench: Bench) -> None:
    bench.mount("sight", {"hidden": False})
    bench.page.evaluate("() => sight({ hidden: true })")
    bench.expect_told("hidden", False)


def test_keys_of_the_canvas_press_its_buttons(bench: Bench) -> None:
    bench.page.set_content("""<div class="st-key-lab-canvas">
        <div class="st-key-draw-undo"><button onclick="undone = true">Undo</button></div>
        <div class="st-key-draw-clear"><button onclick="cleared = true">Clear</button></div></div>""")
    bench.mount("canvas", {"otherwise": ""})
    bench.page.keyboard.press("Control+z")
    assert bench.page.evaluate("window.undone && !window.cleared")
    bench.page.get_by_role("button", name="Undo").press("Delete")
    assert bench.page.evaluate("window.cleared")
