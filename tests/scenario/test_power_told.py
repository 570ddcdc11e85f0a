"""What a person must be told, and what may not happen behind their back: clock, STOP, power."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, bolus_rx, day_rx
from tests.scenario.journal_view import active
from tests.scenario.test_therapy_clock import at


@pytest.mark.req("CLK-1")
def test_the_clock_is_not_set_during_a_bolus_so_no_faster_basal_meets_it() -> None:
    rig = Rig()
    rig.client.load(day_rx([[0, 100_000, 0, 0], [720, 900_000, 0, 0]]))
    rig.client.request("clock", wall_s=at("10:00:00"))
    rig.client.request("start")
    rig.client.load(bolus_rx(450_000, 1_800_000))  # 900 uL/h on top of 100
    rig.run_for(10_000)
    before_s = rig.client.request("status", page=2)["wall_s"]
    with pytest.raises(RefusedError, match="BUSY_BOLUS"):
        rig.client.request("clock", wall_s=at("12:05:00"))
    rig.run_for(30_000)
    assert rig.client.request("status", page=2)["wall_s"] == pytest.approx(before_s + 30, abs=1)
    assert (rig.status()["state"], active(rig)) == ("running", [])
