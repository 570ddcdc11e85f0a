"""What a hand does at the bench of a pump that `make sim` serves: buttons, power, water, faults,
the scale. It goes through a port of the bench's own: a line of JSON there, a line back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from host_tools import simulated
from host_tools.faults import acts

DEEDS = ("press", "cut", "fault", "reservoir.drain", "reservoir.fill", "scale")
"""All that a bench's port takes: a deed's name and what belongs to it."""


class Wire(Protocol):
    """One way in and out for bytes (host_tools.sim_server)."""

    def reading(self) -> list[int]:
        """File descriptors to wait on."""

    def read(self) -> bytes:
        """What the host has sent; never waits."""

    def write(self, data: bytes) -> None:
        """Give the host what fits."""


class BenchPort:
    """The bench's own port. names: those of the pump's port, so that a scale can be told from
    that of another bench.
    """

    def __init__(self, wire: Wire, pico: Any, bench: Any, names: Sequence[str]) -> None:
        self._wire = wire
        self._pico = pico
        self._bench = bench
        self._names = list(names)
        self._begun = b""
        self.reading: Callable[[], list[int]] = wire.reading

    def serve(self) -> None:
        """Do what has been asked for since the last call."""
        *lines, self._begun = (self._begun + self._wire.read()).split(b"\n")
        for line in lines:
            self._wire.write(json.dumps(self._answer(line)).encode() + b"\n")

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            verb, *facts = json.loads(line)
            if verb not in DEEDS:
                return {"ok": 0, "why": f"a bench can do: {', '.join(DEEDS)}"}
            now_ns = self._pico.now_ns
            for act in acts(facts[0], facts[1], now_ns) if verb == "fault" else [[verb, *facts]]:
                if verb != "scale":
                    simulated.act(self._pico, self._bench, *act)
        except (ValueError, TypeError, LookupError) as error:
            return {"ok": 0, "why": str(error)}
        bench = self._bench
        told = {"scale_mg": bench.scale_mg(), "dispensed_nl": bench.dispensed_nl}
        told["density_mg_ul"] = bench.facts.scale.density_mg_per_ul
        return {"ok": 1, "pump": self._names, "now_ms": self._pico.now_ns // 10**6, **told}
