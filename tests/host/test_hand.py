"""The bench of a served pump at its own port: what a hand may do there, and which scale it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from host_tools.cli.problems import Problem
from host_tools.cli.served import ServedBench
from host_tools.hand import DEEDS, BenchPort
from host_tools.sim_server import pump_of

NAMES = ("socket://127.0.0.1:4000", "/dev/pts/7")


class Wire:
    """Holds what was sent, and what came back."""

    def __init__(self) -> None:
        self.sent = b""
        self.back = b""

    def reading(self) -> list[int]:
        return []

    def read(self) -> bytes:
        sent, self.sent = self.sent, b""
        return sent

    def write(self, data: bytes) -> None:
        self.back += data


@pytest.fixture
def served() -> tuple[Wire, BenchPort, Any]:
    pico, bench = pump_of("virtual")
    wire = Wire()
    return wire, BenchPort(wire, pico, bench, NAMES), (pico, bench)


def asked(served: tuple[Wire, BenchPort, Any], line: bytes) -> Any:
    """The answer to one line."""
    wire, bench, _ = served
    wire.sent, wire.back = line + b"\n", b""
    bench.serve()
    return json.loads(wire.back)


def test_a_hand_presses_breaks_pours_and_reads_the_scale(
    served: tuple[Wire, BenchPort, Any],
) -> None:
    pico, bench = served[2]
    told = asked(served, b'["press", "service", 1000]')
    assert told["ok"] == 1 and pico.lines[pico.board.buttons["service"]].level() == 0
    asked(served, b'["fault", "loosen", true]')
    assert bench.path.loose
    assert asked(served, b'["reservoir.fill", 5000000]')["ok"] == 1
    assert asked(served, b'["scale"]')["pump"] == list(NAMES)


@pytest.mark.parametrize("line", [b'["attach", 1]', b'["__class__"]', b"7", b"x", b'["press"]'])
def test_nothing_else_can_be_done_there(served: tuple[Wire, BenchPort, Any], line: bytes) -> None:
    assert asked(served, line)["ok"] == 0


def test_a_line_may_come_in_pieces(served: tuple[Wire, BenchPort, Any]) -> None:
    wire, bench, _ = served
    wire.sent = b'["sca'
    bench.serve()
    assert wire.back == b"" and "scale" in DEEDS
    assert asked(served, b'le"]')["ok"] == 1


def test_the_scale_under_another_pump_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    far = ServedBench.__new__(ServedBench)
    far.name = "socket://127.0.0.1:4001"
    told = {"ok": 1, "pump": list(NAMES), "scale_mg": 12.5}
    monkeypatch.setattr(ServedBench, "do", lambda _self, _verb: told)
    assert far.scale_mg(NAMES[1]) == 12.5
    with pytest.raises(Problem, match="another pump"):
        far.scale_mg("/dev/ttyACM0")
