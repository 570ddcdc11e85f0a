"""A live screen of one pump, which says so when it shows the past."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from host_tools.cli import record, typed, words, worlds
from host_tools.cli.commands.look import lines, whole
from host_tools.cli.desk import Desk, Pump
from host_tools.cli.problems import family_of
from host_tools.link.errors import PumpError

_EVERY_S = 1.0


def monitor(
    desk: Desk,
    span: Annotated[str, typer.Option("--for", help='end by itself, such as "10 min"')] = "",
    speed_factor: Annotated[
        float, typer.Option("--speed", min=0.1, help="of a simulated pump's time")
    ] = 1.0,
) -> None:
    """Show the status every second until Ctrl-C; after a lost link it connects again by itself.

    What is shown while the pump does not answer is marked as old. --json prints the last status.

    Example: picodose monitor --for "1 min"
    """
    screen = Screen(desk, typed.span_ms(span) / 1000 if span else None, speed_factor)
    try:
        with screen.live():
            screen.run()
    except KeyboardInterrupt:
        pass
    desk.result(screen.told, *([] if desk.out.as_json else screen.picture()))


class Screen:
    """left_s: how long to go on, None until Ctrl-C."""

    def __init__(self, desk: Desk, left_s: float | None, speed_factor: float) -> None:
        self.told: dict[str, Any] = {}
        self._desk = desk
        self._left_s = left_s
        self._speed = speed_factor
        self._read_s = time.monotonic()
        self._lost: PumpError | None = None
        self._shown: Any = None

    def live(self) -> Any:
        """rich's live display on a terminal."""
        from contextlib import nullcontext

        from rich.console import Console
        from rich.live import Live

        console = Console()
        if self._desk.out.as_json or not console.is_terminal:
            return nullcontext()
        self._shown = Live(console=console, screen=True, auto_refresh=False)
        return self._shown

    def run(self) -> None:
        """Look until the time is over; a pump that is away is tried again."""
        while self._left_s is None or self._left_s > 0:
            try:
                with self._desk.pump() as pump:
                    self._watch(pump)
            except PumpError as error:
                if family_of(error) not in ("no answer", "port") or not self.told:
                    raise
                self._lost = error
                self._show()
                self._pause(None)

    def picture(self) -> list[Any]:
        """The screen as it is: what the pump said, and whether that is old."""
        if self._lost is None:
            return lines(self.told) if self.told else []
        old_ms = round(time.monotonic() - self._read_s) * 1000
        return [f"STALE for {words.span(old_ms)}: {self._lost.what}", *lines(self.told)]

    def _watch(self, pump: Pump) -> None:
        while self._left_s is None or self._left_s > 0:
            found = pump.client.status()
            self.told, self._lost = whole(pump, found), None
            self._read_s = time.monotonic()
            self._show()
            self._pause(pump)
        record.note_status(pump, found)

    def _show(self) -> None:
        from rich.console import Group

        if self._shown is not None:
            self._shown.update(Group(*self.picture()), refresh=True)

    def _pause(self, pump: Pump | None) -> None:
        """A second: real on a terminal or a board, virtual at a simulated pump."""
        simulated = pump is not None and isinstance(pump.world, worlds.Simulated)
        if pump is not None:
            pump.world.wait(_EVERY_S * (self._speed if simulated else 1))
        if self._shown is not None and simulated or pump is None:
            time.sleep(_EVERY_S)
        if self._left_s is not None:
            self._left_s -= _EVERY_S * (self._speed if simulated else 1)
