"""What a browser asks of the gate, without a browser and without a network: calls by ASGI."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from starlette.types import Receive, Scope, Send

from mnist_ui.server.gate import Gate


@dataclass
class Behind:
    """What stands behind a gate: says what has come through, and takes what a connection sends."""

    passed: list[Scope] = field(default_factory=list)
    taken: list[Any] = field(default_factory=list)
    tells: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.passed.append(scope)
        if scope["type"] == "websocket":
            if self.tells:
                await send({"type": "websocket.send", "bytes": self.tells})
            while True:
                self.taken.append(await receive())
                if self.taken[-1]["type"] == "websocket.disconnect":
                    return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"behind the gate"})


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[bytes, bytes]]
    text: str

    @property
    def location(self) -> str:
        return dict(self.headers).get(b"location", b"").decode()

    @property
    def set_cookies(self) -> list[str]:
        return [value.decode() for name, value in self.headers if name == b"set-cookie"]


class Browser:
    """One browser before a gate: keeps its cookies.

    Parameters
    ----------
    gate : Gate
        That it asks.
    address : str
        Where it is.
    """

    def __init__(self, gate: Gate, address: str = "192.0.2.1") -> None:
        self.gate, self.address = gate, address
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **more: Any) -> Answer:
        return asyncio.run(self.ask("GET", path, **more))

    def post(self, path: str, form: Mapping[str, str] | bytes, **more: Any) -> Answer:
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        return asyncio.run(self.ask("POST", path, body=body, **more))

    def enter(self, name: str, code: str, **more: str) -> Answer:
        return asyncio.run(self.enter_soon(name, code, **more))

    async def enter_soon(self, name: str, code: str, **more: str) -> Answer:
        """Fill the form as a person does."""
        await self.ask("GET", "/enter")
        word = self.cookies["mnist-lab-form"]
        form = {"form": word, "name": name, "code": code, **more}
        return await self.ask("POST", "/enter", body=urlencode(form).encode())

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        path, _, query = path.partition("?")
        scope = self.make_scope("http", path, query, headers or {}) | {"method": method}
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.gate(scope, receive, send)
        text = b"".join(one.get("body", b"") for one in sent[1:]).decode()
        answer = Answer(sent[0]["status"], sent[0]["headers"], text)
        self._keep(answer)
        return answer

    def make_scope(
        self, kind: str, path: str, query: str = "", headers: Mapping[str, str] | None = None
    ) -> Any:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        all_headers = {"host": "lab.example", "accept": "text/html", "cookie": cookies, **(headers or {})}
        return {
            "type": kind,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "http",
            "server": ("lab.example", 80),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in all_headers.items()],
            "client": (self.address, 50_000),
        }

    def _keep(self, answer: Answer) -> None:
        for line in answer.set_cookies:
            for name, one in SimpleCookie(line).items():
                if one["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = one.value
