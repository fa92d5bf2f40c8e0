"""Calls by HTTP as nobody's library makes them: whatever is sent, as it is."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

_ANSWER_S = 60.0
_FORM = re.compile(r'name="form" value="([^"]+)"')
_SET = re.compile(r"set-cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes
    ----------
    status : int
        0 where the connection was closed instead.
    text : str
        Head and body.
    """

    status: int
    text: str

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that are to be kept."""
        return dict(_SET.findall(self.text))


async def call(
    url: str, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Answer:
    """Make one call, on a connection of its own."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    lines = {"Host": place.netloc, "Connection": "close", "Accept": "text/html", **(headers or {})}
    if body:
        lines.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    try:
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
        await writer.drain()
        text = (await asyncio.wait_for(reader.read(), _ANSWER_S)).decode("utf-8", "replace")
    except OSError:
        return Answer(0, "")
    finally:
        writer.close()
    status = re.match(r"HTTP/1\.\d (\d{3})", text)
    return Answer(int(status[1]) if status else 0, text)


async def enter(url: str, form: Mapping[str, str]) -> Answer:
    """Fill the form in that stands before all pages."""
    shown = await call(url, "GET", "/enter")
    word = _FORM.search(shown.text)
    body = urlencode({**form, "form": word[1] if word else ""}).encode()
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in shown.cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return await call(url, "POST", "/enter", headers, body)
