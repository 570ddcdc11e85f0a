"""The whole pump dosing at bench rates on the official firmware, beside the virtual Pico."""

from __future__ import annotations

import pytest

from host_tools.link import LinkClient, RefusedError
from shim.emulated.pico import EmulatedPico
from shim.virtual_pico import VirtualPico
from shim.world import World
from tests.emulator.conftest import BATTERY_MV, BENCH_PROFILE, SOME_LATE_STEPS, Boards
from tests.emulator.watch import STEP, Edges, bolus, connected, constant, position_error_steps

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


@pytest.mark.req("DEL-6", "DEL-8", "REC-2")
def test_twenty_erases_in_four_seconds_lose_no_step(boards: Boards) -> None:
    def body(pico: EmulatedPico) -> tuple[dict[str, int], list[int], int, int]:
        client = connected(pico)
        edges = Edges(pico, STEP)
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
        client.stop()
        return client.request("status", page=0), edges.rises_ns(), erases, busy

    status, rises, erases, busy = boards.run(
        "bench pump", body, wall_limit_s=600, late_steps=SOME_LATE_STEPS
    )
    assert erases >= ERASES_LEAST
    assert len(rises) == status["confirmed_steps"]
    assert status["missed_nl"] == 0
    tick_steps = 400 * TICK_MS // 1000 + 1
    assert position_error_steps(rises[:busy], 400) <= 1 + tick_steps
