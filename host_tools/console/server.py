"""The web server of the console: its one page, its sounds, and STOP on a way of its own.

STOP is a plain request and no message of the page's web socket: it works while the page is still
loading, while its socket reconnects, and before anything else in the queue.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import Response
from fastapi.responses import JSONResponse
from nicegui import app, ui

from host_tools.console import guard, sounds
from host_tools.console.deck import Deck
from host_tools.console.desk import Desk
from host_tools.console.page import build
from host_tools.link.errors import PumpError

_STATIC = Path(__file__).parent / "static"
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<path fill="#1d6fb8" d="M16 3c5 7 9 11 9 16a9 9 0 0 1-18 0c0-5 4-9 9-16z"/></svg>'
)


def serve(deck: Deck, host: str, port: int, show: bool) -> None:
    """Serve the console until Ctrl-C."""
    desk = Desk(deck)
    _routes(deck)
    ui.page("/", title="picodose bench console", language="en-US")(lambda: build(desk))
    app.on_startup(lambda: _announce(host, port))
    app.add_middleware(guard.Guard, hosts=guard.names(host, port))
    ui.run(
        host=host, port=port, show=show, reload=False, favicon=_ICON, dark=None, tailwind=False,
        on_air=None, show_welcome_message=False, fastapi_docs=False, title="picodose",
        reconnect_timeout=10.0,
    )  # fmt: skip


async def _announce(host: str, port: int) -> None:
    """Print the address as soon as it answers."""
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            break
    shown = f"[{host}]" if ":" in host else host
    print(f"bench console: http://{shown}:{port}/   (Ctrl-C ends it)", flush=True)


def _routes(deck: Deck) -> None:
    app.add_static_files("/look", _STATIC, max_cache_age=0)

    @app.post("/stop")
    async def stop() -> Response:
        return await stopped(deck)

    for name in sounds.NAMES:
        app.get(f"/sounds/{name}.wav")(_sound(sounds.wav(name)))


def _sound(data: bytes):  # type: ignore[no-untyped-def]
    def sound() -> Response:
        return Response(data, media_type="audio/wav")

    return sound


async def stopped(deck: Deck) -> Response:
    """Stop the pump and say how that went."""
    try:
        await asyncio.wrap_future(deck.do("stop"))
    except PumpError as error:
        told = {"what": error.what, "safe": error.safe, "cause": error.cause}
        return JSONResponse(told | {"command": error.command}, status_code=502)
    return JSONResponse({"what": "The pump has answered to STOP."})
