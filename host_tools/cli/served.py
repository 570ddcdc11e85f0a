"""The bench of a pump that `make sim` serves, at its own port: its hand and its scale."""

from __future__ import annotations

import json
import time
from typing import Any

from host_tools.cli.problems import Problem
from host_tools.link.errors import LinkLostError, PortError
from host_tools.link.transport import SerialTransport

_ANSWERS_NS = 30_000_000_000  # an emulated chip may be slow


class ServedBench:
    """At a URL such as socket://127.0.0.1:4001; raises Problem where no bench answers."""

    def __init__(self, url: str) -> None:
        self.name = url
        try:
            self._port = SerialTransport(url)
        except PortError as error:
            raise _none(url, str(error.__cause__)) from error

    def do(self, verb: str, *facts: Any) -> dict[str, Any]:
        """Do a deed of host_tools.hand.DEEDS; what the bench shows afterwards."""
        asked = json.dumps([verb, *facts]).encode() + b"\n"
        try:
            self._port.write(asked)
            told = self._line()
        except (LinkLostError, ValueError) as error:
            raise _none(self.name, str(error)) from error
        if not told.get("ok"):
            raise _none(self.name, str(told.get("why")))
        return told

    def _line(self) -> dict[str, Any]:
        said, end_ns = b"", time.monotonic_ns() + _ANSWERS_NS
        while b"\n" not in said and time.monotonic_ns() < end_ns:
            said += self._port.read(1_000_000_000)
        told: dict[str, Any] = json.loads(said)
        return told

    def scale_mg(self, pump: str) -> float:
        """What the scale shows; raises Problem where it is not the one under this pump."""
        told = self.do("scale")
        if pump not in told["pump"]:
            raise Problem(
                "usage",
                f"the scale at {self.name} stands under another pump: {', '.join(told['pump'])}",
                safe="The pump is stopped and keeps its old calibration.",
                cause="--port and --scale belong to different benches",
                next_line=f"picodose calibrate --scale {self.name} --port {told['pump'][0]}",
            )
        return float(told["scale_mg"])

    def wait(self, seconds: float) -> None:
        """Sleep: a served bench has its own pace."""
        time.sleep(seconds)

    def close(self) -> None:
        """Let the port go."""
        self._port.close()


def _none(url: str, why: str) -> Problem:
    return Problem(
        "port",
        f"no bench answers at {url} ({why})",
        safe="Nothing was done there; a running pump goes on by itself.",
        cause='`make sim` prints the port of "its bench"; a real bench has a hand and no port',
        next_line="make sim",
    )
