"""The browser draws strokes and runs a network with the same numbers as Python."""

from collections.abc import Iterator

import numpy as np
import pytest
from made_networks import MADE, make_model, read_exactly
from playwright.sync_api import Browser, Page

from mnist_core.ground.arrays import Images
from mnist_core.insight.reading import read_images
from mnist_core.network.in_browser import READING, pack_network
from mnist_core.network.models import Model
from mnist_core.pens import Stroke, draw_strokes
from mnist_core.training.robust.pen import draw_pens, read_pens
from mnist_ui.components.assets import find_module

MOST = 1e-5
"""How far the browser's numbers may be from Python's."""


@pytest.fixture
def script(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    load = "async (url) => { Object.assign(globalThis, await import(url)) }"
    page.evaluate(load, find_module(READING))
    yield page
    page.close()


def make_drawings() -> list[list[Stroke]]:
    """Make strokes as pens draw them, as no pen would, and the least and most that there may be."""
    rng, pens = np.random.default_rng(0), read_pens()
    real = [[stroke.tolist() for stroke in pens.strokes[place]] for place in rng.choice(len(pens), 30, False)]
    scribbles = [
        [
            np.cumsum(rng.normal(0, scale, (rng.integers(1, 60), 2)), axis=0).tolist()
            for _ in range(rng.integers(1, 4))
        ]
        for scale in (0.01, 1, 40)
        for _ in range(10)
    ]
    dot, lying, long = [[[5, 5]]], [[[0, 0], [100, 0]]], [rng.normal(0, 1, (10_000, 2)).cumsum(0).tolist()]
    return [*real, *scribbles, dot, lying, [*lying, *dot], long]


def test_strokes_become_the_same_image(script: Page) -> None:
    drawings = make_drawings()
    images = script.evaluate("all => all.map((strokes) => Array.from(drawStrokes(strokes)))", drawings)
    for strokes, image in zip(drawings, images, strict=True):
        np.testing.assert_allclose(image, draw_strokes(strokes).ravel(), rtol=0, atol=MOST)


@pytest.mark.parametrize("name", ["paper", "legible", "robust", "exact", *MADE])
def test_a_network_gives_the_same_logits_and_probabilities(script: Page, name: str) -> None:
    model, images = make_model(name), draw_pens(read_pens().choose(np.arange(0, 7494, 200)))
    logits, probabilities = run_in_browser(script, model, images)
    np.testing.assert_allclose(logits, read_exactly(model.network, images), rtol=0, atol=MOST)
    expected = [reading.probabilities for reading in read_images(model, images)]
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=MOST)


def run_in_browser(script: Page, model: Model, images: Images) -> tuple[list, list]:
    run = """([packed, images]) => {
        const network = unpackNetwork(packed)
        const run = (compute) => images.map((image) => Array.from(compute(network, Float64Array.from(image))))
        return [run(computeLogits), run(computeProbabilities)]
    }"""
    logits, probabilities = script.evaluate(
        run, [pack_network(model), images.reshape(len(images), -1).tolist()]
    )
    return logits, probabilities
