"""What tests see of a board's pins, and how they talk to it."""

from __future__ import annotations

from typing import Any

from host_tools.link import SimTransport
from picodose.therapy.prescription import encode
from shim.lines import expand_train
from shim.world import World
from tests.willing import WillingClient

STEP, DIR, ENABLE, BEEPER = 2, 3, 6, 15


class Edges:
    """Listener that keeps (t_ns, level) of one line of either world."""

    def __init__(self, world: World, line: int) -> None:
        self.ns: list[tuple[int, int]] = []
        world.lines[line].listen(self)

    def edge(self, t_ns: int, level: int) -> None:
        self.ns.append((t_ns, level))

    def train(self, t0_ns: int, period_ns: int, high_ns: int, count: int) -> None:
        self.ns += expand_train(t0_ns, period_ns, high_ns, count)

    def rises_ns(self) -> list[int]:
        return [t_ns for t_ns, level in self.ns if level]

    def rises_us(self) -> list[float]:
        return [t_ns / 1000 for t_ns in self.rises_ns()]

    def highs_ns(self) -> list[int]:
        """How long each pulse was high; a pulse still high is left out."""
        pairs = zip(self.ns, self.ns[1:], strict=False)
        return [end_ns - t_ns for (t_ns, level), (end_ns, _) in pairs if level]


def ask(world: World, line: str, limit_ms: float = 2000) -> str:
    """Send one line to a toy and return what it printed up to its ok."""
    start = len(world.console)
    world.send(line.encode() + b"\n")
    world.until(lambda: f"ok {line}".encode() in world.console[start:], limit_ms)
    return world.console[start:].decode()


def connected(world: World) -> WillingClient:
    """A link client that has said hello."""
    client = WillingClient(SimTransport(world))
    client.connect()
    return client


def constant(rate_nl_h: int) -> bytes:
    """The prescription of a constant rate."""
    return _encoded(mode="const", rate_nl_h=rate_nl_h)


def bolus(bolus_nl: int, bolus_ms: int) -> bytes:
    """The prescription of a single bolus."""
    return _encoded(mode="bolus", bolus_nl=bolus_nl, bolus_ms=bolus_ms)


def _encoded(**fields: Any) -> bytes:
    raw: bytes = encode({"v": 2, "fluid": "water", "conc_ug_ml": 0, **fields})
    return raw


def position_error_steps(rises_ns: list[int], steps_per_s: int) -> float:
    """How far pulse positions spread around an even train of that rate, in steps."""
    errors = [k - (t_ns - rises_ns[0]) * steps_per_s / 1e9 for k, t_ns in enumerate(rises_ns)]
    return max(errors) - min(errors)


def totals(printed: str) -> dict[str, int]:
    """The "name number" pairs of the toy's closing line."""
    words: list[Any] = printed.splitlines()[-2].split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}
