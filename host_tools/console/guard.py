"""Who may talk to the console: the person at this machine, and no page of anybody else.

A page that can start a pump is worth an attack from another page in the same browser. Two ways are
known: a form or script of a foreign page that posts to 127.0.0.1 (its Origin gives it away), and a
foreign name that is made to point at 127.0.0.1 after its page was loaded (DNS rebinding; its Host
header gives it away). Both are refused before anything of the console sees them; so is a page that
would show the console in a frame of its own. Nothing is ever loaded from elsewhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_HEADERS = {
    b"content-security-policy": b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    b"frame-ancestors 'none'; form-action 'self'; base-uri 'self'",
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_REFUSED = b"Refused: this console answers only to its own page, under its own address.\n"


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def names(host: str, port: int) -> frozenset[str]:
    """What a browser may have in its address bar, as in a Host header."""
    known = {"127.0.0.1", "localhost", "[::1]"}
    known.add(f"[{host}]" if ":" in host else host)
    return frozenset(f"{name}:{port}" for name in known)


class Guard:
    """Lets a request or a web socket through to `app` if it names one of `hosts` as its host, and
    comes from no page at all or from a page of one of them.
    """

    def __init__(self, app: App, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, as ASGI gives it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif self.lets_in(scope["headers"]):
            await self._app(scope, receive, _with_headers(send))
        else:
            await _refuse(scope["type"], receive, send)

    def lets_in(self, headers: list[tuple[bytes, bytes]]) -> bool:
        """Whether Host and Origin are our own; a header that comes twice is nobody's."""
        hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
        origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
        ours = {f"http://{host}" for host in hosts}
        return len(hosts) == 1 and set(hosts) <= self._hosts and set(origins) <= ours


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if pair[0] not in _HEADERS]
            message["headers"] = [*kept, *_HEADERS.items()]
        await send(message)

    return sending


async def _refuse(kind: str, receive: Receive, send: Send) -> None:
    if kind == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 403, "headers": plain})
    await send({"type": "http.response.body", "body": _REFUSED})
