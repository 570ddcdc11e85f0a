"""What a reset keeps and a power cut loses: the count after it is never below the pin's edges."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.scenario.delivery_rig import Rig, const_rx

KEPT = ("watchdog", "forced", "soft")
BURST = {1_000_000: 23, 20_000_000: 90}  # steps of one tick at that rate, nL/h
RESERVED_MAX = 2_000 + 12  # of 15 min at 100 uL/h, and the segments granted already


class Counts:
    """What the pump had confirmed, and how many edges there were, at the instant of a reset."""

    def __init__(self, rig: Rig) -> None:
        self.edges = rig.steps()
        ledger, dosing = rig.parts.ledger, rig.parts.dosing
        self.confirmed = ledger.confirmed + dosing.confirmed - ledger._confirmed_at


def counted_at_boot(rig: Rig, edges_before: int) -> int:
    """Let the pump come up and stop it: its total less the edges since then."""
    rig.boot()
    rig.stop()
    status = rig.status()
    counts = {status[key] for key in ("granted_steps", "commanded_steps", "confirmed_steps")}
    assert len(counts) == 1
    counted: int = status["confirmed_steps"]
    return counted - (rig.steps() - edges_before)


def resets(rig: Rig, runs: int, end: Callable[[], None], bound: int, seed: int) -> None:
    """Start, run a while, end it; the pump's error since the last one is 0 to `bound` steps."""
    pick, ahead = random.Random(seed), 0
    for _ in range(runs):
        rig.client.request("start")
        rig.run_for(pick.choice([20, 900, 2500, 7000]) * (0.5 + pick.random()))
        before = Counts(rig)
        end()
        counted = counted_at_boot(rig, before.edges)
        assert before.confirmed <= before.edges + ahead <= counted
        assert counted - ahead - before.edges <= bound, (counted, ahead, before.edges)
        ahead = counted - before.edges
        rig.ack_all()


@pytest.mark.req("DEL-2")
@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize(
    ("profile", "rate_nl_h"), [("therapy_step", 1_000_000), ("bench_step", 20_000_000)]
)
def test_a_reset_that_keeps_the_scratch_is_at_most_one_burst_above_the_edges(
    profile: str, rate_nl_h: int, kind: str
) -> None:
    rig = Rig(profile)
    rig.client.load(const_rx(rate_nl_h))
    resets(rig, 8, lambda: rig.pico.reset(kind), BURST[rate_nl_h], 1)


@pytest.mark.req("DEL-2")
def test_a_power_cut_counts_at_most_the_reservation_and_never_less_than_the_edges() -> None:
    rig = Rig()
    rig.client.load(const_rx(100_000))
    resets(rig, 6, rig.pico.power_cut, RESERVED_MAX, 3)


def at_a_reservation(rig: Rig) -> None:
    """Run until a reservation has just been written while the pump doses."""
    accounts = rig.parts.accounts
    reserved = accounts.reserved
    rig.pico.until(lambda: bool(accounts.reserved != reserved), 400_000)


@pytest.mark.req("DEL-2")
def test_a_halt_just_after_a_reservation_is_counted_to_the_step_by_the_next_boot() -> None:
    rig = Rig()
    rig.start(const_rx(1_000_000))
    rig.run_for(5000)
    at_a_reservation(rig)
    rig.parts.accounts.save = lambda *_: rig.pico.reset("forced")  # halted, and not yet written
    boots = rig.pico.boots
    rig.pico.send(b"STOP\n")
    rig.pico.until(lambda: rig.pico.boots > boots, 3000)
    edges = rig.steps()
    assert counted_at_boot(rig, edges) == edges


def reset_in_reservation(operation: int) -> bool:
    """Reset in the middle of this flash operation of a reservation; False if it has fewer."""
    rig = Rig()
    rig.start(const_rx(1_000_000))
    rig.run_for(268_000)  # the first reservation, of 6000 steps, is nearly used up
    flash, usual = rig.pico.flash, rig.pico.flash.on_stall
    left = [operation]

    def reset_there(span_ns: int) -> None:
        usual(span_ns // 2)
        left[0] -= 1
        if left[0] < 0:
            rig.pico.reset("watchdog")

    flash.on_stall = reset_there
    accounts = rig.parts.accounts
    reserved = accounts.reserved
    rig.pico.until(lambda: left[0] < 0 or bool(accounts.reserved != reserved), 20_000)
    flash.on_stall = usual
    edges = rig.steps()
    assert edges > 5900
    if left[0] < 0:
        assert 0 <= counted_at_boot(rig, edges) - edges <= BURST[1_000_000]
    return left[0] < 0


@pytest.mark.req("DEL-2")
def test_a_reset_at_any_flash_operation_of_a_reservation_is_at_most_a_burst_above() -> None:
    operations = 0
    while reset_in_reservation(operations):
        operations += 1
    assert operations >= 2


@pytest.mark.req("DEL-2")
def test_a_reset_between_a_reservation_and_its_taking_over_is_at_most_a_burst_above() -> None:
    rig = Rig()
    rig.start(const_rx(1_000_000))
    rig.run_for(268_000)
    rig.parts.dosing.rebase = lambda *_: rig.pico.reset("watchdog")
    boots = rig.pico.boots
    rig.pico.until(lambda: rig.pico.boots > boots, 20_000)
    edges = rig.steps()
    assert 0 <= counted_at_boot(rig, edges) - edges <= BURST[1_000_000]
