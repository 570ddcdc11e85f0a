"""`python -m host_tools.console`: the bench console, a page in the browser of this machine.

It opens on a virtual pump of its own, or on the one behind --port. Ctrl-C ends it; a virtual pump
ends with it, a real one goes on by itself.
"""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys

from host_tools.console import guard
from host_tools.console.deck import Deck
from host_tools.link.errors import PumpError

WEB_PORT = 8640
_OPEN = """\
What happened: the console was not opened on {host}.
Is the pump safe: nothing was sent to it.
Likely cause: {host} is an address that other machines can reach. The console has no password:
  whoever reaches it can start the pump.
Next: leave --host out; or, on a network where you trust everybody, add --open-to-the-network."""
_TAKEN = """\
What happened: the console cannot use {host}:{port}: {why}.
Is the pump safe: nothing was sent to it.
Likely cause: another console (or another program) has that port, or the address is not this
  machine's.
Next: python -m host_tools.console --web 0   takes any free port."""


def main(argv: list[str] | None = None) -> int:
    """Open the console and stay until Ctrl-C; returns the exit code (2: refused)."""
    args = _arguments(argv)
    if not (guard.is_loopback(args.host) or args.open_to_the_network):
        return _tell(_OPEN.format(host=args.host))
    if args.host in ("0.0.0.0", "::"):
        return _tell(_OPEN.format(host=args.host) + "\n  Name one address of this machine there.")
    try:
        port = free_port(args.host, args.web)
    except OSError as error:
        return _tell(_TAKEN.format(host=args.host, port=args.web, why=error.strerror))
    try:
        deck = Deck(
            args.port,
            speed_factor=args.speed,
            seed=args.seed,
            book=args.book,
            profile=args.profile,
        )
    except PumpError as error:
        return _tell(str(error))
    _open(deck, args.host, port, args.show and has_window())
    return 0


def free_port(host: str, wanted: int | None) -> int:
    """The port for the page: the wanted one (0: any), or the usual one if it is free; OSError."""
    if wanted is not None:
        return _bound(host, wanted)
    try:
        return _bound(host, WEB_PORT)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return _bound(host, 0)


def _bound(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def has_window() -> bool:
    """Whether a browser would have a screen to open on."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in screens)


def _open(deck: Deck, host: str, port: int, show: bool) -> None:
    from host_tools.console.server import serve

    deck.start()
    try:
        serve(deck, host, port, show)
    except KeyboardInterrupt:
        pass
    finally:
        deck.close()


def _tell(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


def _speed(text: str) -> float:
    speed = float("inf") if text == "max" else float(text)
    if not speed > 0:
        raise argparse.ArgumentTypeError("a number above 0, or max")
    return speed


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m host_tools.console", description=__doc__)
    add = parser.add_argument
    add("--port", default="sim:", help="sim: (the default), a serial port, or socket://HOST:PORT")
    add("--speed", type=_speed, default=1.0, help="of a virtual pump's time: a factor, or max")
    add(
        "--profile",
        default="sensed_step",
        help="virtual pump: of device/profiles; sensors: %(default)s",
    )
    add("--seed", type=int, default=1, help="of noise on the virtual bench")
    add("--book", help="file of the host's record; default: as the command line keeps it")
    add("--web", type=int, help=f"port of the page; default: {WEB_PORT}, or a free one")
    add("--host", default="127.0.0.1", help="address of the page")
    add("--open-to-the-network", action="store_true", help="allow another address than loopback")
    add("--no-show", dest="show", action="store_false", help="do not open a browser")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
