"""The whole pump dosing at bench rates on the official firmware, beside the virtual Pico."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from host_tools.link import LinkClient, RefusedError
from picodose import codes
from picodose.link import canon, frame
from picodose.therapy.prescription import encode
from shim.emulated.pico import EmulatedPico
from shim.virtual_pico import VirtualPico
from shim.world import World
from tests.emulator.conftest import BATTERY_MV, BENCH_PROFILE, SOME_LATE_STEPS, Boards
from tests.emulator.watch import (
    ENABLE,
    STEP,
    Edges,
    bolus,
    connected,
    constant,
    position_error_steps,
)

# The first test boots the board: minutes on a busy machine.
pytestmark = [pytest.mark.emu, pytest.mark.timeout(900)]
STEP_NL_H = 45_000  # one step a second is this rate, at 12.5 nL a step
TICK_MS = 200  # at 400 steps/s: the longest that carries fewer than 200 steps
BOLUS_STEPS = 2000
DOSED_MS = 5000
AFTER_MS = 3  # at 50 steps/s the STOP comes early in the 20 ms between two pulses
ERASES_LEAST = 20
MS = 1_000_000
WRITE_HEAVY_MS = 4000
WRITES = 24
STOPPED_MS = 600
STOP_WITHIN_MS, HALT_WITHIN_MS = 250, 1
BASAL_STEPS = 5  # a second
GIVEN_MS = 7000  # a bolus begins two segments ahead
BURST_STEPS = 105  # of one tick of basal and bolus, at most a second long
WATCHDOG_LOAD = 0x04
SMALL_WRITES = 12  # so many entries lie in their folder's block; from then on each costs an erase


def dosed(world: World, steps_per_s: int) -> tuple[int, list[int]]:
    """Load and start a constant rate, stop 5 s and AFTER_MS behind the first pulse.

    Confirmed steps, and the instants of all pulses after the first, in ns.
    """
    client = connected(world)
    edges = Edges(world, STEP)
    client.load(constant(steps_per_s * STEP_NL_H))
    client.request("start")
    world.until(lambda: bool(edges.ns), 2000)
    first_ns = edges.ns[0][0]
    world.run_for((first_ns - world.now_ns) / 1e6 + DOSED_MS + AFTER_MS)
    client.stop()
    confirmed = client.request("status", page=0)["confirmed_steps"]
    return confirmed, [t_ns - first_ns for t_ns in edges.rises_ns()]


def here() -> VirtualPico:
    """The bench pump on the virtual Pico, ready."""
    pico = VirtualPico(overlay={"profiles/active.py": BENCH_PROFILE})
    pico.set_adc_mv(0, BATTERY_MV)
    pico.run_for(3000)
    return pico


def most_apart_ns(here: list[int], there: list[int]) -> int:
    """The largest difference between the instants of two trains of equally many pulses."""
    return max(abs(a - b) for a, b in zip(here, there, strict=True))


@pytest.mark.req("SIM-4", "DEL-1", "DEL-2")
def test_both_worlds_dose_the_same_steps_at_the_same_instants(boards: Boards) -> None:
    steps_per_s = 50
    there_confirmed, there = boards.run("bench pump", lambda pico: dosed(pico, steps_per_s))
    here_confirmed, found = dosed(here(), steps_per_s)
    assert len(there) == len(found) == there_confirmed == here_confirmed
    assert abs(len(found) - steps_per_s * DOSED_MS // 1000) <= 1
    assert most_apart_ns(found, there) <= MS


def bolus_given(world: World) -> tuple[int, list[int]]:
    """Load a bolus of BOLUS_STEPS in 5 s and wait for its end; as dosed()."""
    client, edges = connected(world), Edges(world, STEP)
    client.load(bolus(BOLUS_STEPS * STEP_NL_H // 3600, DOSED_MS))
    world.run_for(DOSED_MS + 2000)
    confirmed = client.request("status", page=0)["confirmed_steps"]
    rises = edges.rises_ns()
    return confirmed, [t_ns - rises[0] for t_ns in rises]


@pytest.mark.req("SIM-4", "DEL-1", "DEL-2")
def test_both_worlds_give_the_same_bolus_to_the_pulse(boards: Boards) -> None:
    there_confirmed, there = boards.run("bench pump", bolus_given, late_steps=SOME_LATE_STEPS)
    here_confirmed, found = bolus_given(here())
    assert len(there) == len(found) == there_confirmed == here_confirmed == BOLUS_STEPS
    assert most_apart_ns(found, there) <= MS


def journal_an_entry(client: LinkClient) -> None:
    """A start while it runs is refused, and the refusal is in flash before its answer."""
    with pytest.raises(RefusedError):
        client.request("start")


def stop_in_an_erase(pico: EmulatedPico) -> int:
    """Have an entry written, and send STOP as soon as the flash erases for it; when that was."""
    ssi = pico.chip.mcu.ssi
    sent_ns: list[int] = []
    apply, erases = ssi._apply_command, pico.chip.flash.erases

    def noting() -> None:
        apply()
        if not sent_ns and pico.chip.flash.erases > erases:
            sent_ns.append(pico.now_ns)
            pico.send(b"STOP\n")

    ssi._apply_command = noting
    pico.send(frame.encode(canon.flat([("id", 9000), ("cmd", "start")])))
    pico.run_for(STOPPED_MS)
    ssi._apply_command = apply
    return sent_ns[0]


class Busy(NamedTuple):
    """What twenty erases and a STOP in one more left."""

    status: dict[str, int]
    rises_ns: list[int]
    before_stop: int  # of them
    erases: int
    stop_ns: int
    driver_off_ns: int


@pytest.mark.req("DEL-6", "DEL-8", "REC-2", "LNK-1", "THER-10")
def test_twenty_erases_in_four_seconds_lose_no_step_and_stop_works_in_one(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> Busy:
        client = connected(pico)
        edges, enable = Edges(pico, STEP), Edges(pico, ENABLE)
        client.load(constant(400 * STEP_NL_H))
        client.request("start")
        for _ in range(SMALL_WRITES):
            journal_an_entry(client)
        erases, begun_ns = pico.chip.flash.erases, pico.now_ns
        for number in range(1, WRITES + 1):
            journal_an_entry(client)
            due_ns = begun_ns + number * WRITE_HEAVY_MS * MS // WRITES
            pico.run_for(max(0, due_ns - pico.now_ns) / MS)
        assert pico.now_ns - begun_ns <= WRITE_HEAVY_MS * MS
        erases = pico.chip.flash.erases - erases
        busy = len(edges.rises_ns())
        stop_ns = stop_in_an_erase(pico)
        client.connect()
        status = client.request("status", page=0)
        return Busy(status, edges.rises_ns(), busy, erases, stop_ns, enable.ns[-1][0])

    found = boards.run("bench pump", body, wall_limit_s=600, late_steps=SOME_LATE_STEPS)
    assert found.erases >= ERASES_LEAST
    assert len(found.rises_ns) == found.status["confirmed_steps"]
    assert found.status["missed_nl"] == 0
    tick_steps = 400 * TICK_MS // 1000 + 1
    busy_ns = found.rises_ns[: found.before_stop]
    assert position_error_steps(busy_ns, 400) <= 1 + tick_steps
    assert found.status["state"] == "stopped"
    assert found.rises_ns[-1] - found.stop_ns <= STOP_WITHIN_MS * MS
    assert found.rises_ns[-1] - found.driver_off_ns <= HALT_WITHIN_MS * MS


def patient(basal_nl_h: int, bolus: list[int]) -> bytes:
    """A constant rate with patient boluses: nL, ms, lockout in ms, most a day."""
    raw: bytes = encode(
        {"v": 2, "fluid": "water", "conc_ug_ml": 0, "mode": "const", "rate_nl_h": basal_nl_h,
         "patient": bolus}
    )  # fmt: skip
    return raw


class Cut(NamedTuple):
    """A patient's bolus, and one that a watchdog reset ends; pulses in ns."""

    whole: int  # pulses from a press to well after its bolus
    before: int  # pulses up to the reset
    reset_ns: int
    ready_ns: int
    rises_ns: list[int]
    bolus_nl: int  # of the status after the reset
    confirmed: int
    active: str


@pytest.mark.req("THER-3", "THER-11", "REC-5", "DEL-2", "SAF-2")
def test_a_patient_s_bolus_by_its_button_and_one_that_the_watchdog_cuts(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> Cut:
        client, edges = connected(pico), Edges(pico, STEP)
        client.load(patient(BASAL_STEPS * STEP_NL_H, [2500, 2000, 3000, 4]))
        client.request("start")
        pico.run_for(500)
        begun = len(edges.rises_ns())
        pico.press("patient", 100)
        pico.run_for(GIVEN_MS)
        whole = len(edges.rises_ns()) - begun
        pico.press("patient", 100)
        mid = len(edges.ns) + 2 * 120  # edges: well into its 200 pulses
        pico.until(lambda: len(edges.ns) >= mid, 8000)
        before, console = len(edges.rises_ns()), len(pico.console)
        pico.chip.mcu.watchdog.write_uint32(WATCHDOG_LOAD, 2)  # as if nobody had fed it
        reset_ns = pico.now_ns
        pico.until(lambda: b"picodose: ready." in pico.console[console:], 4000)
        ready_ns = pico.now_ns
        client = connected(pico)
        status = client.request("status", page=0)
        pico.run_for(2500)
        client.stop()
        confirmed = client.request("status", page=0)["confirmed_steps"]
        active = client.request("status", page=1)["active"]
        rises = edges.rises_ns()
        return Cut(whole, before, reset_ns, ready_ns, rises, status["bolus_nl"], confirmed, active)

    cut = boards.run("bench pump", body, wall_limit_s=600, late_steps=SOME_LATE_STEPS)
    assert abs(cut.whole - 200 - BASAL_STEPS * GIVEN_MS / 1000) <= BASAL_STEPS, "2500 nL and basal"
    after = [t_ns for t_ns in cut.rises_ns if t_ns > cut.reset_ns + MS]
    assert len(after) >= 5, "basal did not resume"
    assert all(t_ns >= cut.ready_ns - 500 * MS for t_ns in after), "pulses during the boot"
    span_s = (cut.rises_ns[-1] - cut.ready_ns) / 1e9 + 1
    assert len(after) <= BASAL_STEPS * (span_s + 1), "more than the basal rate after the reset"
    assert cut.bolus_nl == 0
    assert 0 <= cut.confirmed - len(cut.rises_ns) <= BURST_STEPS
    assert str(codes.AL_WATCHDOG) in cut.active.split(",")
