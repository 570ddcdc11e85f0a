"""The vector files of bad lines on the official firmware: all to the link, some to the pump."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from host_tools.link import Key, KeyRefusedError, Keyring
from picodose import codes
from shim.emulated.pico import EmulatedPico
from tests.emulator.conftest import Boards
from tests.emulator.watch import STEP, Edges, connected, constant
from tests.unit.link_bench import bad_lines, reply_of
from tests.unit.test_prescription import raw_of, rows

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
ANSWER_MS = 500
DATE_S = 900_000_000
WATER_UG_ML = 1_000_000
LINES_TO_THE_PUMP = 11  # every so-manieth: the link alone takes them all
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


def came_of(pico: EmulatedPico, line: str) -> str:
    """What the vectors' reader prints for a line."""
    start = len(pico.console)
    pico.send(line.encode() + b"\n")
    pico.until(lambda: pico.console[start:].endswith(b"\n"), ANSWER_MS)
    return pico.console[start:].decode().strip()


@pytest.mark.req("LIM-7")
def test_every_bad_line_and_prescription_is_refused_for_its_own_reason(boards: Boards) -> None:
    lines = [(code, why, (raw + b"\n").hex()) for code, why, raw in bad_lines()]
    for code, why, text in rows("bad_prescriptions.txt"):
        lines.append((code, why, "rx" + raw_of(text).hex()))
    assert len(lines) >= 200

    def body(pico: EmulatedPico) -> list[tuple[str, str, str]]:
        found = [(code, why, came_of(pico, line)) for code, why, line in lines]
        return [(code, why, came) for code, why, came in found if came != code]

    wrong = boards.run("link", body, wall_limit_s=800)
    assert wrong == []


@pytest.mark.req("LIM-7")
def test_the_running_pump_refuses_bad_lines_and_nothing_changes(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[list[tuple[str, str]], Any, Any, Any]:
        edges, before = Edges(pico, STEP), state_of(pico)
        wrong = []
        for code, why, raw in bad_lines()[::LINES_TO_THE_PUMP]:
            found = answers(pico, raw)
            named = [codes.name_of(reply.get("code", 0)) for reply in found if not reply["ok"]]
            if named != [code] or len(found) != 1:
                wrong.append((why, json.dumps(found)))
        return wrong, before, state_of(pico), edges.ns

    wrong, before, after, edges = boards.run("pump", body, wall_limit_s=600)
    assert wrong == []
    assert after == before
    assert edges == []


@pytest.mark.req("DEL-4", "LIM-6")
def test_a_weighed_ratio_leaves_nothing_long_for_the_interrupt(boards: Boards) -> None:
    """12.4 nL a step, an exact ratio of large numbers: 1 mL/h is 22.4 steps/s."""
    points = [[rate, 8000, 99_200] for rate in (500_000, 1_000_000, 2_000_000) for _ in range(3)]

    def body(pico: EmulatedPico) -> tuple[Any, list[int]]:
        client, edges = connected(pico), Edges(pico, STEP)
        client.calibrate(points, DATE_S, WATER_UG_ML)
        client.load(constant(1_000_000))
        client.request("start")
        pico.run_for(4000)
        client.request("stop")
        return client.request("status", page=0), edges.rises_ns()

    status, rises_ns = boards.run("pump", body, wall_limit_s=600)
    assert status["calibration"] == "calibrated"
    assert status["state"] == "stopped" and status["missed_nl"] <= 25
    assert len(rises_ns) == status["confirmed_steps"] >= 60


@pytest.mark.req("SEC-1")
def test_a_signed_request_acts_on_the_official_firmware_and_a_forged_one_does_not(
    boards: Boards, tmp_path: Path
) -> None:
    def body(pico: EmulatedPico) -> tuple[list[int], int, int]:
        client = connected(pico)
        client.keyring = Keyring(tmp_path / "keys.json")
        pico.press("service", 1_000)
        key = client.enrol(3)
        pico.run_for(1_500)
        client.request("clock", wall_s=DATE_S)
        shift_s = client.request("clock", wall_s=DATE_S + 9)["shift_s"]
        client._key = Key(key.number, key.role, bytes(32))
        refused = []
        for _ in range(2):
            with pytest.raises(KeyRefusedError) as forged:
                client.request("clock", wall_s=DATE_S)
            refused.append(forged.value.code)
        from_ns = pico.now_ns
        client.request("status", page=0)
        return refused, shift_s, (pico.now_ns - from_ns) // 1_000_000

    refused, shift_s, status_ms = boards.run("pump", body, wall_limit_s=600)
    assert refused == [codes.KEY_WRONG] * 2 and shift_s in (8, 9)
    assert status_ms <= 46, "30 ms, and a collection of the heap that may fall into it"


@pytest.mark.req("LNK-1")
def test_a_status_takes_30_ms_and_a_thousand_entries_15_s(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[list[float], int, float]:
        client, took_ms = connected(pico), []
        for wall_s in range(DATE_S, DATE_S + 50):  # an entry each
            client.request("clock", wall_s=wall_s)
        for _ in range(5):
            from_ns = pico.now_ns
            client.request("status", page=0)
            took_ms.append((pico.now_ns - from_ns) / 1e6)
        from_ns = pico.now_ns
        entries = len(list(client.log(0)))
        return took_ms, entries, (pico.now_ns - from_ns) / 1e9

    took_ms, entries, log_s = boards.run("pump", body, wall_limit_s=600)
    assert median(took_ms) <= 30, took_ms  # a collection of the heap may fall into one
    assert entries >= 50 and log_s * 1000 / entries <= 15
