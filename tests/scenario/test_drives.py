"""The same scenarios on all three drives; the pins and each motor's plant judge (DEL-3)."""

from __future__ import annotations

import pytest

from tests.scenario.delivery_rig import MS, S, const_rx, day_rx, most_in
from tests.scenario.drive_rig import DriveRig, each_drive
from tests.scenario.pump_pins import ENABLE

RATE_NL_H = 1_000_000
START_S = 820_540_800  # 2026-01-01 00:00
ACROSS_RESETS = {"stepdir": 0.01, "uln2003": 5.01, "dc": 1.01}
"""Steps that the plant may be off for each reset: the place of the coils is lost with the RAM,
an on-time is cut."""


def running(name: str, ms: float = 5000, rate_nl_h: int = RATE_NL_H) -> DriveRig:
    """A pump at this rate."""
    rig = DriveRig(name)
    rig.start(const_rx(rate_nl_h))
    rig.run_for(ms)
    return rig


def assert_dispensed(rig: DriveRig, off_steps: float = 1.01) -> None:
    """The plant moved what the pins showed; a step that was cut short may be missing."""
    assert abs(rig.dispensed_steps() - rig.steps()) <= off_steps + 0.002 * rig.steps()


@pytest.mark.req("DEL-3", "DEL-1", "DEL-2")
@each_drive
def test_ordered_steps_go_out_evenly_and_the_plant_moves_them(name: str) -> None:
    rig = running(name, 6000)
    first_ns = rig.rises()[0]
    rig.run_for(120_000 - (rig.now_ns - first_ns) / MS)
    per_s = rig.drive.per_s(RATE_NL_H)
    assert abs(rig.steps() - 120 * per_s) <= 1 + per_s * rig.drive.tick_s
    assert most_in(rig.rises(), S) <= per_s + 2
    rig.run_for(1500)  # the last on-time has run out
    assert_dispensed(rig)
    rig.stop()
    rig.assert_booked()


@pytest.mark.req("DEL-3", "THER-1", "THER-7")
@each_drive
def test_a_day_program_with_a_bolus_gives_its_steps(name: str) -> None:
    rig = DriveRig(name)
    rig.client.request("clock", wall_s=START_S + 3540)
    rig.start(day_rx([[0, 250, 0, 0], [60, 250_000, 4_840, 30_000], [62, 500_000, 0, 0]]))
    rig.run_for(300_000)
    begun_s = (rig.now_ns - rig.rises()[0]) / S
    nl = 4_840 + 250_000 / 30 + 500_000 / 3600 * (begun_s - 120)
    per_s = rig.drive.per_s(500_000)
    assert abs(rig.steps() - nl / float(rig.drive.step_nl)) <= 2 + 2 * per_s
    rig.stop()
    rig.assert_booked()
    rig.run_for(200)
    assert_dispensed(rig)


@pytest.mark.req("DEL-3", "THER-4")
@each_drive
def test_a_prime_at_the_drives_highest_rate_loses_no_step(name: str) -> None:
    rig = DriveRig(name)
    reply = rig.client.request("prime", amount_nl=30_000)
    for _ in range(int(reply["duration_ms"]) // 1000 + 4):
        rig.run_for(1000)
        rig.status()  # a host that is there
    assert rig.assert_booked()["state"] == "stopped"
    assert rig.steps() == reply["steps"] == int(30_000 / rig.drive.step_nl)
    assert_dispensed(rig)


@pytest.mark.req("DEL-3", "DEL-2", "DEL-6")
@each_drive
def test_stops_at_any_instant_are_booked_to_the_step(name: str) -> None:
    rig = DriveRig(name)
    rig.client.load(const_rx(RATE_NL_H))
    for k in range(12):
        rig.client.request("start")
        rig.run_for(2500 + 333.3 * k)
        rig.stop()
        rig.assert_booked()
        steps = rig.steps()
        rig.run_for(2000)
        assert rig.steps() == steps
    assert_dispensed(rig, 12 * (name == "dc") + 1)
    assert not getattr(rig.judge, "wrong_ns", [])


@pytest.mark.req("DEL-3", "DEL-6", "LIM-4")
@each_drive
def test_flash_stalls_lose_no_step_and_make_none(name: str) -> None:
    rig = running(name, 6000, RATE_NL_H // 2)
    first_ns = rig.rises()[0]
    for stall_ms in (5, 45, 122, 400, 45, 122):
        rig.run_for(1137)
        rig.stall(stall_ms)
    rig.run_for(10_000)
    per_s = rig.drive.per_s(RATE_NL_H // 2)
    ideal = (rig.now_ns - first_ns) / S * per_s
    assert ideal - 2 * per_s - 1 <= rig.steps() <= ideal + 1 + per_s
    assert most_in(rig.rises(), S) <= 2 * per_s + 2
    assert rig.status()["missed_nl"] == 0
    rig.stop()
    rig.assert_booked()


@pytest.mark.req("DEL-3", "DEL-2", "REC-5")
@each_drive
def test_a_reset_is_at_most_a_burst_above_and_a_power_cut_within_the_reservation(
    name: str,
) -> None:
    rig = running(name, 7300)
    ahead = 0
    for kind in ("watchdog", "soft", "forced", "power"):
        rig.run_for(4_321)
        edges = rig.steps()
        if kind == "power":
            rig.pico.power_cut()
        else:
            rig.pico.reset(kind)
        if name == "uln2003":
            rig.judge.forget()  # type: ignore[attr-defined]
        rig.boot()
        assert rig.status()["state"] == "running"
        rig.stop()
        ahead_now = rig.status()["confirmed_steps"] - rig.steps()
        burst = 2 * rig.drive.per_s(RATE_NL_H) + 1
        most = 900 * rig.drive.per_s(RATE_NL_H) if kind == "power" else burst
        assert 0 <= ahead_now - ahead <= most, (kind, edges)
        ahead = ahead_now
        rig.ack_all()
        rig.client.request("start")
    assert_dispensed(rig, 5 * ACROSS_RESETS[name])


KINDS = [
    "power",
    "soft",
    *(pytest.param(k, marks=pytest.mark.slow) for k in ("watchdog", "run_pin")),
]


def safe(rig: DriveRig) -> bool:
    """Supply off, every pulse pin low, beeper low, as the world outside sees them."""
    lines = rig.pico.lines
    low = [pin for pin, level in rig.drive.facts.pins.pulls if level == 0]
    rig.pico.sync()
    return lines[ENABLE].level() == 1 and not any(lines[pin].level() for pin in low)


@pytest.mark.req("DEL-3", "SAF-2", "DEL-7")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["uln2003", "dc"])
def test_outputs_are_safe_from_a_reset_until_the_pump_starts_again(name: str, kind: str) -> None:
    rig = running(name, 6000)
    rig.run_until_on()
    if kind == "power":
        rig.pico.power_cut(50)
    else:
        rig.pico.reset(kind)
    reset_ns = rig.now_ns
    assert kind == "soft" or safe(rig)
    rig.run_for(60 if kind == "power" else 5)
    assert safe(rig)
    rig.run_for(4_000)
    falls = [t for t, level in rig.record.edges("ENABLE", reset_ns, rig.now_ns) if level == 0]
    assert rig.steps(reset_ns + 1, falls[0] + 5 * MS) == 0 < rig.steps(reset_ns + 1)


@pytest.mark.req("DEL-3", "SAF-2")
@pytest.mark.parametrize("name", ["uln2003", "dc"])
def test_an_exception_takes_the_outputs_to_safe_levels_first(name: str) -> None:
    rig = running(name, 6000)

    def burst(_now_ms: int) -> None:
        raise ValueError("a mistake in a part")

    part = rig.loop._parts[-1]
    part.run, part.due_ms = burst, 0
    rig.pico.until(lambda: b"ValueError" in rig.pico.console, 5_000)
    assert safe(rig)
    off_ns = rig.now_ns
    rig.run_for(2000)
    assert rig.steps(off_ns) == 0


@pytest.mark.req("DEL-3", "DEL-7")
@each_drive
def test_without_its_supply_nothing_moves_and_a_start_waits_for_it(name: str) -> None:
    rig = DriveRig(name)
    rig.client.load(const_rx(RATE_NL_H))
    for _ in range(3):
        rig.client.request("start")
        rig.run_for(4000)
        rig.stop()
    wake_ns = {"stepdir": 2 * MS}.get(name, 5 * MS)
    for on_ns in [t for t, level in rig.record.edges("ENABLE", 0, rig.now_ns) if not level]:
        assert rig.rises(on_ns)[0] - on_ns >= wake_ns
    assert rig.pico.lines[ENABLE].level() == 1
