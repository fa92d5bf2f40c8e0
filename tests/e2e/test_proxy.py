"""The app behind nginx, with the site of `deploy`: below /lab/, by TLS."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from proxies import SITE, run_nginx
from scipy.io import savemat
from visitor import HEADINGS, SEVEN, OpenTab, choose_file, draw_stroke, go_to, settle, upload

from benchmarks.tabs.server import Server, run_app
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH

pytestmark = pytest.mark.slow

_RESULTS = Path(__file__).resolve().parents[2] / "test-results"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("proxy") / "home"
    with run_app(home, path="lab", log_path=_RESULTS / "test_proxy.log") as running:
        yield running
    assert "Traceback" not in running.log_path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site") / "nginx"


@pytest.fixture(scope="module")
def lab(app: Server, proxy: Path) -> Iterator[Server]:
    with run_nginx(proxy, [app.port]) as url:
        yield replace(app, url=url)


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as MATLAB writes numbers without compression: doubles, 100 MB of them and more."""
    sample = read_dataset(SAMPLE_PATH)
    chosen = np.random.default_rng(0).permutation(np.resize(np.arange(len(sample.labels)), 16_500))
    images = sample.images.reshape(-1, 784)[chosen].astype(np.float64)
    path = tmp_path_factory.mktemp("large") / "large.mat"
    savemat(path, {"input_images": images, "output_labels": sample.labels[chosen][:, None]})
    assert path.stat().st_size > 100_000_000
    return path


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    path = _write_file(tmp_path / "small.mat", every=25)
    assert 1_000_000 < path.stat().st_size < 2_000_000
    return path


def _write_file(path: Path, every: int) -> Path:
    sample = read_dataset(SAMPLE_PATH)
    images = sample.images.reshape(-1, 784)[::every].astype(np.float64)
    savemat(path, {"input_images": images, "output_labels": sample.labels[::every][:, None]})
    return path


@contextmanager
def open_behind(site: str, app: Server, browser: Browser, folder: Path) -> Iterator[Page]:
    with run_nginx(folder / "nginx", [app.port], site) as url:
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(f"{url}/data")
        yield tab
        context.close()


def test_every_page_opens_below_the_path(open_tab: OpenTab) -> None:
    tab = open_tab()

    for page in HEADINGS:
        go_to(tab, page)
        assert "/lab/" in tab.url


@pytest.mark.parametrize("page", ["data", "map", "operate", "game"])
def test_a_link_to_a_page_opens_below_the_path(open_tab: OpenTab, page: str) -> None:
    tab = open_tab(page)

    expect(tab.get_by_role("heading", level=1, name=HEADINGS[page.title()])).to_be_visible()
    settle(tab)


def test_a_digit_is_drawn_and_read_below_the_path(open_tab: OpenTab) -> None:
    tab = open_tab("draw")
    settle(tab)

    draw_stroke(tab, SEVEN)

    expect(tab.get_by_role("status", name="guess: 7")).to_be_visible()


def test_a_file_of_100_megabytes_is_uploaded(open_tab: OpenTab, large_file: Path) -> None:
    tab = open_tab("data")

    upload(tab, large_file)

    expect(tab.get_by_text("16,500").first).to_be_visible()


def test_the_log_of_the_proxy_holds_no_query_cookie_or_session(open_tab: OpenTab, proxy: Path) -> None:
    tab = open_tab("train?run=20260101-000000-s3cr")
    settle(tab)
    cookies = tab.context.cookies()

    log = "".join((proxy / name).read_text() for name in ("lab.access.log", "lab.error.log", "error.log"))

    assert "GET /lab/_stcore/stream 101" in log
    assert "PUT /lab/_stcore/upload_file 204" in log
    assert "s3cr" not in log
    assert not [cookie for cookie in cookies if cookie["value"] in log and len(cookie["value"]) > 1]


_ENCODED = r"""
map $upstream_http_set_cookie $encoded {
    "~^_streamlit_xsrf=(?<v>\d+)\|(?<m>\w+)\|(?<t>\w+)\|(?<d>\d+)(?<rest>;.*)?$"
        "_streamlit_xsrf=$v%7C$m%7C$t%7C$d$rest";
    default $upstream_http_set_cookie;
}
"""
_ENCODING_SITE = _ENCODED + SITE.replace(
    "proxy_request_buffering off;",
    "proxy_request_buffering off; proxy_hide_header Set-Cookie; add_header Set-Cookie $encoded;",
)


def test_a_proxy_that_encodes_cookies_anew_lets_uploads_through(
    app: Server, browser: Browser, tmp_path: Path, small_file: Path
) -> None:
    with open_behind(_ENCODING_SITE, app, browser, tmp_path) as tab:
        settle(tab)
        cookies = {cookie["name"]: cookie["value"] for cookie in tab.context.cookies()}
        assert "%7C" in cookies["_streamlit_xsrf"]

        upload(tab, small_file)


def test_a_proxy_that_limits_the_body_is_told_of_in_a_sentence(
    app: Server, browser: Browser, tmp_path: Path, small_file: Path
) -> None:
    with open_behind(
        SITE.replace("client_max_body_size 500m", "client_max_body_size 1m"), app, browser, tmp_path
    ) as tab:
        settle(tab)
        if (ways_in := tab.get_by_text("Open another data set")).is_visible():
            ways_in.click()
        choose_file(tab, small_file)

        alert = tab.get_by_role("alert").filter(has_text="lets no file of this size through")
        expect(alert).to_contain_text("up to 500 MB")
        expect(alert).to_contain_text("client_max_body_size 500m")
        upload(tab, _write_file(tmp_path / "smaller.mat", every=50))
        expect(alert).to_be_hidden()
