"""Caps while another concentration leaves: in mass, by the stronger of the two (THER-5, LIM-2)."""

from __future__ import annotations

import pytest

from picodose import codes
from tests.scenario.bridge_rig import MIN_MS, BridgeRig, mass_rx


def counted(rig: BridgeRig) -> int:
    """Steps that the window of an hour holds by the pump's count."""
    window = rig.parts.caps.windows[0]
    return int(sum(window._steps))


@pytest.mark.req("THER-5", "LIM-2")
@pytest.mark.parametrize(("old", "new", "weight"), [(500, 2_000, 1), (2_000, 500, 4)])
def test_each_step_counts_as_if_it_were_of_the_stronger_fluid(
    old: int, new: int, weight: int
) -> None:
    rig = BridgeRig(old, 20_000)
    before, granted = counted(rig), rig.status()["granted_steps"]
    back = rig.parts.ledger.taken_back
    rig.change(new, 20_000 * old // new)
    rig.run_for(5 * MIN_MS)
    rig.stop()
    steps = rig.status()["granted_steps"] - granted
    taken_back = rig.parts.ledger.taken_back  # by the halt, and still counted
    assert steps > 30 and counted(rig) - before == weight * (steps + taken_back - back)
    rig.client.request("start")
    rig.power_cut()
    steps = rig.status()["granted_steps"] - granted
    assert counted(rig) - before >= weight * steps, "what was reserved too"


@pytest.mark.req("THER-5", "LIM-2")
def test_a_program_whose_bridge_would_pass_a_cap_is_refused_when_staged() -> None:
    caps = "CAPS = ((3_600_000, 60_000, 30_000), (86_400_000, 1_800_000, 25_000_000))\n"
    rig = BridgeRig(500, 20_000, more=caps)
    rig.refill(2_000)
    passes = mass_rx(21_900, 2_000)  # 22.3 uL in 61 min, and 7.5 uL more in the bridge
    assert rig.client.stage(passes)["bridge_nl_h"] == 87_600
    assert rig.staged_refusal(mass_rx(22_500, 2_000)).code == codes.RX_CAP
    rig.client.load(passes)
    rig.client.request("start")
    rig.run_for(90 * MIN_MS)
    assert (rig.bridge_nl(), rig.status()["missed_nl"] < 25) == (0, True)
