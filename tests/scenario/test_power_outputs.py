"""The watchdog, and what the pins do when the program goes away (SAF-2)."""

from __future__ import annotations

from typing import Any

import pytest

from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx
from tests.scenario.journal_view import in_flash, journal

RX = const_rx(1_000_000)
ENABLE, STEP, BEEPER = 6, 2, 15


def safe(rig: Rig) -> bool:
    """Driver off, STEP low, beeper low, as the world outside sees the pins."""
    lines = rig.pico.lines
    return (lines[ENABLE].level(), lines[STEP].level(), lines[BEEPER].level()) == (1, 0, 0)


def running(ms: float = 10_000) -> Rig:
    rig = Rig()
    rig.start(RX)
    rig.run_for(ms)
    return rig


def part(rig: Rig, name: str) -> Any:
    """A loop part by the name of its class."""
    return next(part for part in rig.loop._parts if type(part).__name__ == name)


PARTS = ["Pump", "LinkPart", "Buttons", "Trial", "Decommission", "Alerts", "Monitor", "FlowWatch",
         "Journal"]  # fmt: skip


@pytest.mark.req("SAF-2")
def test_every_part_of_the_loop_is_named_here() -> None:
    assert [type(part).__name__ for part in running(0).loop._parts] == PARTS


@pytest.mark.req("SAF-2")
@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_falls_behind_starves_the_watchdog_within_its_time(name: str) -> None:
    rig = running()
    late = part(rig, name)
    clock = rig.parts.clock

    def never_catch_up(now_ms: int) -> None:
        clock.sleep_ms(20)
        late.due_ms = now_ms - 2_500

    late.run = never_catch_up
    late.due_ms = 0
    since_ns, boots = rig.now_ns, rig.pico.boots
    rig.pico.until(lambda: rig.pico.boots > boots, 14_000)
    assert rig.now_ns - since_ns <= (4_000 + 8_388 + 50) * 1_000_000  # one wait, then one bite
    rig.boot()
    assert journal(rig, codes.EV_BOOT)[-1].a == 1


@pytest.mark.req("SAF-2", "LIM-5")
def test_a_loop_that_hangs_is_reset_within_the_watchdogs_time_and_delivers_no_more() -> None:
    rig = running()
    rig.pico.fault("hang", ms=60_000)
    since_ns, boots = rig.now_ns, rig.pico.boots
    rig.pico.until(lambda: rig.pico.boots > boots, 9_000)
    assert rig.now_ns - since_ns <= 8_400 * 1_000_000
    assert rig.steps(since_ns) <= 23 * 5  # two segments and their rest
    assert rig.steps(since_ns + 5_000_000_000, rig.now_ns) == 0


@pytest.mark.req("SAF-2")
@pytest.mark.parametrize("kind", ["power", "watchdog", "run_pin", "forced", "soft"])
def test_the_pins_are_safe_from_the_reset_until_the_pump_starts_again(kind: str) -> None:
    rig = running()
    if kind == "power":
        rig.pico.power_cut(50)
    else:
        rig.pico.reset(kind)
    assert kind == "soft" or safe(rig)  # nobody drives the pins: the resistors hold them
    since_ns = rig.now_ns
    rig.run_for(5)
    assert safe(rig)
    rig.run_for(3_000)  # therapy resumes: the driver comes on first, then the pulses
    falls = [t for t, level in rig.record.edges("ENABLE", since_ns, rig.now_ns) if level == 0]
    assert rig.steps(since_ns, falls[0] + 2_000_000) == 0 < rig.steps(since_ns)


@pytest.mark.req("SAF-2")
@pytest.mark.parametrize("name", PARTS)
def test_an_exception_in_a_part_turns_the_pump_off_first_then_writes_then_resets(
    name: str,
) -> None:
    rig = running()
    bad = part(rig, name)

    def burst(_now_ms: int) -> None:
        raise ValueError("a mistake in a part")

    bad.run = burst
    bad.due_ms = 0
    seen: list[tuple[bool, int]] = []  # (pins were safe, flash operations so far)
    on_stall = rig.pico.flash.on_stall

    def look(span_ns: int) -> None:
        seen.append((safe(rig), rig.pico.flash.ops))
        on_stall(span_ns)

    rig.pico.flash.on_stall = look
    rig.pico.until(lambda: b"ValueError" in rig.pico.console, 5_000)
    assert seen and all(was_safe for was_safe, _ops in seen)
    assert in_flash(rig.pico.flash_image(), codes.EV_EXCEPTION, prefix="f")
    off_ns, boots = rig.now_ns, rig.pico.boots
    rig.pico.until(lambda: rig.pico.boots > boots, 9_000)
    assert rig.steps(off_ns) == 0
    rig.boot()
    assert journal(rig, codes.EV_BOOT)[-1].a == 1
    assert rig.status()["state"] == "running"


@pytest.mark.req("SAF-2")
def test_ctrl_c_stops_resets_into_maintenance_and_opens_the_prompt_without_a_watchdog() -> None:
    rig = running()
    rig.pico.send(b"\x03")
    rig.run_for(3_000)
    assert b"maintenance" in rig.pico.console and rig.pico.at_repl
    assert safe(rig) and not rig.pico.running_timers()
    since_ns, boots = rig.now_ns, rig.pico.boots
    rig.run_for(60_000)
    assert (rig.pico.boots, rig.steps(since_ns)) == (boots, 0)
    rig.power_cut()
    rig.run_for(5_000)
    assert rig.status()["state"] == "stopped", "Ctrl-C was a stop: nothing starts by itself"


@pytest.mark.req("SAF-2")
def test_a_pump_that_cannot_be_built_ends_in_maintenance_with_everything_off() -> None:
    rig = running()
    rig.pico.flash.fail_programs = True
    rig.pico.power_cut()
    rig.run_for(10_000)
    assert safe(rig)
    steps, boots = rig.steps(), rig.pico.boots
    rig.run_for(60_000)
    assert (rig.steps(), rig.pico.boots) == (steps, boots)


@pytest.mark.req("SAF-2")
def test_more_ctrl_c_during_the_way_out_changes_nothing() -> None:
    rig = running()
    for _ in range(20):
        rig.pico.send(b"\x03")
        rig.run_for(7)
    rig.run_for(3_000)
    assert rig.pico.at_repl and b"maintenance" in rig.pico.console
    boots = rig.pico.boots
    rig.run_for(20_000)
    assert rig.pico.boots == boots, "a watchdog ran under the prompt"
    rig.pico.reset("forced")
    rig.run_for(3_000)
    assert rig.status()["state"] == "stopped", "the next reset goes back to work"
