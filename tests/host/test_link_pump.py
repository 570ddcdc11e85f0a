"""The link of the whole pump: real device code on the virtual Pico, spoken to in virtual time."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from host_tools.link import PumpRestartedError, RefusedError, SimTransport
from host_tools.rx import limits_of, read_plan
from host_tools.sim_server import virtual_pump
from picodose import codes
from shim.virtual_pico import VirtualPico
from tests.scenario.delivery_rig import Rig
from tests.scenario.journal_view import journal
from tests.unit.link_bench import bad_lines, framed, reply_of
from tests.willing import WillingClient

PLAN = read_plan(
    Path(__file__).resolve().parent.parent.parent / "host_tools" / "examples" / "constant.toml",
    limits_of(),
)


def running_pump() -> tuple[VirtualPico, WillingClient]:
    """A pump that gives 24 uL/h, and its client."""
    pump = virtual_pump()
    pump.run_for(3000)
    client = WillingClient(SimTransport(pump))
    client.connect()
    client.load(PLAN.raw)
    client.request("start")
    return pump, client


@pytest.mark.req("LIM-7", "LNK-1")
def test_the_whole_pump_refuses_every_bad_line_and_doses_on() -> None:
    pump, client = running_pump()
    before = client.status()
    wrong = []
    for code, why, line in bad_lines():
        pump.send(line + b"\n")
        pump.run_for(250)  # a refused prescription is journaled first: a flash erase or two
        got = [codes.name_of(reply_of(r).get("code", 0)) for r in pump.receive().splitlines()]
        if got != [code]:
            wrong.append((why, code, got))
    assert wrong == []
    after = client.status()
    same = ("state", "mode", "digest", "rate_nl_h", "active", "faults")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    assert after["confirmed_steps"] > before["confirmed_steps"]


@pytest.mark.req("LNK-1")
def test_stop_is_answered_within_250_ms_behind_a_flood_of_random_lines(seed: int) -> None:
    pump, client = running_pump()
    rng = random.Random(seed)
    for _ in range(300):
        pump.send(rng.randbytes(rng.randrange(200)).replace(b"\x03", b"") + b"\n")
        pump.run_for(2)
    pump.receive()
    sent_ns = pump.now_ns
    client.stop()
    assert pump.now_ns - sent_ns <= 250_000_000
    assert client.request("status", page=0)["state"] == "stopped"


@pytest.mark.req("LNK-1")
def test_a_request_from_before_a_power_cut_is_refused_after_it() -> None:
    pump, client = running_pump()
    pump.power_cut()
    pump.run_for(3000)
    with pytest.raises(PumpRestartedError, match="start"):
        client.request("start")
    client.connect()
    assert client.status()["state"] == "running", "the committed prescription goes on by itself"


@pytest.mark.req("THER-11", "LNK-1")
@pytest.mark.parametrize("way", ["power", "watchdog"])
def test_a_bolus_that_was_taken_before_a_reset_is_not_given_again(way: str) -> None:
    rig = Rig()
    rig.start(PLAN.raw)
    body = '{"id":900,"cmd":"bolus","amount_nl":500,"duration_ms":60000}'
    rig.client.transport.write(framed(body))
    rig.run_for(5_000)
    if way == "power":
        rig.power_cut()
    else:
        rig.pico.reset("watchdog")
        rig.boot()
    assert rig.client.connect()["last_id"] == 900
    rig.pico.receive()
    rig.client.transport.write(framed(body))
    rig.run_for(500)
    (reply,) = [reply_of(line) for line in rig.pico.receive().splitlines()]
    assert (reply["code"], reply["value"]) == (codes.LINK_DONE, 900)
    assert len(journal(rig, codes.EV_BOLUS_BEGIN)) == 1 and rig.status()["bolus_nl"] == 0
    rig.client.request("clock", wall_s=850_000_000)


@pytest.mark.req("REC-2")
@pytest.mark.parametrize(
    ("command", "values", "code"),
    [
        ("start", {}, codes.NOT_STOPPED),
        ("ack", {"code": codes.AL_LOW_RESERVOIR}, codes.RANGE),
        ("ack", {"code": 1}, codes.RANGE),
        ("ack", {"code": 255}, codes.RANGE),
        ("battery", {}, codes.BATTERY_NOT_FULL),
    ],
)
def test_a_refused_order_is_journaled_and_heard(
    command: str, values: dict[str, int], code: int
) -> None:
    rig = Rig()
    rig.pico.set_adc_mv(0, 2_750)  # behind the divider: 5.5 V, not fresh
    rig.pico.power_cut()
    rig.boot()
    rig.start(PLAN.raw)
    rig.run_for(1_000)  # the confirmation ends
    before = journal(rig, codes.EV_REFUSED)
    asked_ns = rig.now_ns
    with pytest.raises(RefusedError, match=codes.name_of(code)):
        rig.client.request(command, **values)
    assert [entry.a for entry in journal(rig, codes.EV_REFUSED)[len(before) :]] == [code]
    rig.run_for(1_000)
    notes = [note for note in rig.bench.beeper.notes(rig.now_ns) if note.start_ns >= asked_ns]
    assert [round(note.frequency_hz, -1) for note in notes] == [220]


@pytest.mark.req("LNK-1")
def test_any_json_with_a_right_crc_is_answered_and_resets_nothing(seed: int) -> None:
    pump, client = running_pump()
    rng, boots = random.Random(seed), pump.boots
    for _ in range(150):
        body = json.dumps(some_json(rng, 3))
        pump.send(framed(body))
        pump.run_for(20)
    pump.run_for(9_000)
    assert (pump.boots, client.status()["state"]) == (boots, "running")


def some_json(rng: random.Random, depth: int) -> Any:
    """A value of any kind, with the names that the link knows."""
    words = ("id", "cmd", "page", "code", "", "start", "status", "ack", "log")
    pick = rng.randrange(6 if depth else 4)
    if pick == 4:
        return [some_json(rng, depth - 1) for _ in range(rng.randrange(3))]
    if pick == 5:
        return {rng.choice(words): some_json(rng, depth - 1) for _ in range(rng.randrange(4))}
    return (rng.choice(words), rng.randrange(-9, 999), None, rng.random())[pick]


@pytest.mark.req("THER-1")
def test_there_is_one_way_to_program_and_it_names_its_digest() -> None:
    pump, client = running_pump()
    assert client.request("status", page=0)["digest"] == PLAN.rx.digest
    client.stop()
    pump.run_for(10)
    assert client.load(PLAN.raw)["total_24h_nl"] == 576_000
