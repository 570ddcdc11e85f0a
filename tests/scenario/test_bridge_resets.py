"""A bridge across stops, resets and power cuts: it goes on, on the safe side (THER-5)."""

from __future__ import annotations

import random
from functools import partial

import pytest

from shim.emulated.fork import in_fork
from tests.scenario.bridge_rig import (
    MIN_MS,
    STRONGER,
    WEAKER,
    BridgeRig,
    assert_hours,
    changed,
    changed_saline,
    mass_rx,
)


def operations_in(rig: BridgeRig, ms: int) -> int:
    """Flash operations in the time to come."""
    before = rig.pico.flash.ops
    rig.run_for(ms)
    return rig.pico.flash.ops - before


def judge_cut(rig: BridgeRig, operation: int, before: int, steps: int, stronger: bool) -> None:
    """Cut the power there, boot, and let the bridge end: the strong fluid never flows fast."""
    rig.pico.flash.cut_at_op = rig.pico.flash.ops + operation
    rig.pico.flash.cut_fraction = 0.5
    rig.run_for(15_000)
    rig.boot()
    rig.run_for(110_000)
    assert rig.status()["state"] == "running" and rig.bridge_nl() == 0
    quick = [gap_ms < 60 for gap_ms in rig.gaps_ms(before)]
    strong = quick[steps:] if stronger else quick[: steps - 1]
    assert len(quick) > steps and not any(strong), operation


@pytest.mark.slow
@pytest.mark.req("THER-5", "REC-1")
@pytest.mark.parametrize(
    ("fluids", "path_nl", "steps"),
    [((2_250, 9_000, 250_000), 25_280, 2_022), ((9_000, 2_250, 1_000_000), 6_280, 503)],
)
def test_a_power_cut_at_any_flash_operation_around_its_end_is_on_the_safe_side(
    fluids: tuple[int, int, int], path_nl: int, steps: int
) -> None:
    rig, before = changed_saline(*fluids, path_nl)
    rig.run_for(86_000)
    operations = in_fork(lambda: operations_in(rig, 10_000))
    assert operations >= 4, "the journal and the fill"
    for operation in range(operations):
        in_fork(partial(judge_cut, rig, operation, before, steps, fluids[0] < fluids[1]))


@pytest.mark.req("THER-5")
@pytest.mark.parametrize(
    ("fluids", "event"),
    [
        (WEAKER, "power"),
        *[
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [(STRONGER, "power"), (WEAKER, "hang"), (STRONGER, "hang")]
            + [(WEAKER, "stop"), (STRONGER, "stop")]
        ],
    ],
)
def test_a_stop_or_a_reset_continues_it_and_counts_on_the_safe_side(
    fluids: tuple[int, int, int], event: str
) -> None:
    rig, before = changed(*fluids)
    rig.run_for(5 * MIN_MS)
    if event == "stop":
        rig.stop()
        rig.run_for(MIN_MS)
        rig.client.request("start")
    elif event == "hang":
        rig.hang(60_000)
        rig.run_for(15_000)
        rig.client.connect()
    else:
        rig.power_cut(1_000)
    status = rig.status()
    assert (status["state"], status["rate_nl_h"]) == ("running", 10_000_000 // fluids[0])
    truly_nl = 10_010 - (rig.steps() - before) * 12.5
    surplus_nl = status["bridge_nl"] - truly_nl
    if event == "stop":
        assert abs(surplus_nl) <= 4 * 12.5, "what is in flight"
    else:
        assert surplus_nl <= 12.5 if fluids is STRONGER else surplus_nl >= -1
    assert_hours(rig.masses_ag(190))
    assert rig.bridge_nl() == 0


@pytest.mark.slow
@pytest.mark.req("THER-5")
@pytest.mark.parametrize("fluids", [STRONGER, WEAKER, (500, 1_999, 5_003), (2_000, 501, 19_961)])
@pytest.mark.parametrize("seed", range(3))
def test_no_hour_gets_more_whatever_happens(fluids: tuple[int, int, int], seed: int) -> None:
    rig, _before = changed(*fluids)
    chance = random.Random(seed)
    masses_ag = [rig.mass_ag()]
    events = ["hang"] * 2 + ["stop", "power", "dose"] * 3 + ["none"] * 8
    chance.shuffle(events)
    for event in events:
        if event == "stop":
            rig.stop()
            rig.client.request("start")
        elif event == "hang":
            rig.hang(60_000)
        elif event == "power":
            rig.power_cut(chance.randrange(2_000))
        elif event == "dose":
            rig.client.load(mass_rx(fluids[2] * chance.randrange(80, 101) // 100, fluids[1]))
        masses_ag += rig.masses_ag(chance.randrange(2, 50))[1:]
        rig.client.connect()
    assert_hours(masses_ag)
    assert rig.bridge_nl() == rig.bench.path.mass_balance_ag() == 0
