"""People who come in by the login of another service, an OpenID Connect provider that the tests start."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from playwright.sync_api import Browser, Page, expect
from visitor import OpenTab, go_to, open_sample, settle

from benchmarks.tabs.server import Server
from mnist_core.store import Database
from mnist_core.store.people.roll import list_people

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it leans on parts of Authlib that are about to move
    from oidc_provider_mock import User, run_server_in_thread

_SECRETS = Path(mkdtemp()) / "secrets.toml"
# The provider's thread meets them, in libraries of its own.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
LAB_SETTINGS = {
    "MNIST_LAB_PEOPLE": "login",
    "MNIST_LAB_HOST": "grace@example.org",
    "STREAMLIT_SECRETS_FILES": str(_SECRETS),
}
_USERS = (
    User(sub="1", claims={"name": "Ada <b>L.</b>", "email": "ada@example.org", "email_verified": True}),
    User(sub="2", claims={"name": "Ben", "email": "ben@example.org", "email_verified": True}),
)


@pytest.fixture(scope="module")
def provider(lab: Server) -> Iterator[None]:
    with run_server_in_thread(user_claims=_USERS) as server:
        _SECRETS.write_text(
            f"""
[auth]
redirect_uri = "{lab.address("oauth2callback")}"
cookie_secret = "a secret of the tests alone"
client_id = "lab"
client_secret = "told to the provider"
server_metadata_url = "http://localhost:{server.server_port}/.well-known/openid-configuration"
""",
            encoding="utf-8",
        )
        yield


@pytest.fixture
def open_tab(browser: Browser, lab: Server, provider: None) -> Iterator[OpenTab]:
    """Open tabs that go to the provider's pages too."""
    contexts = []

    def open_one(path: str = "") -> Page:
        contexts.append(browser.new_context())
        tab = contexts[-1].new_page()
        tab.goto(lab.address(path))
        return tab

    yield open_one
    for context in contexts:
        context.close()


def log_in(tab: Page, subject: str) -> None:
    tab.get_by_role("button", name="Log in").click()
    tab.get_by_role("textbox").first.fill(subject)
    tab.get_by_role("button", name=re.compile("authori|log|sign", re.IGNORECASE)).first.click()
    tab.get_by_text("Leave").wait_for()


def test_who_is_not_logged_in_sees_the_way_in_alone(open_tab: OpenTab) -> None:
    tab = open_tab("draw")

    expect(tab.get_by_role("button", name="Log in")).to_be_visible()
    expect(tab.get_by_role("heading", name="Draw")).to_have_count(0)
    expect(tab.get_by_role("link", name="Data")).to_have_count(0)


def test_each_login_has_a_space_of_its_own_that_it_finds_again(open_tab: OpenTab, lab: Server) -> None:
    ada, ben = open_tab(), open_tab()
    log_in(ada, "1")
    log_in(ben, "2")
    go_to(ada, "Data")
    open_sample(ada)

    go_to(ben, "Data")
    settle(ben)
    expect(ben.get_by_role("heading", name="MNIST sample")).to_have_count(0)
    again = open_tab()
    log_in(again, "1")
    go_to(again, "Data")
    expect(again.get_by_role("heading", name="MNIST sample")).to_be_visible()
    expect(again.get_by_text("Ada <b>L.</b>")).to_be_visible()
    store = Database(f"sqlite:///{lab.home / 'lab.db'}")
    assert sorted(one.name for one in list_people(store)) == ["Ada <b>L.</b>", "Ben"]
    store.close()


def test_who_leaves_is_known_no_more(open_tab: OpenTab) -> None:
    tab = open_tab()
    log_in(tab, "2")

    tab.get_by_role("button", name="Leave").click()
    tab.get_by_role("button", name="End session").click()

    expect(tab.get_by_role("button", name="Log in")).to_be_visible()
