"""Claim: while a digit is drawn, the network at work on the Draw page is painted at least 30 times a second.

`python -m benchmarks.alive` starts the app and a Chromium, asks for the network at work and draws digits of
one stroke with the mouse, real strokes from the pens that the lab ships, each on an empty canvas. It notes in
the browser when the network is painted while the pen is down: the links that carry most, and the same with
the sum of a unit open. A frame rate is that of one stroke: paintings by the time from the first to the last.
"""

import importlib.metadata
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks import ROOT, describe_machine
from benchmarks.draw import choose_strokes, draw_stroke, settle
from benchmarks.tabs.server import run_app

_LEAST_RATE = 30.0  # paintings a second
_TIMES = 20
_WARM_UPS = 2
_DENSER = 5  # places of the mouse between two of the pens', which come 10 ms apart
_START_S = 60.0
_UNIT = "unit 4 of hidden 2"
_MODELS = ("robust", "paper")

# Each painting begins by clearing the paper.
_WATCH = """
const clear = CanvasRenderingContext2D.prototype.clearRect
let isDown = false
window.labPainted = []
addEventListener("pointerdown", () => { isDown = true; window.labPainted.length = 0 }, true)
addEventListener("pointerup", () => { isDown = false }, true)
CanvasRenderingContext2D.prototype.clearRect = function (...given) {
  if (isDown && this.canvas.className === "paper") window.labPainted.push(performance.now())
  clear.apply(this, given)
}
"""


def main() -> int:
    """Measure the frames of each stroke, print a table, return 1 where the claim breaks."""
    found = subprocess.run([ROOT / "scripts" / "chromium.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        print(f"Skipped: {found.stderr.strip()}")
        return 0
    print("| the network at work | frames a second, median | slowest stroke | longest wait, ms |")
    print("| --- | --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory() as folder,
        run_app(Path(folder) / "home") as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=found.stdout.strip(), args=["--no-sandbox"])
        rates = [
            _print_row(
                f"{model}{words}",
                _measure(chromium.new_page(), f"{server.url}/draw?model={model}&alive=1", unit),
            )
            for model in _MODELS
            for words, unit in (("", None), (f", the sum of {_UNIT} open", _UNIT))
        ]
        browser = chromium.version
        chromium.close()
    versions = f"Chromium {browser}, Streamlit {importlib.metadata.version('streamlit')}"
    print(f"\n{_TIMES} strokes each. {describe_machine()}, {versions}")
    if min(rates) < _LEAST_RATE:
        print(
            f"The claim breaks: {min(rates):.0f} frames a second, at least {_LEAST_RATE:.0f}.",
            file=sys.stderr,
        )
        return 1
    return 0


def _print_row(words: str, strokes: list[list[float]]) -> float:
    """Print the frames a second of strokes; return their median."""
    rates = [1e3 * (len(painted) - 1) / (painted[-1] - painted[0]) for painted in strokes]
    longest = [max(np.diff(painted)) for painted in strokes]
    median = statistics.median(rates)
    print(f"| {words} | {median:.0f} | {min(rates):.0f} | {np.quantile(longest, 0.9):.0f} |", flush=True)
    return median


def _measure(tab: Page, url: str, unit: str | None) -> list[list[float]]:
    """Draw digits; return for each when the network was painted, in ms; warm-ups not."""
    tab.add_init_script(_WATCH)
    tab.goto(url)
    canvas = tab.locator("canvas.upper-canvas")
    canvas.wait_for(timeout=_START_S * 1e3)
    hint = tab.get_by_text("Draw a digit from 0 to 9")
    hint.wait_for()
    strokes = []
    for number, stroke in enumerate(choose_strokes(_TIMES + _WARM_UPS)):
        hint.wait_for()
        settle(tab)
        if unit is not None and number == 0:
            tab.get_by_role("button", name=unit, exact=True).click()
        strokes.append(_draw(canvas, stroke))
        tab.get_by_role("button", name="Clear").click()
    tab.close()
    return strokes[_WARM_UPS:]


def _draw(canvas: Locator, stroke: np.ndarray) -> list[float]:
    """Draw a stroke with many places of the mouse; return when the network was painted."""
    steps = np.linspace(0, len(stroke) - 1, _DENSER * len(stroke))
    dense = np.stack([np.interp(steps, range(len(stroke)), axis) for axis in stroke.T], axis=1)
    draw_stroke(canvas, dense)
    canvas.page.locator('[role="status"][aria-label*="guess"]').wait_for()
    painted: list[float] = canvas.page.evaluate("window.labPainted")
    return painted


if __name__ == "__main__":
    sys.exit(main())
