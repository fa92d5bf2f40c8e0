"""The gate in front of all pages where people enter by name: nothing passes without the token of a person.

It stands before Streamlit itself: neither pages nor their connections, uploads, downloads and parts of
components are reached by who is not known.
"""

import asyncio
import html
import secrets
from collections import Counter, deque
from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import parse_qsl, quote

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_core.ground.errors import LabError, PersonError
from mnist_core.ground.settings import People, Settings, fold_name, read_settings
from mnist_core.store.people.entering import TOKEN_DAYS, enter, make_token
from mnist_core.store.people.roll import Person, find_person, read_secret
from mnist_ui.addresses import find_base
from mnist_ui.server.health import PATHS
from mnist_ui.server.newcomers import Newcomers
from mnist_ui.server.told_files import ToldFiles
from mnist_ui.streamlit_insides import is_for_all_tabs
from mnist_ui.who import COOKIE, know, open_whole_store

OPEN_PATHS: Final = (*PATHS, "/_stcore/health")
"""What machines ask for, which tells nothing of anybody."""

PERSON_HEADER: Final = b"x-mnist-lab-person"
"""Tells Streamlit, by its option `trustedUserHeaders`, whose a connection is: nobody resumes another's."""

_ENTER, _LEAVE = "/enter", "/leave"
_FORM_COOKIE = "mnist-lab-form"  # shows that the form that is sent came from here
_FORM_S = 3600
_MOST_BYTES, _SEND_S = 8192, 20.0  # of a form, and how long it may take to come
_PAGE = Path(__file__).with_name("enter.html")
_MOST_AT_ONCE = 2  # codes that are looked at: each takes a core for 30 ms, and 19 MB
_MOST_OF_A_NAME, _MOST_WAITING = 3, 100  # who come in at once by one name, and by all
_MOST_TABS = 60  # of a person; each costs memory
_MOST_LEFT = 10_000  # tokens that were left behind, and are good for nothing until the app ends


class Gate:
    """ASGI middleware that lets people in.

    Parameters
    ----------
    app : ASGI application
        What stands behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._newcomers = Newcomers()
        self._told = ToldFiles()
        self._waiting: Counter[str] = Counter()
        self._tabs: Counter[str] = Counter()
        self._left: deque[str] = deque(maxlen=_MOST_LEFT)
        # Threads of their own: who tries codes keeps nobody's page waiting.
        self._turns = CapacityLimiter(_MOST_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass who is known; show others the way in."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        settings = read_settings()
        path = _cut_base(scope["path"])
        if path in OPEN_PATHS:
            await self._app(scope, receive, send)
        elif settings.people is not People.NAMES:
            await self._app(scope, _hold_back(receive), send)
        elif scope["type"] == "http" and path == _ENTER:
            await (await self._enter(settings, Request(scope, receive)))(scope, receive, send)
        elif scope["type"] == "http" and path == _LEAVE:
            await (await self._leave(settings, Request(scope)))(scope, receive, send)
        elif (person := await self._know(settings, scope)) and self._told.lets(person.id, path):
            await self._pass(settings, person, scope, receive, send)
        else:
            await _refuse(scope)(scope, receive, send)

    async def _know(self, settings: Settings, scope: Scope) -> Person | None:
        token = HTTPConnection(scope).cookies.get(COOKIE, "")
        return None if token in self._left else await run_in_threadpool(know, settings, token)

    async def _pass(
        self, settings: Settings, person: Person, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Hand on what a person sends, as theirs; of a connection that stays, as long as they are known."""
        own = _hold_back(receive)

        async def receive_of_known() -> Message:
            message = await own()
            if message["type"] == "websocket.receive" and await self._know(settings, scope) is None:
                return {"type": "websocket.disconnect", "code": 1008}
            return message

        async def send_and_note(message: Message) -> None:
            self._told.note(person.id, message.get("bytes") or b"")
            await send(message)

        headers = [one for one in scope["headers"] if one[0] != PERSON_HEADER]
        marked = {**scope, "headers": [*headers, (PERSON_HEADER, person.id.encode())]}
        if scope["type"] == "http":
            await self._app(marked, receive, send)
            return
        if self._tabs[person.id] >= _MOST_TABS:
            words = f"At most {_MOST_TABS} tabs can be open: close some."
            await PlainTextResponse(words, 429)(scope, receive, send)
            return
        self._tabs[person.id] += 1
        try:
            await self._app(marked, receive_of_known, send_and_note)
        finally:
            self._tabs[person.id] -= 1

    async def _enter(self, settings: Settings, request: Request) -> Response:
        if request.method not in ("GET", "POST"):
            return PlainTextResponse("Only GET and POST are answered here.", 405)
        if request.method == "GET":
            return _show_form(settings, request)
        form = await _read_form(request)
        if form is None:
            words = "What was sent is no name and code, or too long for them: type them."
            return _show_form(settings, request, words)
        if not _is_ours(request, form):
            return _show_form(settings, request, "The form was too old: type your name and code again.", form)
        try:
            token = await self._let_in(settings, form, request.client.host if request.client else "")
        except LabError as error:
            return _show_form(settings, request, str(error), form)
        response = RedirectResponse(_find_way_on(form.get("next", "")), 303)
        _set_cookie(response, request, COOKIE, token, TOKEN_DAYS * 86_400)
        response.delete_cookie(_FORM_COOKIE, path=find_base() + "/")
        return response

    async def _let_in(self, settings: Settings, form: Mapping[str, str], address: str) -> str:
        """Look at a name and code in their turn; return the token of who they are of."""
        name = fold_name(form.get("name", ""))
        if self._waiting[name] >= _MOST_OF_A_NAME or self._waiting.total() >= _MOST_WAITING:
            raise PersonError("Too many try to come in at this moment: wait some seconds, and try again.")
        self._waiting[name] += 1
        try:
            return await to_thread.run_sync(
                self._make_token, settings, form, name, address, limiter=self._turns
            )
        finally:
            self._waiting[name] -= 1
            self._waiting += Counter()  # without the names that nobody tries any more

    def _make_token(self, settings: Settings, form: Mapping[str, str], name: str, address: str) -> str:
        store = open_whole_store(settings)
        if find_person(store, name) is None:  # tries of a known name are counted with the name
            self._newcomers.count_try(address)
        words = (form.get(field, "") for field in ("name", "code", "class_code"))
        return make_token(read_secret(store), enter(store, settings, *words))

    async def _leave(self, settings: Settings, request: Request) -> Response:
        response = RedirectResponse(find_base() + _ENTER, 303)
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return response  # a page of others has no say
        if await self._know(settings, request.scope):  # tabs that are still open, and copies, end too
            self._left.append(request.cookies[COOKIE])
        response.delete_cookie(COOKIE, path=find_base() + "/")
        return response


def _hold_back(receive: Receive) -> Receive:
    """Hold back what one tab sends for all."""

    async def receive_own() -> Message:
        while (message := await receive())["type"] == "websocket.receive":
            if not is_for_all_tabs(message.get("bytes") or b""):
                break
        return message

    return receive_own


async def _read_form(request: Request) -> dict[str, str] | None:
    """Read what was typed; None where it is no form, more than a name and a code take, or does not come.

    Not by Starlette, which reads forms of any length, and files.
    """
    body = b""
    try:
        async with asyncio.timeout(_SEND_S):
            async for piece in request.stream():
                body += piece
                if len(body) > _MOST_BYTES:
                    return None
        return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=10))
    except (ValueError, TimeoutError, ClientDisconnect):
        return None


def _is_ours(request: Request, form: Mapping[str, str]) -> bool:
    """Say whether a form was shown to this browser: no other site can have it sent, with a code of theirs."""
    shown = request.cookies.get(_FORM_COOKIE, "")
    return bool(shown) and compare_digest(form.get("form", "").encode(), shown.encode())


def _show_form(
    settings: Settings, request: Request, trouble: str = "", form: Mapping[str, str] | None = None
) -> Response:
    form = form or {"next": request.query_params.get("next", "")}
    word = secrets.token_urlsafe(24)
    new = (
        '<label>Code of the class, for a new name<input name="class_code" type="password" maxlength="200" '
        'autocomplete="off"></label>'
    )
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(
        action=html.escape(find_base() + _ENTER),
        trouble=f'<p role="alert">{html.escape(trouble)}</p>' if trouble else "",
        name=html.escape(form.get("name", "")[:200]),
        class_code=new if settings.class_code else "",
        form=word,
        next=html.escape(form.get("next", "")),
    )
    response = HTMLResponse(page, 401 if trouble else 200, {"Cache-Control": "no-store"})
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'self'"
    )
    _set_cookie(response, request, _FORM_COOKIE, word, _FORM_S)
    return response


def _refuse(scope: Scope) -> Response:
    """Show a browser that asks for a page the way in; close what else is asked for."""
    asks_for_page = scope["type"] == "http" and "text/html" in HTTPConnection(scope).headers.get("accept", "")
    if asks_for_page and scope["method"] == "GET":
        query = scope["query_string"].decode("latin-1")
        way = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"{find_base()}{_ENTER}?next={quote(way)}", 303)
    return PlainTextResponse("Enter by your name and code first.", 401)


def _set_cookie(response: Response, request: Request, name: str, value: str, seconds: int) -> None:
    told = request.headers.get("x-forwarded-proto", request.url.scheme)  # by each proxy on the way
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=find_base() + "/",
        secure=told.split(",")[0].strip().lower() == "https",
        httponly=True,
        samesite="lax",
    )


def _find_way_on(way: str) -> str:
    """Return where to go after the form: a page of this server, else the first."""
    base = find_base()
    is_ours = way.startswith(f"{base}/") and not way.startswith(("//", "/\\")) and way.isprintable()
    return way if is_ours and "\\" not in way else f"{base}/"


def _cut_base(path: str) -> str:
    base = find_base()
    return path[len(base) :] if base and path.startswith(f"{base}/") else path
