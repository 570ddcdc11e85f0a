"""Why the pump restarted, and what goes on afterwards (REC-5)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx
from tests.scenario.journal_view import active, journal

RX = const_rx(150_000)
STAY = """from micropython import const
from profiles.therapy_step import *
RESUME_AFTER_POWER_LOSS = const(0)
"""
REASONS = ["power", "watchdog", "forced", "soft"]


def reset(rig: Rig, kind: str) -> None:
    """A reset of a kind, and the boot after it."""
    if kind == "power":
        rig.power_cut(1_000)
        return
    if kind == "watchdog":
        rig.pico.fault("hang", ms=20_000)
        boots = rig.pico.boots
        rig.pico.until(lambda: rig.pico.boots > boots, 9_000)
    else:
        rig.pico.reset(kind)
    rig.boot()


@pytest.mark.req("REC-5")
@pytest.mark.parametrize("kind", REASONS)
def test_every_reset_is_journaled_with_its_reason_and_a_committed_therapy_goes_on(
    kind: str,
) -> None:
    rig = Rig()
    rig.start(RX)
    rig.run_for(60_000)
    reset(rig, kind)
    boots = journal(rig, codes.EV_BOOT)
    assert [REASONS[entry.a] for entry in boots] == ["power", kind]
    assert [entry.b for entry in boots] == [1, 2]
    assert rig.client.request("status", page=1)["reset"] == kind
    assert rig.status()["state"] == "running"
    start_ns = rig.now_ns
    rig.run_for(60_000)
    assert abs(rig.steps(start_ns) - 200) <= 1
    raised = {"power": [codes.AL_POWER_LOST], "watchdog": [codes.AL_WATCHDOG]}
    assert active(rig) == raised.get(kind, [])


@pytest.mark.req("REC-5")
@pytest.mark.parametrize("kind", REASONS)
def test_a_stopped_pump_stays_stopped_after_any_reset(kind: str) -> None:
    rig = Rig()
    rig.start(RX)
    rig.run_for(30_000)
    rig.stop()
    steps = rig.steps()
    reset(rig, kind)
    rig.run_for(30_000)
    assert (rig.status()["state"], rig.steps()) == ("stopped", steps)


@pytest.mark.req("REC-5", "THER-11")
@pytest.mark.parametrize("kind", REASONS)
def test_a_single_bolus_does_not_go_on_which_is_told_and_basal_does(kind: str) -> None:
    rig = Rig()
    rig.client.load(RX)
    rig.client.load(bolus_rx(5_000, 120_000))
    rig.run_for(30_000)
    reset(rig, kind)
    assert rig.status()["state"] == "stopped"
    rig.client.request("start")
    rig.client.load(bolus_rx(5_000, 120_000))
    rig.run_for(30_000)
    reset(rig, kind)
    assert (rig.status()["state"], rig.status()["bolus_nl"]) == ("running", 0)
    told = journal(rig, codes.EV_BOLUS_BEGIN, codes.EV_BOLUS_END, codes.EV_BOLUS_CUT)
    assert [entry.kind for entry in told] == [codes.EV_BOLUS_BEGIN, codes.EV_BOLUS_CUT] * 2
    for begin, cut in (told[:2], told[2:]):
        assert (cut.c, cut.a + cut.b) == (begin.c, 5_000)
        assert cut.b > 0
    start_ns = rig.now_ns
    rig.run_for(60_000)
    assert abs(rig.steps(start_ns) - 200) <= 1


@pytest.mark.req("REC-5")
def test_power_was_lost_until_somebody_says_so_whatever_happens_meanwhile() -> None:
    rig = Rig()
    rig.start(RX)
    rig.run_for(5_000)
    rig.power_cut()
    assert active(rig) == [codes.AL_POWER_LOST]
    rig.stop()
    rig.power_cut()
    rig.run_for(60_000)
    assert active(rig) == [codes.AL_POWER_LOST]
    rig.client.request("ack", code=codes.AL_POWER_LOST)
    rig.power_cut()
    assert active(rig) == [], "an acknowledged alarm does not come back"


@pytest.mark.req("REC-5")
def test_a_profile_may_say_stay_stopped() -> None:
    rig = Rig(STAY)
    rig.start(RX)
    rig.run_for(30_000)
    steps = rig.steps()
    for _ in range(2):
        rig.power_cut()
        rig.run_for(30_000)
        assert (rig.status()["state"], rig.steps()) == ("stopped", steps)
    assert active(rig) == [codes.AL_POWER_LOST]
    rig.client.request("start")


@pytest.mark.req("REC-5")
def test_the_third_watchdog_timeout_in_an_hour_stays_stopped_even_after_a_power_cut() -> None:
    rig = Rig()
    rig.start(RX)
    for count in range(3):
        assert rig.status()["state"] == "running", count
        rig.run_for(60_000)
        reset(rig, "watchdog")
    assert rig.status()["state"] == "stopped"
    assert active(rig) == [codes.AL_WATCHDOG_STOP, codes.AL_WATCHDOG]
    steps = rig.steps()
    rig.power_cut()
    rig.run_for(60_000)
    assert (rig.status()["state"], rig.steps()) == ("stopped", steps)
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")
    rig.client.request("ack", code=codes.AL_WATCHDOG_STOP)
    rig.power_cut()
    assert rig.status()["state"] == "stopped", "only a person starts it again"
    rig.client.request("start")
    assert rig.status()["state"] == "running"


@pytest.mark.req("REC-5")
def test_timeouts_of_a_stopped_pump_count_as_well() -> None:
    rig = Rig()
    rig.client.load(RX)
    for _ in range(3):
        reset(rig, "watchdog")
    assert codes.AL_WATCHDOG_STOP in active(rig)


@pytest.mark.req("REC-5")
def test_a_timeout_after_an_hour_of_running_time_is_not_the_third() -> None:
    rig = Rig()
    rig.start(RX)
    reset(rig, "watchdog")
    reset(rig, "watchdog")
    rig.run_for(61 * 60_000)
    reset(rig, "watchdog")
    assert rig.status()["state"] == "running"


@pytest.mark.req("REC-5")
def test_a_trip_of_the_guard_is_still_known_after_a_power_cut() -> None:
    rig = Rig()
    rig.start(RX)
    rig.run_for(10_000)
    for _ in range(5):  # pulses that nobody ordered
        rig.pico.fault("stuck_pin", gpio=2, level=1)
        rig.run_for(2)
        rig.pico.fault("stuck_pin", gpio=2, level=0)
        rig.run_for(2)
    rig.pico.fault("stuck_pin", gpio=2, level=None)
    rig.run_for(3_000)
    assert rig.status()["state"] == "fault"
    rig.power_cut()
    assert rig.status()["state"] == "stopped"
    assert active(rig) == [codes.AL_OVER_DELIVERY]
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")
    rig.client.request("ack", code=codes.AL_OVER_DELIVERY)
    rig.client.request("start")


@pytest.mark.req("REC-5", "LIM-2")
def test_what_a_power_cut_leaves_uncertain_does_not_end_therapy_but_counts_in_the_cap() -> None:
    # 150 uL/h just fits under the hour's cap; what was reserved does not fit on top of it
    tight = """from profiles.therapy_step import *
CAPS = ((3_600_000, 60_000, 153_000), (86_400_000, 1_800_000, 25_000_000))
"""
    rig = Rig(tight)
    rig.start(RX)
    rig.run_for(3_600_000)
    rig.power_cut()
    assert rig.status()["uncertain_steps"] > 100
    assert rig.status()["state"] == "running"
    rig.run_for(3_600_000)
    rises = rig.rises()
    assert max(rig.steps(t_ns, t_ns + 3_600_000_000_000) for t_ns in rises[::50]) * 12.5 <= 153_000
    assert codes.AL_CAP_REACHED in [entry.a for entry in journal(rig, codes.EV_ALARM)]
    rig.run_for(1_800_000)
    assert codes.AL_CAP_REACHED not in active(rig), "there is room again"
    assert rig.status()["rate_nl_h"] == 150_000
