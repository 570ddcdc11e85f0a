"""Every bad request line of the vector file, sent to the pump on the official firmware."""

from __future__ import annotations

import json
from typing import Any

import pytest

from picodose import codes
from shim.emulated.pico import EmulatedPico
from tests.emulator.conftest import Boards
from tests.emulator.watch import STEP, Edges, connected
from tests.unit.link_bench import bad_lines, reply_of

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
ANSWER_MS = 500
_CHANGING = ("uptime_ms", "running_ms", "heap_free", "events", "id")


def answers(pico: EmulatedPico, raw: bytes) -> list[dict[str, Any]]:
    """Send one line; everything that is answered to it."""
    pico.receive()
    pico.send(raw + b"\n")
    start = len(pico.console)
    pico.until(lambda: pico.console[start:].endswith(b"\n"), ANSWER_MS)
    return [reply_of(line) for line in pico.receive().splitlines() if line]


def state_of(pico: EmulatedPico) -> dict[str, Any]:
    """All of the status that only an accepted request may change."""
    status = connected(pico).status()
    return {key: value for key, value in status.items() if key not in _CHANGING}


@pytest.mark.req("LIM-7")
def test_every_second_bad_line_is_refused_with_its_code_and_changes_nothing(
    boards: Boards,
) -> None:
    def body(pico: EmulatedPico) -> tuple[list[tuple[str, str]], Any, Any, Any]:
        edges, before = Edges(pico, STEP), state_of(pico)
        wrong = []
        for code, why, raw in bad_lines()[::2]:  # the other worlds take them all
            found = answers(pico, raw)
            named = [codes.name_of(reply.get("code", 0)) for reply in found if not reply["ok"]]
            if named != [code] or len(found) != 1:
                wrong.append((why, json.dumps(found)))
        return wrong, before, state_of(pico), edges.ns

    wrong, before, after, edges = boards.run("pump", body, wall_limit_s=600)
    assert wrong == []
    assert after == before
    assert edges == []


def test_at_least_sixty_lines_are_sent() -> None:
    assert len(bad_lines()[::2]) >= 60
