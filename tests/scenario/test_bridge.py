"""A change of concentration: the dead volume leaves at the ordered mass rate (THER-5).

The judge is the plant: mass that left the catheter's tip, in every hour.
"""

from __future__ import annotations

import pytest

from picodose import codes
from tests.scenario.bridge_rig import (
    HOUR_MS,
    MIN_MS,
    STRONGER,
    WEAKER,
    BridgeRig,
    assert_hours,
    changed,
    changed_saline,
    mass_rx,
)
from tests.scenario.journal_view import journal


@pytest.mark.req("THER-5")
@pytest.mark.parametrize(
    ("fluids", "steps", "minutes"), [(STRONGER, 800, 100), (WEAKER, 801, 190)]
)
def test_the_rate_changes_at_the_exact_step_and_no_hour_gets_more(
    fluids: tuple[int, int, int], steps: int, minutes: int
) -> None:
    rig, before = changed(*fluids)
    assert rig.status()["rate_nl_h"] == 10_000_000 // fluids[0]
    assert_hours(rig.masses_ag(minutes))
    quick = [gap_ms < 6_000 for gap_ms in rig.gaps_ms(before)]  # 2.25 s or 9 s, to two ticks
    assert quick == [(i < steps - 1) == (fluids is STRONGER) for i in range(len(quick))]
    status = rig.status()
    assert (status["bridge_nl"], status["rate_nl_h"]) == (0, fluids[2])
    begin, end = journal(rig, codes.EV_BRIDGE)
    assert (begin.a, begin.b, end.a) == (steps, fluids[0], 0)
    assert rig.bench.path.mass_balance_ag() == 0


@pytest.mark.req("THER-5")
def test_at_22_steps_a_second_the_step_is_exact_too_when_stronger() -> None:
    rig, before = changed_saline(2_250, 9_000, 250_000, path_nl=25_280)  # 2022.4 steps: 91 s
    rig.run_for(100_000)
    quick = [gap_ms < 60 for gap_ms in rig.gaps_ms(before)]  # 45 ms, then 180
    assert len(quick) > 2_050 and quick[:2_021] == [True] * 2_021 and not any(quick[2_022:])


@pytest.mark.req("THER-5")
def test_at_22_steps_a_second_the_step_is_exact_too_when_weaker() -> None:
    rig, before = changed_saline(9_000, 2_250, 1_000_000, path_nl=6_280)  # 502.4 steps: 91 s
    rig.run_for(100_000)
    gaps_ms = rig.gaps_ms(before)
    quick = [gap_ms < 60 for gap_ms in gaps_ms]
    assert len(quick) > 600 and not any(quick[:503]) and all(quick[503:])
    assert max(gaps_ms) <= 3_000, "until the last step is confirmed"
    assert rig.status()["missed_nl"] <= 3 * 278


@pytest.mark.req("THER-5")
def test_steps_of_a_stronger_fluid_that_a_stop_takes_back_come_slowly_after_it() -> None:
    rig, before = changed_saline(9_000, 2_250, 1_000_000, path_nl=6_280)
    granted = before + 503
    rig.run_for(86_000)
    while rig.status()["granted_steps"] < granted:
        rig.run_for(100)
    rig.run_for(2_100)  # the last segment begins
    rig.stop()
    assert rig.status()["granted_steps"] < granted, "some were on their way"
    rig.client.request("start")
    rig.run_for(10_000)
    quick = [gap_ms < 60 for gap_ms in rig.gaps_ms(before)]
    assert not any(quick[:503]) and quick[503:510] == [True] * 7


@pytest.mark.req("THER-5")
def test_the_same_concentration_and_plain_water_need_no_bridge() -> None:
    rig, _before = changed(500, 500, 20_000)
    status = rig.status()
    assert (status["bridge_nl"], status["rate_nl_h"]) == (0, 20_000)
    assert journal(rig, codes.EV_BRIDGE) == []
    rig.client.bolus(1_000, MIN_MS)


@pytest.mark.req("THER-5")
def test_what_would_disturb_it_is_refused_until_it_ends() -> None:
    rig = BridgeRig(500, 20_000)
    rig.refill(2_000)
    rig.client.load(mass_rx(5_000, 2_000, patient=[100, 60_000, 3_600_000, 4]))
    assert rig.refusal("prime", amount_nl=1_000) == codes.BUSY_BRIDGE
    assert rig.refusal("calibrate_run", amount_nl=1_000, rate_nl_h=10_000) == codes.BUSY_BRIDGE
    rig.client.request("start")
    assert rig.refusal("bolus", amount_nl=100, duration_ms=60_000) == codes.BUSY_BRIDGE
    assert rig.refusal("patient_bolus") == codes.BUSY_BRIDGE
    refused = rig.staged_refusal(mass_rx(10_000, 1_000))
    assert (refused.code, refused.limit) == (codes.BUSY_BRIDGE, 2_000)
    rig.run_for(MIN_MS)
    rig.stop()
    fields = {"measured_nl": 19_000_000, "filled_nl": 20_000_000, "fluid": "demo-baclofen"}
    assert rig.refusal("refill", conc_ug_ml=1_000, **fields) == codes.BUSY_BRIDGE
    rig.client.request("start")
    rig.run_for(30 * MIN_MS)
    rig.client.request("patient_bolus")
    rig.stop()
    rig.client.request("prime", amount_nl=1_000)


@pytest.mark.req("THER-5")
def test_periodic_boluses_that_fall_into_it_are_missed_and_come_after_it() -> None:
    rig = BridgeRig(500, 20_000)
    rig.refill(2_000)
    bolus = {"bolus_nl": 100, "bolus_ms": MIN_MS, "interval_ms": 2 * HOUR_MS}
    rig.start(mass_rx(5_000, 2_000, mode="periodic", **bolus))
    rig.run_for(2 * HOUR_MS - MIN_MS)
    assert [entry.b for entry in journal(rig, codes.EV_BOLUS_MISSED)] == [100]
    assert journal(rig, codes.EV_BOLUS_BEGIN) == []
    rig.run_for(2 * MIN_MS)
    assert [entry.a for entry in journal(rig, codes.EV_BOLUS_BEGIN)] == [100]


@pytest.mark.req("THER-5")
def test_the_summary_shows_it_and_a_rate_out_of_range_is_refused_when_staged() -> None:
    rig = BridgeRig(2_000, 1_000)
    rig.refill(2_000)
    summary = rig.client.stage(mass_rx(20_000, 500))
    assert (summary["bridge_nl_h"], summary["bridge_s"]) == (5_000, 7_208)
    rig.stop()
    rig.refill(500)
    assert rig.client.stage(mass_rx(20_000, 500))["bridge_nl_h"] == 5_000
    refused = rig.staged_refusal(mass_rx(999, 500))  # 249.75 nL/h of the old
    assert (refused.code, refused.value, refused.limit) == (codes.RX_RATE_LOW, 249, 250)
    assert rig.client.stage(mass_rx(1_000, 500))["bridge_nl_h"] == 250


@pytest.mark.req("THER-5", "LIM-1")
def test_a_bridge_past_the_fluids_soft_limit_needs_its_name_and_past_the_pumps_is_refused() -> (
    None
):
    fast = "RATE_MAX_NL_H = 1_200_000\n"
    rig = BridgeRig(2_250, 20_000, fluid="saline", more=fast)
    rig.refill(9_000)
    for rate_nl_h, name in ((250_000, ""), (250_001, "basal_high"), (300_000, "basal_high")):
        needs = rig.client.stage(mass_rx(rate_nl_h, 9_000, fluid="saline"))["needs"]
        assert needs.replace("change", "").strip(",") == name
    refused = rig.staged_refusal(mass_rx(300_001, 9_000, fluid="saline"))
    assert (refused.code, refused.value) == (codes.RX_RATE_HIGH, 1_200_004)


@pytest.mark.req("THER-5")
def test_another_fluid_is_no_bridge() -> None:
    rig = BridgeRig(500, 20_000)
    rig.fluid = "dyed-water"
    rig.change(1_000, 20_000)
    assert (rig.bridge_nl(), rig.status()["rate_nl_h"]) == (0, 20_000)


@pytest.mark.req("THER-5")
def test_a_slip_in_the_refill_can_be_mended_before_the_first_step() -> None:
    rig = BridgeRig(500, 20_000)
    rig.refill(50)
    rig.refill(500)
    rig.client.request("start")
    assert rig.bridge_nl() == 0
    rig.stop()
    rig.refill(50)
    rig.refill(2_000)
    rig.start(mass_rx(5_000, 2_000))
    assert rig.status()["rate_nl_h"] == 20_000


@pytest.mark.req("THER-5")
def test_a_concentration_is_never_changed_without_a_refill() -> None:
    rig = BridgeRig(500, 20_000)
    assert rig.staged_refusal(mass_rx(5_000, 2_000)).code == codes.OTHER_FLUID
    rig.refill(500)
    rig.client.load(mass_rx(20_000, 500))
    rig.client.request("start")
    summary = rig.client.stage(mass_rx(5_000, 2_000))
    commit = {"digest": summary["digest"], "override": summary["needs"]}
    assert rig.refusal("commit", **commit) == codes.OTHER_FLUID
