"""Claim: while a digit is drawn, the network at work on the Draw page is painted at least 30 times a second.

`python -m benchmarks.alive` starts the app and a Chromium, asks for the network at work and draws digits of
one stroke, real ones from the pens that the lab ships, in a second each on an empty canvas. A script of the
page moves the mouse, as often as the browser shows a frame: a driver from outside is slower than a hand. It
notes when the network is painted while the pen is down: the links that carry most, and the same with the sum
of a unit open. A frame rate is that of one stroke, paintings by the time from the first to the last; of all
strokes the median is shown. Beside it stands the processor time that a painting costs the page's main thread,
which hardly depends on other work.
"""

import importlib.metadata
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import CDPSession, Locator, Page, sync_playwright

from benchmarks import ROOT, describe_machine
from benchmarks.draw import choose_strokes, settle
from benchmarks.tabs.server import run_app

_LEAST_RATE = 30.0  # paintings a second
_TIMES = 10
_WARM_UPS = 2
_STROKE_MS = 1000.0
_MARGIN = 0.2  # of the canvas on each side
_PATIENCE_S = 300.0  # on a busy machine
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
_DRAW = """async (canvas, [places, length]) => {
  const box = canvas.getBoundingClientRect()
  const send = (kind, [x, y], buttons) => {
    const where = { clientX: box.left + x * box.width, clientY: box.top + y * box.height }
    const event = { ...where, buttons, bubbles: true, composed: true, cancelable: true }
    const pointer = { ...event, pointerId: 1, isPrimary: true, pointerType: "mouse" }
    canvas.dispatchEvent(new PointerEvent(`pointer${kind}`, pointer))
    canvas.dispatchEvent(new MouseEvent(`mouse${kind}`, event))
  }
  const begun = performance.now()
  send("down", places[0], 1)
  for (let share = 0; share < 1; ) {
    await new Promise(requestAnimationFrame)
    share = Math.min((performance.now() - begun) / length, 1)
    send("move", places[Math.round(share * (places.length - 1))], 1)
  }
  send("up", places.at(-1), 0)
}"""


def main() -> int:
    """Measure the frames of each stroke, print a table, return 1 where the claim breaks."""
    found = subprocess.run([ROOT / "scripts" / "chromium.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        print(f"Skipped: {found.stderr.strip()}")
        return 0
    print("| the network at work | frames a second | slowest stroke | longest wait, ms | processor, ms |")
    print("| --- | --- | --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory() as folder,
        run_app(Path(folder) / "home") as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=found.stdout.strip(), args=["--no-sandbox"])
        rates = [
            _print_row(
                f"{model}{words}",
                *_measure(chromium.new_page(), f"{server.url}/draw?model={model}&alive=1", unit),
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


def _print_row(words: str, strokes: list[list[float]], cost_ms: float) -> float:
    """Print the frames a second of strokes; return their median."""
    rates = [1e3 * (len(painted) - 1) / (painted[-1] - painted[0]) for painted in strokes]
    longest = [max(np.diff(painted)) for painted in strokes]
    median = statistics.median(rates)
    longest_ms = np.quantile(longest, 0.9)
    print(f"| {words} | {median:.0f} | {min(rates):.0f} | {longest_ms:.0f} | {cost_ms:.0f} |", flush=True)
    return median


def _measure(tab: Page, url: str, unit: str | None) -> tuple[list[list[float]], float]:
    """Draw digits; return for each when the network was painted, and what a painting costs, ms."""
    tab.set_default_timeout(_PATIENCE_S * 1e3)
    tab.add_init_script(_WATCH)
    tools = tab.context.new_cdp_session(tab)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(url)
    canvas = tab.locator("canvas.upper-canvas")
    canvas.wait_for()
    hint = tab.get_by_text("Draw a digit from 0 to 9")
    hint.wait_for()
    strokes, costs = [], []
    for number, stroke in enumerate(choose_strokes(_TIMES + _WARM_UPS)):
        hint.wait_for()
        settle(tab)
        if unit is not None and number == 0:
            tab.get_by_role("button", name=unit, exact=True).click()
        before = _read_processor_ms(tools)
        strokes.append(_draw(canvas, stroke))
        costs.append((_read_processor_ms(tools) - before) / len(strokes[-1]))
        tab.locator('[role="status"][aria-label*="guess"]').wait_for()
        tab.get_by_role("button", name="Clear").click()
    tab.close()
    return strokes[_WARM_UPS:], statistics.median(costs[_WARM_UPS:])


def _read_processor_ms(tools: CDPSession) -> float:
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return float(1e3 * next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _draw(canvas: Locator, stroke: np.ndarray) -> list[float]:
    """Draw a stroke; return when the network was painted."""
    steps = np.linspace(0, len(stroke) - 1, 1 + int(_STROKE_MS / 4))
    places = np.stack([np.interp(steps, range(len(stroke)), axis) for axis in stroke.T], axis=1)
    canvas.evaluate(_DRAW, [(_MARGIN + (1 - 2 * _MARGIN) * places).tolist(), _STROKE_MS])
    painted: list[float] = canvas.page.evaluate("window.labPainted")
    return painted


if __name__ == "__main__":
    sys.exit(main())
