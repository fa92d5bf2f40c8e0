"""A tab of the app without a browser: what it would ask the server, it asks."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_OPEN_S = 15.0  # after which Streamlit's page takes the server to be away
_ANSWER_S = 60.0
_LONGEST_S = 3600.0  # what refreshes itself more seldom is there for browsers that find the app again
_ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


@dataclass
class _Cached:
    """When a message was last of use, in runs, and the fragment that it is of."""

    seen: int
    fragment: str


@dataclass(frozen=True)
class _Shown:
    """What is said of a widget on the page, and the fragment that runs when it is used."""

    label: str
    fragment: str


class Tab:
    """One open tab: a session of the app, by Streamlit's own messages over its WebSocket.

    It opens pages, has what refreshes itself refreshed as a browser has it, and notes what the app says is
    wrong. It says which messages it still has, as a browser does, so that they are not sent twice. What a
    component's script would do in a browser is not done.

    Parameters
    ----------
    connection : ClientConnection
        To the server's stream.
    is_following : bool
        Whether fragments are refreshed at the pace that the server asks for; else only by `refresh`.
    hear : callable
        Gets all that the server sends, as it comes.
    """

    def __init__(
        self,
        connection: ClientConnection,
        is_following: bool = True,
        hear: Callable[[bytes], object] = len,
    ) -> None:
        self.path = ""
        """Of the page that was asked for last."""
        self.errors: list[tuple[str, str]] = []
        """What was shown as an exception or as an error, behind the path of its page."""
        self.n_refreshed = 0
        """How often a fragment was refreshed."""
        self.widgets: dict[str, str] = {}
        """The kinds of all that was shown and can be changed, by their ids."""
        self._connection = connection
        self._is_following = is_following
        self._hear = hear
        self._hashes: dict[str, str] = {}  # of the pages, by their paths
        self._page, self._query = "", ""
        self._intervals: dict[str, float] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._containers: set[str] = set()
        self._shown: dict[str, _Shown] = {}  # widgets, by their ids
        self._widgets: dict[str, WidgetState] = {}
        self._awaited = b""
        self._came: float | None = None
        self._cache: dict[str, _Cached] = {}
        self._n_runs, self._most_age = 0, 0
        self._end: asyncio.Future[None] | None = None
        self._fragment = ""  # whose end is waited for
        self._takers: dict[str | None, Callable[[ForwardMsg], None]] = {
            "auto_rerun": self._follow,
            "delta": self._look_at_delta,
            "navigation": self._note_pages,
            "new_session": self._begin_run,
            "page_info_changed": self._note_query,
            "page_not_found": self._look_for_errors,
            "ref_hash": self._use_cached,
            "script_finished": self._end_run,
            "session_event": self._look_for_errors,
            "stop_auto_rerun": self._stop_following,
        }

    async def visit(self, path: str, query: str = "") -> float:
        """Open a page, by its path, and return the seconds until it is all there.

        Raises
        ------
        TimeoutError
            If it never is.
        ConnectionError
            If the server ends the connection.
        """
        self._forget_fragments()
        self.path = path
        self._widgets.clear()
        begin = time.perf_counter()
        self._page, self._query = self._hashes.get(path, ""), query
        await self._ask(page_name="" if self._page else path)
        return time.perf_counter() - begin

    async def refresh(self) -> int:
        """Refresh once all that refreshes itself, one after the other; return how much that is."""
        before = self.n_refreshed
        for fragment in tuple(self._intervals):
            if fragment in self._intervals:  # else the page was run again meanwhile
                await self._ask(fragment, is_by_itself=True)
        return self.n_refreshed - before

    async def choose(self, key: str, label: str) -> None:
        """Click one of the tabs on the page, whose container has a key, and wait until it is all there."""
        tab = next(one for one in self._containers if one.endswith(f"-{key}"))
        self._widgets[tab] = WidgetState(id=tab, string_value=label)
        await self._ask()

    async def forge(self, *states: WidgetState) -> None:
        """Send other states of widgets, of any shape, and wait until the page is all there."""
        self._widgets = {state.id: state for state in states}
        await self._ask()

    async def send(self, data: bytes) -> None:
        """Send anything, and wait for nothing."""
        await self._connection.send(data)

    def is_there(self, name: str) -> bool:
        """Say whether the page has a widget of that label, or whose key is that."""
        return self._find(name) is not None

    def put(self, name: str, **value: Any) -> None:
        """Have a widget hold something, which goes along with what is asked next; raises as `use` does."""
        widget = self._get(name)
        self._widgets[widget] = WidgetState(id=widget, **value)

    async def use(self, name: str, awaited: str = "", **value: Any) -> float:
        """Use a widget, by its label or its key, as a hand does.

        Parameters
        ----------
        name : str
            The label, or the key.
        awaited : str
            Letters of the message that brings what one waits for; without, one waits until all is there.
        **value : object
            The field of `WidgetState` with what the widget holds then; a click where none is given.

        Returns
        -------
        float
            Seconds until what was awaited came.

        Raises
        ------
        LookupError
            If the page has no such widget, or what was awaited did not come.
        TimeoutError, ConnectionError
            As `visit` does.
        """
        widget = self._get(name)
        self.put(name, **(value or {"trigger_value": True}))
        self._awaited, self._came = awaited.encode(), None
        begin = time.perf_counter()
        try:
            await self._ask(self._shown[widget].fragment)
        finally:
            self._awaited = b""
            if not value:
                self._widgets.pop(widget, None)
        if awaited and self._came is None:
            raise LookupError(f"{self.path} does not say {awaited!r} to {name!r}.")
        return (self._came or time.perf_counter()) - begin

    def _get(self, name: str) -> str:
        if (widget := self._find(name)) is None:
            raise LookupError(f"{self.path} has no {name!r}.")
        return widget

    def _find(self, name: str) -> str | None:
        for widget, shown in reversed(self._shown.items()):
            if shown.label == name or widget.endswith(f"-{name}"):
                return widget
        return None

    async def read(self) -> None:
        """Take what the server sends, until the connection ends."""
        try:
            async for data in self._connection:
                assert isinstance(data, bytes)
                self._hear(data)
                if self._awaited and self._came is None and self._awaited in data:
                    self._came = time.perf_counter()
                self._take(ForwardMsg.FromString(data))
        except ConnectionClosed:
            pass
        finally:
            self._forget_fragments()
            if self._end is not None and not self._end.done():
                self._end.set_exception(ConnectionError("The server has ended the connection."))

    async def _ask(self, fragment: str = "", page_name: str = "", *, is_by_itself: bool = False) -> None:
        self._end, self._fragment = asyncio.get_running_loop().create_future(), fragment
        try:
            await self._send(fragment, page_name, is_by_itself=is_by_itself)
            await asyncio.wait_for(self._end, _ANSWER_S)
        except TimeoutError:
            raise TimeoutError(f"No answer within {_ANSWER_S:.0f} s.") from None
        finally:
            self._end, self._fragment = None, ""

    async def _send(self, fragment: str = "", page_name: str = "", *, is_by_itself: bool = False) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.fragment_id, state.is_auto_rerun = fragment, is_by_itself
        state.page_script_hash, state.page_name, state.query_string = self._page, page_name, self._query
        state.widget_states.widgets.extend(self._widgets.values())
        state.cached_message_hashes.extend(self._cache)
        state.context_info.timezone = "UTC"
        await self._connection.send(message.SerializeToString())

    def _take(self, message: ForwardMsg) -> None:
        """Do what a browser does with a message, as far as the server could notice."""
        if message.metadata.cacheable:
            self._cache[message.hash] = _Cached(self._n_runs, message.delta.fragment_id)
        kind = message.WhichOneof("type")
        if kind in self._takers:
            self._takers[kind](message)

    def _use_cached(self, message: ForwardMsg) -> None:
        self._cache[message.ref_hash].seen = self._n_runs

    def _note_pages(self, message: ForwardMsg) -> None:
        self._hashes = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}

    def _note_query(self, message: ForwardMsg) -> None:
        self._query = message.page_info_changed.query_string

    def _look_at_delta(self, message: ForwardMsg) -> None:
        self._containers.add(message.delta.add_block.tab_container.id)
        element = message.delta.new_element
        part = getattr(element, element.WhichOneof("type") or "", None)
        if widget := getattr(part, "id", ""):
            self._shown.pop(widget, None)  # the latest last
            self._shown[widget] = _Shown(getattr(part, "label", ""), message.delta.fragment_id)
        shown = message.delta.new_element.WhichOneof("type")
        if widget := getattr(getattr(message.delta.new_element, shown or "", None), "id", ""):
            self.widgets[widget] = shown or ""
        self._look_for_errors(message)

    def _look_for_errors(self, message: ForwardMsg) -> None:
        element, event = message.delta.new_element, message.session_event
        if message.HasField("page_not_found"):
            self._note_error("there is no such page")
        if event.HasField("script_compilation_exception"):
            self._note_error(event.script_compilation_exception.message)
        if element.HasField("exception"):
            self._note_error(f"{element.exception.type}: {element.exception.message}")
        if element.HasField("alert") and element.alert.format == Alert.ERROR:
            self._note_error(element.alert.body)

    def _note_error(self, words: str) -> None:
        self.errors.append((self.path, words))

    def _begin_run(self, message: ForwardMsg) -> None:
        self._most_age = message.new_session.config.max_cached_message_age
        if not message.metadata.run.fragment_ids:
            self._forget_fragments()
            self._containers.clear()
            self._shown.clear()
            self._page = message.new_session.page_script_hash

    def _end_run(self, message: ForwardMsg) -> None:
        fragments = message.metadata.run.fragment_ids
        is_awaited = message.script_finished in _ENDS or self._fragment in fragments
        if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._age_cache(fragments)
            self.n_refreshed += len(fragments)
            if self._end is not None and not self._end.done() and is_awaited:
                self._end.set_result(None)

    def _age_cache(self, fragments: Iterable[str]) -> None:
        """Forget messages that several runs have not used: of fragments that have run, else all such."""
        self._n_runs += 1
        of = set(fragments)
        for key, cached in tuple(self._cache.items()):
            if (not of or cached.fragment in of) and self._n_runs - cached.seen > self._most_age:
                del self._cache[key]

    def _follow(self, message: ForwardMsg) -> None:
        fragment, interval_s = message.auto_rerun.fragment_id, message.auto_rerun.interval
        if self._intervals.get(fragment) == interval_s or interval_s > _LONGEST_S:
            return
        self._forget_fragments([fragment])
        self._intervals[fragment] = interval_s
        if self._is_following:
            self._timers[fragment] = asyncio.create_task(self._refresh_forever(fragment, interval_s))

    def _stop_following(self, message: ForwardMsg) -> None:
        self._forget_fragments(message.stop_auto_rerun.fragment_ids)

    async def _refresh_forever(self, fragment: str, interval_s: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(interval_s)
                await self._send(fragment, is_by_itself=True)

    def _forget_fragments(self, fragments: Iterable[str] | None = None) -> None:
        for fragment in tuple(self._intervals) if fragments is None else fragments:
            self._intervals.pop(fragment, None)
            if timer := self._timers.pop(fragment, None):
                timer.cancel()


@asynccontextmanager
async def open_tab(
    url: str, is_following: bool = True, cookies: str = "", hear: Callable[[bytes], object] = len
) -> AsyncIterator[Tab]:
    """Open a tab, on no page yet, by some cookies; it is closed in the end.

    Raises
    ------
    OSError, TimeoutError, websockets.exceptions.InvalidHandshake
        If the server turns it away.
    """
    stream = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(
        stream,
        subprotocols=[Subprotocol("streamlit")],
        compression=None,  # which the server does not use either
        open_timeout=_OPEN_S,
        max_size=None,
        ping_interval=None,
        additional_headers={"Cookie": cookies} if cookies else None,
    ) as connection:
        tab = Tab(connection, is_following, hear)
        reading = asyncio.create_task(tab.read())
        try:
            yield tab
        finally:
            await connection.close()
            await reading
