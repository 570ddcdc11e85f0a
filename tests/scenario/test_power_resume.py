"""A power loss above half of a cap: therapy goes on at what has room, and says so."""

from __future__ import annotations

import pytest

from host_tools.link.transport import SimTransport
from host_tools.rx import limits_of, plan_of
from picodose import codes
from shim.plant import Bench
from shim.virtual_pico import VirtualPico
from tests.willing import WillingClient


@pytest.mark.slow
@pytest.mark.req("REC-5", "LIM-2")
def test_a_cap_that_uncertain_volume_fills_slows_the_resumed_therapy_and_never_stops_it() -> None:
    plan = plan_of('mode = "const"\nrate = "800 uL/h"\n', "steady.toml", limits_of())
    pico, bench = VirtualPico(), Bench()
    bench.attach(pico)
    pico.run_for(3_000)
    client = WillingClient(SimTransport(pico))
    client.connect()
    client.load(plan.raw)
    client.request("start")
    pico.run_for(3_600_000)
    pico.power_cut(1_000)
    pico.run_for(60_000)
    client.connect()
    assert client.status()["state"] == "running"
    pico.run_for(3_600_000)
    status = client.status()
    assert str(codes.AL_CAP_REACHED) in status["active"]
    assert status["missed_nl"] > 0
    assert bench.dispensed_nl <= 2 * 1_500_000
