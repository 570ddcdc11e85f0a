"""Coils and DC pump at the cycle: halts, a hung CPU, and what the guard sees of them (DEL-3)."""

from __future__ import annotations

from typing import Any

import pytest

from shim.trace.recorder import Recorder
from shim.virtual_pico import VirtualPico
from tests.scenario.delivery_rig import MS, S, board, const_rx
from tests.scenario.drive_rig import DRIVES, DriveRig
from tests.scenario.pump_pins import ENABLE, STEP, HalfSteps, Rises

MARK = 20
PULSES = 3
ON_NS = {"uln2003": 4 * MS, "dc": 30 * MS}
PORTS = {
    "uln2003": "from picodose.hal.coils_pio import CoilPort\nport = CoilPort(0, 2)\n",
    "dc": "from picodose.hal.dc_pio import DcPort\nport = DcPort(0, 2, 1000)\n",
}
SPAN = {"uln2003": PULSES * 412, "dc": PULSES * 1012}  # PIO cycles of a burst

HALTS = """
import time
from machine import Pin
mark = Pin(20, Pin.OUT, value=0)

def halt():
    port.stop()
    return port.drain()

for words in range(6):  # one in work, four in the FIFO
    for cycle in CYCLES:
        port.begin(10)
        port._span = SPAN
        for _ in range(words):
            port.burst_isr(3)
        time.sleep_us(cycle)
        unsent = halt()
        mark.value(1)
        port.begin(10)
        time.sleep_us(9000)
        again = halt()
        mark.value(0)
        print(words, cycle, unsent, again)
print("end")
"""


def judge_of(pico: VirtualPico, name: str) -> Rises:
    """What counts steps at the pins."""
    return HalfSteps(pico) if name == "uln2003" else Rises(pico)


def halts(name: str, cycles: str) -> tuple[int, list[int]]:
    """Halt at these times (us) after the last put; trials that kept something back, and on-times
    in ns. Fails when pins and booked steps differ or anything follows."""
    main = PORTS[name] + HALTS.replace("CYCLES", cycles).replace("SPAN", str(SPAN[name]))
    pico = board(main=main)
    judge, record = judge_of(pico, name), Recorder()
    record.attach(pico.lines, {"MARK": MARK})
    pico.until(lambda: b"end" in pico.console, 100_000)
    lines = pico.console.split(b"end")[0].splitlines()
    marks = [t_ns for t_ns, _ in record.edges("MARK", 0, pico.now_ns)]
    before_ns, cut_short = 0, 0
    for number, line in enumerate(lines):
        words, cycle, unsent, again = (int(word) for word in line.split())
        halted_ns, idle_ns = marks[2 * number : 2 * number + 2]
        emitted = judge.count(before_ns, halted_ns)
        assert emitted + unsent == PULSES * words, (words, cycle)
        assert judge.count(halted_ns, idle_ns) == again == 0, (words, cycle)
        before_ns, cut_short = idle_ns, cut_short + (0 < unsent < PULSES * words)
    assert getattr(judge, "wrong_ns", []) == [], "the coils went on elsewhere after a halt"
    return cut_short, judge.on_ns()


@pytest.mark.req("DEL-3", "DEL-6", "DEL-2")
@pytest.mark.parametrize("name", ["uln2003", "dc"])
def test_a_halt_anywhere_in_a_burst_is_exact_and_nothing_follows(name: str) -> None:
    cut_short, on_ns = halts(name, "range(1, 4200, 407)")
    assert cut_short > 30
    assert max(on_ns) <= {"uln2003": 4 * MS, "dc": 1 * MS + 320_000}[name]  # 300 us: least width
    assert min(on_ns) >= {"uln2003": 20_000, "dc": 300_000}[name]


@pytest.mark.slow
@pytest.mark.req("DEL-3", "DEL-6", "DEL-2")
@pytest.mark.parametrize("first", range(0, 16000, 4000))
def test_a_halt_of_the_coils_at_every_cycle_is_exact(first: int) -> None:
    near = "[*range(1, 120, 10), *range(3900, 4300, 10)]"
    assert halts("uln2003", f"[{first} + us for us in {near}]")[0] > 100


@pytest.mark.slow
@pytest.mark.req("DEL-3", "DEL-6", "DEL-2")
@pytest.mark.parametrize("first", [0, 1000, 2000])
def test_a_halt_of_the_dc_pump_at_every_cycle_is_exact(first: int) -> None:
    near = "[*range(1, 25), *range(985, 1025)]"  # where the program is busy
    assert halts("dc", f"[{first} + us for us in {near}]")[0] > 50


TOY = """
import time
port.begin(1000)
port._span = 9000
port.burst_isr(3)
"""


@pytest.mark.req("DEL-3")
@pytest.mark.parametrize("name", ["uln2003", "dc"])
def test_quick_computation_of_the_programs_is_that_of_single_instructions(name: str) -> None:
    seen: list[tuple[list[int], list[int]]] = []
    for quick in (True, False):
        pico = board(main=PORTS[name] + TOY)
        for number in range(8):
            pico.pios.machine(number).closed_forms = quick
        judge = judge_of(pico, name)
        pico.run_for(400)
        pico.sync()
        seen.append((judge.steps_ns, judge.falls_ns))
    assert seen[0] == seen[1] and len(seen[0][0]) == PULSES


def first_on(name: str) -> DriveRig:
    """A running pump in the first millisecond of a step."""
    rig = DriveRig(name)
    rig.start(const_rx(1_000_000))
    rig.run_for(3500)
    rig.run_until_on()
    return rig


def hang(rig: DriveRig) -> None:
    """Neither loop nor interrupts run."""
    rig.pico.fault("mask", ms=5900)
    rig.hang(5900)


@pytest.mark.req("DEL-3", "LIM-5")
@pytest.mark.parametrize("name", ["uln2003", "dc"])
def test_a_step_ends_on_time_with_interrupts_off_and_the_cpu_hung(name: str) -> None:
    rig = first_on(name)
    hang(rig)
    hung_ns = rig.now_ns
    rig.run_for(5800)
    assert rig.steps(hung_ns) <= 30, "more than one burst"
    assert rig.rises()[-1] < hung_ns + 1.1 * S
    spans = set(rig.judge.on_ns())
    assert len(rig.judge.falls_ns) == len(rig.judge.steps_ns)
    assert spans == {ON_NS[name]}
    assert (rig.bench.battery.motor.present_ma, rig.bench.steps_lost) == (0, 0)


@pytest.mark.req("DEL-3", "DEL-6")
@pytest.mark.parametrize("name", ["uln2003", "dc"])
def test_a_step_ends_on_time_during_a_flash_erase(name: str) -> None:
    rig = DriveRig(name)
    rig.start(const_rx(1_000_000))
    rig.run_for(3500)
    flash, usual = rig.pico.flash, rig.pico.flash.on_stall
    flash.on_stall = lambda _span_ns: usual(400 * MS)  # every operation of the writes below
    stalled_ns = rig.now_ns
    for _ in range(3):
        with pytest.raises(Exception, match="refused"):
            rig.client.request("start")
    assert rig.now_ns - stalled_ns > S, "nothing was written"
    flash.on_stall = usual
    rig.run_for(1000)
    assert set(rig.judge.on_ns()) == {ON_NS[name]}
    assert rig.bench.steps_lost == 0


def patched(name: str, breaks: Any) -> DriveRig:
    """A running pump whose pulse program was changed in its memory, and the trip that follows."""
    rig = DriveRig(name)
    rig.start(const_rx(1_000_000))
    rig.run_for(5500)
    block, start = rig.pico.pios.blocks[0], rig.pico.pios.machine(0).words.start
    breaks(block, start)
    return rig


def assert_tripped(
    rig: DriveRig, within_ms: float, most_steps: float, alarms: tuple[str, ...] = ("103",)
) -> None:
    """Supply off, told as one of these alarms (over-delivery), and it stays so."""
    broken_ns = rig.now_ns
    rig.pico.until(lambda: rig.pico.lines[ENABLE].level() == 1, within_ms)
    assert rig.steps(broken_ns) <= most_steps
    rig.run_for(5000)
    assert rig.status()["state"] == "fault"
    active = rig.client.request("status", page=1)["active"].split(",")
    assert any(code in active for code in alarms)
    steps, moved = rig.steps(), rig.bench.turns
    rig.run_for(5000)
    assert (rig.steps(), rig.bench.turns) == (steps, moved)


def never_ends(block: Any, start: int) -> None:
    """The jump that ends a burst goes nowhere: not_x falls through."""
    block.patch(start + 2, 0xA042 if block.memory[start + 2] >> 12 == 0 else 0xB042)


@pytest.mark.req("DEL-3", "LIM-6")
@pytest.mark.parametrize(("name", "most"), [("uln2003", 3 * 250), ("dc", 3 * 12)])
def test_a_program_that_never_ends_a_burst_is_stopped_by_the_guard(name: str, most: int) -> None:
    # What never ends never reports: with few steps a second that is noticed first (102).
    assert_tripped(patched(name, never_ends), 9000, most, ("103", "102"))


@pytest.mark.req("DEL-3", "LIM-6")
def test_a_motor_switch_that_sticks_on_is_seen_and_the_supply_taken_away() -> None:
    rig = DriveRig("dc")
    rig.start(const_rx(1_000_000))
    rig.run_for(5500)
    nl = rig.bench.dispensed_nl
    rig.pico.fault("stuck_pin", gpio=STEP, level=1)
    assert_tripped(rig, 2500, 3)
    assert rig.bench.dispensed_nl - nl < 10_000 * 2.5, "10 uL/s at most until the next tick"


@pytest.mark.req("DEL-3", "LIM-6")
def test_a_coil_that_is_stuck_is_missed_by_the_guard() -> None:
    rig = DriveRig("uln2003")
    rig.start(const_rx(1_000_000))
    rig.run_for(5500)
    rig.pico.fault("stuck_pin", gpio=4, level=0)
    rig.pico.until(lambda: rig.pico.lines[ENABLE].level() == 1, 5000)


@pytest.mark.req("DEL-3", "LIM-6")
@pytest.mark.parametrize("name", ["uln2003", "dc"])
def test_the_guard_counts_every_step_and_at_most_one_early(name: str) -> None:
    rig = DriveRig(name)
    rig.client.load(const_rx(1_000_000))
    for k in range(10):
        rig.client.request("start")
        rig.run_for(2500 + 77 * k)
        rig.stop()
        steps = rig.steps()
        early = 0xFFFF_FFFF - rig.pico.pios.machine(4).x - steps
        assert 0 <= early <= (name == "uln2003")
    assert rig.parts.guard.tripped == 0


PULLS = "PULLS = ((2, 0), (3, 0), (5, 0), (6, 1), (15, 0))"
UNMET = [
    ("uln2003", PULLS, "pull resistors"),
    ("uln2003", "PULSE_MIN_US = 4001", "PULSE_MIN_US"),
    ("uln2003", "STEPS_PER_S_MAX = 250", "STEPS_PER_S_MAX"),
    ("uln2003", 'DRIVER = "servo"', "DRIVER"),
    ("dc", "PULSE_MIN_US = 30_001", "PULSE_MIN_US"),
    ("dc", "ON_US = 0", "DRIVER"),
    ("dc", "STEPS_PER_S_MAX = 40", "STEPS_PER_S_MAX"),
]


@pytest.mark.req("DEL-3", "DEL-7")
@pytest.mark.parametrize(("name", "fact", "why"), UNMET)
def test_a_profile_that_its_drive_cannot_keep_is_refused(name: str, fact: str, why: str) -> None:
    pico = board(f"from profiles.{DRIVES[name].profile} import *\n{fact}\n")
    pico.run_for(4000)
    assert f"ValueError: profile: {why}".encode() in pico.console or why.encode() in pico.console
    assert pico.at_repl and pico.lines[ENABLE].level() == 1
