"""A live screen of one pump, which says so when it shows the past."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from host_tools.cli import record, typed, worlds
from host_tools.cli.commands.look import lines, whole
from host_tools.cli.desk import Desk, Pump
from host_tools.link.errors import LinkLostError, NoAnswerError, PumpError

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
        self._stale = ""
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
        """Look until the time is over; a pump that is away is waited for."""
        with self._desk.pump() as pump:
            while self._left_s is None or self._left_s > 0:
                try:
                    self._look(pump)
                except (NoAnswerError, LinkLostError) as error:
                    self._lose(pump, error)
            if (seen := pump.client.seen()) is not None:
                record.note_status(pump, seen.status)

    def picture(self) -> list[Any]:
        """The screen as it is: what the pump said, and whether that is old."""
        stale = [self._stale] if self._stale else []
        return [*stale, *(lines(self.told) if self.told else [])]

    def _look(self, pump: Pump) -> None:
        self.told = {**whole(pump, pump.client.status()), "stale": False}
        self._stale = ""
        self._show()
        self._pass(pump, _EVERY_S)

    def _lose(self, pump: Pump, error: PumpError) -> None:
        """Mark what is shown as old, and look whether the pump is back."""
        seen = pump.client.seen()
        age = f"{seen.age_s:.0f} s old" if seen else "nothing was read yet"
        self.told["stale"], self._stale = True, f"STALE, {age}: {error.what}"
        self._show()
        try:
            pump.client.recover(_EVERY_S)
        except LinkLostError:
            self._pass(pump, _EVERY_S)

    def _show(self) -> None:
        from rich.console import Group
        from rich.text import Text

        if self._shown is not None:
            parts = [Text(one) if isinstance(one, str) else one for one in self.picture()]
            self._shown.update(Group(*parts), refresh=True)

    def _pass(self, pump: Pump, span_s: float) -> None:
        """Let time pass: real at a board and on a terminal, else the pump's own."""
        span_s *= self._speed if isinstance(pump.world, worlds.Simulated) else 1
        self._desk.pace(pump, span_s)
        if self._left_s is not None:
            self._left_s -= span_s
