"""Who is let in to the console: its own page, and no other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from host_tools.console import __main__ as console
from host_tools.console import guard

HOSTS = guard.names("127.0.0.1", 8640)


async def _inside(scope: guard.Message, receive: guard.Receive, send: guard.Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def ask(kind: str = "http", *headers: tuple[str, str]) -> list[guard.Message]:
    """What the guarded application sends to a request."""
    sent: list[guard.Message] = []

    async def send(message: guard.Message) -> None:
        sent.append(message)

    async def receive() -> guard.Message:
        return {"type": "websocket.connect"}

    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope: dict[str, Any] = {"type": kind, "headers": raw}
    asyncio.run(guard.Guard(_inside, HOSTS)(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["127.0.0.1:8640", "localhost:8640", "LOCALHOST:8640"])
def test_its_own_page_is_let_in(host: str) -> None:
    (sent,) = ask("http", ("host", host), ("origin", f"http://{host}"))
    assert sent["status"] == 200
    named = dict(sent["headers"])
    assert b"frame-ancestors 'none'" in named[b"content-security-policy"]
    assert ask("http", ("host", host))[0]["status"] == 200  # typed by a person: no page, no origin


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "pump.example:8640")],  # a name that was made to point here
        [("host", "127.0.0.1:80")],
        [("host", "127.0.0.1:8640"), ("host", "127.0.0.1:8640")],
        [],
        [("host", "127.0.0.1:8640"), ("origin", "http://pump.example")],
        [("host", "127.0.0.1:8640"), ("origin", "null")],
        [("host", "127.0.0.1:8640"), ("origin", "http://localhost:8640")],
        [("host", "127.0.0.1:8640"), ("origin", "https://127.0.0.1:8640")],
    ],
)
def test_a_foreign_host_or_page_is_refused(headers: list[tuple[str, str]]) -> None:
    assert ask("http", *headers)[0]["status"] == 403
    assert ask("websocket", *headers) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "bench.example", "::"])
def test_an_address_that_others_reach_is_refused_unless_asked_for(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert console.main(["--host", host]) == 2
    said = capsys.readouterr().err
    assert "no password" in said and "--open-to-the-network" in said


def test_not_even_then_every_address_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert console.main(["--host", "0.0.0.0", "--open-to-the-network"]) == 2
    assert "Name one address" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told_when_it_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert console.main(["--web", str(port)]) == 2
        assert str(port) in capsys.readouterr().err
    assert console.free_port("127.0.0.1", 0) > 0
