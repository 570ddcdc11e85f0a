"""The desk of a command: its pump, what it prints, what it asks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from host_tools.cli.output import Output
from host_tools.cli.problems import Problem
from host_tools.cli.worlds import Reached, reach
from host_tools.link.client import LinkClient, Reply
from host_tools.link.errors import NoAnswerError
from host_tools.link.keyring import Keyring

_PROMPT_NS = 500_000_000
_PATIENCE_S = 15  # behind a socket may be an emulated chip, slower than its own time
NOTHING_SENT = "Nothing was sent; a running pump goes on by itself."


@dataclass(frozen=True)
class Pump:
    """A pump that has answered: hello is its reply."""

    world: Reached
    client: LinkClient
    hello: Reply


class Desk:
    """port: as given; yes: every question is answered yes."""

    def __init__(self, port: str, as_json: bool, line: str) -> None:
        self.port = port
        self.out = Output(as_json)
        self.line = line
        self.argument = "FILE"

    @contextmanager
    def pump(self) -> Iterator[Pump]:
        """Reach the pump and say hello; raises PumpError."""
        with reach(self.port) as world:
            client = self.client(world)
            try:
                hello = client.connect()
            except NoAnswerError as error:
                raise self._prompt(world) or error from None
            if "://" in world.name:
                client.timeout_s = _PATIENCE_S
            yield Pump(world, client, hello)

    @contextmanager
    def silent_pump(self) -> Iterator[Pump]:
        """Reach the pump without a word, for what must not wait for a hello."""
        with reach(self.port) as world:
            yield Pump(world, self.client(world), {})

    def client(self, world: Reached) -> LinkClient:
        """A client with this host's keys; a simulated pump has keys of its own."""
        return LinkClient(world.transport, keyring=Keyring(world.keys))

    def _prompt(self, world: Reached) -> Problem | None:
        """What to say where MicroPython's prompt answers instead of a pump."""
        world.transport.write(b"\r\n")
        if b">>>" not in world.transport.read(_PROMPT_NS):
            return None
        return Problem(
            "board",
            f"{world.name} answers with MicroPython's prompt: no pump program runs there",
            safe="No program drives the motor; the board's resistors hold its driver off.",
            cause="the board is in maintenance, or has lost its file system and the program in it",
            next_line="picodose flash",
        )

    def pace(self, pump: Pump, span_s: float) -> None:
        """Let the pump's time pass; a person at a terminal who watches a simulated pump sees it
        second by second.
        """
        pump.world.wait(span_s)
        if pump.world.kind != "board" and sys.stdout.isatty() and not self.out.as_json:
            time.sleep(1)

    def say(self, *parts: Any) -> None:
        """Print for a person."""
        self.out.say(*parts)

    def result(self, data: dict[str, Any], *parts: Any) -> None:
        """End well: `data` for --json, `parts` for a person."""
        self.out.result(data, *parts)

    @contextmanager
    def progress(self, what: str, whole: float) -> Iterator[Callable[[float], None]]:
        """A bar on a terminal, nothing elsewhere; yields what to call with what is done."""
        if self.out.as_json or not sys.stderr.isatty():
            yield lambda _done: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=whole)
            yield lambda done: bar.update(task, completed=done)

    def ask(self, question: str, yes: bool, named: str = "") -> None:
        """Go on only if a person (or --yes) says yes; raises Problem. named: what has to stand in
        the command line beside --yes.
        """
        if yes:
            return
        if self.out.as_json or not sys.stdin.isatty():
            raise Problem(
                "usage",
                f'nobody is there to answer "{question}"',
                safe=NOTHING_SENT,
                cause="with --json, or without a terminal, a question must be answered before",
                next_line=f"{self.line}{named} --yes",
            )
        try:
            answer = input(f"{question} [y/N] ").strip().lower()
        except (KeyboardInterrupt, EOFError):
            answer = ""
            print(file=sys.stderr)
        if answer not in ("y", "yes"):
            raise Problem(
                "no",
                "you did not say yes",
                safe="Nothing was changed; the pump goes on with what it was doing.",
                cause="that was your decision",
                next_line=self.line,
            )
