"""A report printed to PDF by a browser that is there already."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from mnist_core.ground.errors import RunError
from mnist_core.ground.system import IS_POSIX, end_group

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_MOST_S = 60.0
# The page has no script and asks for nothing; so that it could not, whatever a name holds.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
    "style-src 'unsafe-inline'\">"
)
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def find_browser() -> str | None:
    """Find Chromium or one that is made of it; None where there is none."""
    named = next(filter(None, map(shutil.which, _NAMES)), None)
    return named or next((place for place in _PLACES if Path(place).exists()), None)


def print_page(page: str) -> bytes:
    """Print a report's HTML to PDF.

    Parameters
    ----------
    page : str
        As `write_page` returns it; with vectors its figures are sharp at any size.

    Returns
    -------
    bytes
        The PDF, its fonts embedded.

    Raises
    ------
    RunError
        If there is no browser, or it does not print.
    """
    browser = find_browser()
    if browser is None:
        raise RunError(
            "A PDF needs Chromium, Chrome or Edge, but none is on this machine: install one, or open the "
            "report as HTML in any browser and print it to PDF there."
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page.replace("<head>", f"<head>{_POLICY}", 1), encoding="utf-8")
        # A superuser's Chromium runs without its sandbox or not at all.
        flags = [*_FLAGS, "--no-sandbox"] if IS_POSIX and os.geteuid() == 0 else _FLAGS
        _run(
            [browser, *flags, f"--user-data-dir={folder}/data", f"--print-to-pdf={printed}", source.as_uri()]
        )
        if not printed.exists():
            raise RunError(
                f"The PDF was to be printed by {browser}, but it wrote none: open the report as HTML in any "
                "browser and print it to PDF there."
            )
        return printed.read_bytes()


def _run(words: list[str]) -> None:
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(_MOST_S)
        except subprocess.TimeoutExpired as error:
            raise RunError(
                f"The PDF was not printed by {words[0]} in {_MOST_S:.0f} s: open the report as "
                "HTML and print it."
            ) from error
        finally:
            end_group(process.pid)
