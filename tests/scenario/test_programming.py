"""Staged programming on the whole pump: nothing is in force but what a commit names (THER-8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from host_tools.link import PumpRestartedError, RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, bolus_rx, const_rx, day_rx
from tests.scenario.journal_view import journal
from tests.unit.link_bench import framed

OLD, NEW = const_rx(450_000), const_rx(540_000)
LAPSE_MS = 120_000


def running() -> Rig:
    """A pump that runs the old prescription, at ten steps a second."""
    rig = Rig()
    rig.start(OLD)
    rig.run_for(5_000)
    return rig


def steps_in_10_s(rig: Rig) -> int:
    """What the pin does from now on."""
    begun_ns = rig.now_ns
    rig.run_for(10_000)
    return rig.steps(begun_ns)


def still_old(rig: Rig) -> None:
    """The old prescription goes on at its own rate, and status says so."""
    status = rig.status()
    assert (status["state"], status["rate_nl_h"]) == ("running", 450_000)
    assert steps_in_10_s(rig) == pytest.approx(100, abs=1)


def refusal(rig: Rig, digest: int, override: str) -> codes.Refused | RefusedError:
    """How a commit is refused."""
    with pytest.raises(RefusedError) as refused:
        rig.client.commit(digest, override)
    return refused.value


@pytest.mark.req("THER-8")
def test_the_pump_sums_up_what_was_staged_and_nothing_changes_before_the_commit() -> None:
    rig = running()
    summary = rig.client.stage(NEW)
    assert summary["mode"] == "const" and summary["total_24h_nl"] == 24 * 540_000
    assert summary["rate_max_nl_h"] == 540_000 and summary["boluses"] == 0
    still_old(rig)
    committed = rig.client.commit(summary["digest"], summary["needs"])
    assert committed["digest"] == summary["digest"] == rig.status()["digest"]
    rig.run_for(5_000)
    assert steps_in_10_s(rig) == pytest.approx(120, abs=1)
    assert journal(rig, codes.EV_COMMIT)[-1].a & 0xFFFFFFFF == summary["digest"]


@pytest.mark.req("THER-8")
def test_a_commit_that_names_another_digest_changes_nothing_and_is_journaled() -> None:
    rig = running()
    summary = rig.client.stage(NEW)
    wrong = refusal(rig, summary["digest"] ^ 1, summary["needs"])
    assert (wrong.code, wrong.value) == (codes.STAGED_OTHER, summary["digest"] ^ 1)
    assert journal(rig, codes.EV_REFUSED)[-1].a == codes.STAGED_OTHER
    still_old(rig)
    rig.client.commit(summary["digest"], summary["needs"])


@pytest.mark.req("THER-8", "LIM-3")
def test_a_first_program_needs_the_override_first_and_no_other() -> None:
    rig = Rig()
    summary = rig.client.stage(OLD)
    assert summary["needs"] == "first"
    for override in ("", "change", "first,change", "First", "first,"):
        wrong = refusal(rig, summary["digest"], override)
        assert (wrong.code, wrong.limit) == (codes.OVERRIDE, "first"), override
    assert rig.status()["mode"] == "none"
    rig.client.commit(summary["digest"], "first")
    assert rig.client.stage(NEW)["needs"] == ""


@pytest.mark.req("THER-8")
@pytest.mark.parametrize("late", [False, True])
def test_what_is_staged_lapses_after_two_minutes(late: bool) -> None:
    rig = running()
    summary = rig.client.stage(NEW)
    rig.run_for(LAPSE_MS + 100 if late else LAPSE_MS - 500)
    if late:
        assert refusal(rig, summary["digest"], "").code == codes.NOT_STAGED
        still_old(rig)
    else:
        rig.client.commit(summary["digest"], "")
        assert rig.status()["rate_nl_h"] == 540_000


def stop(rig: Rig) -> None:
    rig.stop()


def press_on(rig: Rig) -> None:
    """Another stage begins."""
    rig.client.request("stage_begin", kind="rx", length=2, crc="00000000")


def stop_reading(rig: Rig) -> None:
    """The host stops reading for so long that the session ends."""
    rig.pico.usb.stop_reading()
    for _ in range(9):  # more than the port's own ring takes
        rig.client.transport.write(framed('{"id":9,"cmd":"status","page":0}'))
    rig.run_for(2_000)
    rig.pico.usb.resume_reading()
    rig.run_for(1_000)
    rig.client.connect()


def bad_program(rig: Rig) -> None:
    """What follows is refused: the one before it is forgotten with it."""
    with pytest.raises(RefusedError):
        rig.client.stage(const_rx(1))


@pytest.mark.req("THER-8")
@pytest.mark.parametrize("end", [stop, press_on, stop_reading, bad_program])
def test_what_is_staged_is_forgotten(end: Callable[[Rig], None]) -> None:
    rig = running()
    summary = rig.client.stage(NEW)
    end(rig)
    assert refusal(rig, summary["digest"], "").code == codes.NOT_STAGED
    if end is stop:
        rig.client.request("start")
        rig.run_for(2_000)
    still_old(rig)


@pytest.mark.req("THER-8")
@pytest.mark.parametrize("way", ["power", "watchdog"])
def test_a_reset_between_stage_and_commit_leaves_the_old_prescription_running(way: str) -> None:
    rig = running()
    summary = rig.client.stage(NEW)
    if way == "power":
        rig.pico.power_cut()
    else:
        rig.pico.reset("watchdog")
    rig.run_for(3_000)
    with pytest.raises(PumpRestartedError):
        rig.client.commit(summary["digest"], "")
    rig.client.connect()
    assert refusal(rig, summary["digest"], "").code == codes.NOT_STAGED
    still_old(rig)


@pytest.mark.req("THER-8")
def test_a_host_that_goes_away_between_stage_and_commit_leaves_the_old_prescription() -> None:
    rig = running()
    rig.client.stage(NEW)
    rig.run_for(10 * LAPSE_MS)
    still_old(rig)


@pytest.mark.req("THER-8")
def test_a_commit_while_a_bolus_runs_is_refused_and_may_come_again_after_it() -> None:
    rig = running()
    rig.client.load(bolus_rx(500, 20_000))
    summary = rig.client.stage(NEW)
    assert refusal(rig, summary["digest"], "").code == codes.BUSY_BOLUS
    rig.run_for(30_000)
    rig.client.commit(summary["digest"])
    assert rig.status()["rate_nl_h"] == 540_000


@pytest.mark.req("THER-8")
def test_a_single_bolus_is_no_program() -> None:
    rig = Rig()
    with pytest.raises(RefusedError) as refused:
        rig.client.stage(bolus_rx(500, 20_000))
    assert refused.value.code == codes.RX_MODE and "bolus" in refused.value.hint
    with pytest.raises(RefusedError) as refused:
        rig.client.stage(day_rx([[0, 250, 0, 0]]), kind="poem")
    assert refused.value.value == "poem"


@pytest.mark.req("THER-8")
def test_a_bolus_outside_the_profile_is_refused() -> None:
    rig = Rig()
    for amount_nl, duration_ms, code in (
        (500_001, 86_400_000, codes.RX_BOLUS_AMOUNT),
        (500, 999, codes.RX_BOLUS_TIME),
        (500, 86_400_001, codes.RX_BOLUS_TIME),
        (278, 1_000, codes.RX_BOLUS_RATE),
    ):
        with pytest.raises(RefusedError) as refused:
            rig.client.bolus(amount_nl, duration_ms)
        assert refused.value.code == code, (amount_nl, duration_ms)
    assert rig.status()["state"] == "stopped" and rig.steps() == 0
