"""What a person must be told, and what may not happen behind their back: clock, STOP, power."""

from __future__ import annotations

from typing import Any

import pytest

from host_tools.link import RefusedError
from picodose import codes
from shim.flash import FAILED
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx, day_rx
from tests.scenario.journal_view import active, journal
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


def running() -> Rig:
    """A pump whose therapy runs, just after the monitor has looked at its memory."""
    rig = Rig()
    rig.start(const_rx(600_000))
    rig.run_for(10_000)
    monitor = next(part for part in rig.loop._parts if type(part).__name__ == "Monitor")
    due_ms = monitor.due_ms
    rig.pico.until(lambda: monitor.due_ms > due_ms, 11_000)
    return rig


@pytest.mark.req("REC-1", "REC-5")
def test_a_stop_that_flash_does_not_hold_raises_the_alarm_at_once() -> None:
    rig = running()
    rig.pico.flash.fail_programs = True
    rig.stop()
    assert active(rig) == [codes.AL_MEMORY]
    assert rig.status()["state"] == "stopped"


@pytest.mark.req("REC-1", "REC-5")
def test_a_fault_that_flash_does_not_hold_raises_the_alarm_at_once() -> None:
    rig = running()
    rig.pico.flash.fail_programs = True
    rig.parts.guard.tokens = -1_000
    rig.run_for(3_000)
    assert active(rig) == [codes.AL_OVER_DELIVERY, codes.AL_MEMORY]
    assert rig.status()["state"] == "fault"


@pytest.mark.req("REC-1", "REC-5")
def test_a_stop_is_written_again_after_one_write_that_failed() -> None:
    rig = running()
    store, write = rig.parts.store, rig.parts.store.write
    failed: list[str] = []

    def fail_once(name: str, data: bytes) -> None:
        if name.startswith("reserve") and not failed:
            failed.append(name)
            raise OSError(5)
        write(name, data)

    store.write = fail_once
    rig.stop()
    assert len(failed) == 1 and active(rig) == []
    rig.power_cut()
    assert rig.status()["state"] == "stopped"


@pytest.mark.req("REC-5")
def test_a_boot_that_flash_does_not_hold_resumes_nothing_and_says_so() -> None:
    rig = running()
    flash: Any = rig.pico.flash
    usual = flash.program

    def fail_once(_sector: int, _offset: int, _data: bytes) -> int:
        flash.program = usual
        return FAILED

    flash.program = fail_once
    cut_ns = rig.now_ns
    rig.power_cut()
    assert flash.program == usual and codes.AL_MEMORY in active(rig)
    assert (rig.status()["state"], rig.steps(cut_ns + 1)) == ("stopped", 0)
    assert len(journal(rig, codes.EV_START)) == 1, "it began again before it was stopped"


@pytest.mark.req("REC-5", "LIM-2")
def test_a_single_bolus_that_a_power_loss_cuts_is_told_and_its_doubt_is_kept() -> None:
    rig = Rig()
    rig.client.load(bolus_rx(50_000, 600_000))
    rig.run_for(60_000)
    rig.power_cut()
    doubt = rig.status()["uncertain_steps"]
    assert (active(rig), rig.status()["state"]) == ([codes.AL_POWER_LOST], "stopped")
    assert doubt > 0 and [entry.a for entry in journal(rig, codes.EV_RESERVED)] == [doubt]
    rig.ack_all()
    rig.power_cut()  # nothing moved since: nothing new to tell, nothing forgotten
    assert (rig.status()["uncertain_steps"], active(rig)) == (doubt, [])
    assert len(journal(rig, codes.EV_RESERVED)) == 1


@pytest.mark.req("THER-7", "LIM-4")
def test_a_scheduled_bolus_that_begins_late_ends_in_time_and_what_it_lacks_is_missed() -> None:
    rig = Rig()
    rig.client.load(day_rx([[480, 100_000, 15_000, 60_000], [481, 900_000, 0, 0]]))
    rig.client.request("clock", wall_s=at("07:59:58"))
    rig.run_for(1_500)
    rig.client.request("start")
    rig.run_for(90_000)
    assert (rig.status()["state"], active(rig)) == ("running", [])
    (end,) = journal(rig, codes.EV_BOLUS_END)
    missed_nl = rig.status()["missed_nl"]
    assert 0 < missed_nl < 15_000 // 20 and end.b == 0
    assert end.a + missed_nl == 15_000
