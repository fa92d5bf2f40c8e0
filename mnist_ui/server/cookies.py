"""Cookies as they were sent, behind a proxy that encodes them anew: `2|a1` comes back as `2%7Ca1`.

Streamlit takes a cookie of that form, and what a page makes of it, as it comes: it would refuse each upload.
"""

import re
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_HEADERS: Final = (b"cookie", b"x-xsrftoken", b"sec-websocket-protocol")
"""What holds a cookie's value."""

_ENCODED = re.compile(rb"%([2-7][0-9A-Fa-f])")
_APART = b' "%,;\\\x7f'  # tells values from one another, or encodes: it stays as it is


class PlainCookies:
    """ASGI middleware that takes the encoding off cookies.

    Parameters
    ----------
    app : ASGI application
        What stands behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what came, its cookies as they were set."""
        if scope["type"] in ("http", "websocket"):
            headers = [
                (name, decode_cookies(value) if name in _HEADERS else value)
                for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)


def decode_cookies(header: bytes) -> bytes:
    """Decode what a cookie may hold as it is; none of the lab or of Streamlit holds a percent sign."""
    return _ENCODED.sub(_decode, header)


def _decode(found: re.Match[bytes]) -> bytes:
    sign = bytes.fromhex(found[1].decode())
    return found[0] if sign in _APART else sign
