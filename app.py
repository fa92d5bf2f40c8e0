"""Navigation and theme; and what the app does when it starts: it loads, and carries on runs that wait.

Streamlit imports this file as the server starts, for its `app`, and runs it as `__main__` for each visitor.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import mnist_ui
from mnist_core.ground.errors import LabError, PersonError
from mnist_core.ground.settings import People, read_settings
from mnist_core.ground.system import allow_many_files
from mnist_ui.following.waking import carry_on, say_home_trouble
from mnist_ui.glossary import show_glossary
from mnist_ui.loading import wait_for_pages
from mnist_ui.markdown import escape
from mnist_ui.server.cookies import PlainCookies
from mnist_ui.server.health import list_routes
from mnist_ui.server.logs import note_error, note_page, start_log
from mnist_ui.start.warming import warm_up
from mnist_ui.streamlit_insides import INHERITED_WORDS, NARROW_SIDEBAR, come_back, style

# A file of our own: the browser would fetch a named icon from the network.
_ICON = Path(mnist_ui.__file__).with_name("icon.svg")


@asynccontextmanager
async def _serve(_: st.App) -> AsyncIterator[None]:
    start_log()
    allow_many_files()
    warm_up()
    yield


def _guard() -> list[Middleware]:
    """Put the gate before all pages, where many people share the lab."""
    plain = Middleware(PlainCookies)
    try:
        if read_settings().people is People.ONE:
            return [plain]
    except LabError:  # the page says so, and nothing else
        return [plain]
    from mnist_ui.server.gate import Gate  # noqa: PLC0415 - it loads the store, for which one person need not wait

    return [plain, Middleware(Gate)]


def _list_pages(*, is_host: bool) -> dict[str, list[st.Page]]:
    return {
        "": [st.Page("pages/home.py", title="Home", icon=":material/home:", url_path="home", default=True)],
        "Teach a network": [
            st.Page("pages/data.py", title="Data", icon=":material/dataset:", url_path="data"),
            st.Page("pages/search.py", title="Search", icon=":material/tune:", url_path="search"),
            st.Page("pages/train.py", title="Train", icon=":material/model_training:", url_path="train"),
            st.Page("pages/results.py", title="Results", icon=":material/insights:", url_path="results"),
        ],
        "Look inside": [
            st.Page("pages/fields.py", title="Fields", icon=":material/blur_on:", url_path="fields"),
            st.Page("pages/map.py", title="Map", icon=":material/scatter_plot:", url_path="map"),
            st.Page("pages/operate.py", title="Operate", icon=":material/surgical:", url_path="operate"),
            st.Page("pages/riddle.py", title="Riddle", icon=":material/help:", url_path="riddle"),
            st.Page("pages/pictures.py", title="Pictures", icon=":material/stacks:", url_path="pictures"),
        ],
        "Let it read": [
            st.Page("pages/draw.py", title="Draw", icon=":material/draw:", url_path="draw"),
            st.Page("pages/game.py", title="Game", icon=":material/sports_esports:", url_path="game"),
        ],
        # Who types its address all the same is told whom it is for.
        "Look after it": [
            st.Page(
                "pages/people.py",
                title="People",
                icon=":material/groups:",
                url_path="people",
                visibility="visible" if is_host else "hidden",
            ),
        ],
    }


def _show_page() -> None:
    wait_for_pages()
    # Here, as it holds a component, which can only be made where an app runs.
    from mnist_ui.components.sight import see  # noqa: PLC0415
    from mnist_ui.start.way_in import show_visitor, show_way_in  # noqa: PLC0415 - these load the store
    from mnist_ui.who import keep_here, looks_after_lab, person  # noqa: PLC0415

    st.set_page_config(page_title="MNIST lab", page_icon=str(_ICON), layout="wide")
    style(INHERITED_WORDS, NARROW_SIDEBAR)
    if trouble := say_home_trouble():
        st.error(escape(trouble), icon=":material/error:")
        return
    carry_on()
    try:
        visitor = person()
    except PersonError as error:
        show_way_in(str(error))
        return
    page = st.navigation(_list_pages(is_host=looks_after_lab()), expanded=True)
    with st.sidebar:  # before the page, which may stop
        if visitor is not None:
            show_visitor(visitor)
        show_glossary()
    keep_here(page.url_path)
    note_page(page.url_path or "home", visitor)
    come_back()
    page.run()
    see()


if __name__ == "__main__":
    _show_page()
else:
    app = st.App(
        __file__,
        lifespan=_serve,
        routes=list_routes(),
        middleware=_guard(),
        on_script_error=note_error,
    )
