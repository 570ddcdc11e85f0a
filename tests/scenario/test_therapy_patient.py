"""The patient's bolus: by the button or over the link, inside lockout and count (THER-3)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx, patient_rx
from tests.scenario.journal_view import Entry, active, journal

AMOUNT_NL, DURATION_MS, LOCKOUT_MS, MOST = 5_000, 60_000, 600_000, 3
BASAL_NL_H = 24_000
AHEAD_MS = 5_000  # what is granted already goes before the first step of a bolus
HOST, SCHEDULE, BUTTON, PATIENT = 1, 2, 3, 4
CLICK_HZ, REFUSE_HZ = 2000, 220


def running(profile: str = "therapy_step") -> Rig:
    """A pump at its basal rate that allows patient boluses."""
    rig = Rig(profile)
    rig.start(patient_rx(BASAL_NL_H, [AMOUNT_NL, DURATION_MS, LOCKOUT_MS, MOST]))
    return rig


def press(rig: Rig, ms: float = 200) -> None:
    """A press of the patient's button, and what follows at once."""
    rig.pico.press("patient", ms)
    rig.run_for(ms + 1_000)


def begun(rig: Rig) -> list[tuple[int, int, int]]:
    """(amount, duration, origin) of every bolus in the journal."""
    return [(e.a, e.b, e.c & 15) for e in journal(rig, codes.EV_BOLUS_BEGIN)]


def heard(rig: Rig, from_ns: int) -> list[int]:
    """What the beeper has sounded since then, in Hz."""
    notes = rig.bench.beeper.notes(rig.now_ns)
    return [round(note.frequency_hz) for note in notes if note.start_ns >= from_ns]


def refusals(rig: Rig) -> list[int]:
    """Codes of the refused requests in the journal."""
    return [entry.a for entry in journal(rig, codes.EV_REFUSED)]


def bolus_steps(rig: Rig, from_ns: int) -> float:
    """Steps since then beyond what the basal rate gives."""
    hours = (rig.now_ns - from_ns) / 3.6e12
    return rig.steps(from_ns) - BASAL_NL_H * hours / 12.5


@pytest.mark.req("THER-3", "THER-11")
def test_a_press_clicks_and_gives_one_bolus_on_top_of_basal() -> None:
    rig = running()
    rig.run_for(10_000)
    start_ns = rig.now_ns
    press(rig)
    assert begun(rig) == [(AMOUNT_NL, DURATION_MS, BUTTON)]
    notes = heard(rig, start_ns)
    assert notes[0] == CLICK_HZ and len(notes) == 3, "a click, then the confirmation"
    rig.run_for(DURATION_MS + 10_000)
    assert abs(bolus_steps(rig, start_ns) - AMOUNT_NL / 12.5) <= 2
    (end,) = journal(rig, codes.EV_BOLUS_END)
    (begin,) = journal(rig, codes.EV_BOLUS_BEGIN)
    assert (end.a, end.b, end.c) == (AMOUNT_NL, 0, begin.c)


@pytest.mark.req("THER-3")
def test_the_same_over_the_link_with_its_own_origin_and_a_growing_number() -> None:
    rig = running()
    rig.client.request("patient_bolus")
    rig.run_for(LOCKOUT_MS + AHEAD_MS)
    press(rig)
    entries = journal(rig, codes.EV_BOLUS_BEGIN)
    assert [entry.c & 15 for entry in entries] == [PATIENT, BUTTON]
    assert [entry.c >> 4 for entry in entries] == [1, 2]


@pytest.mark.req("THER-3")
def test_inside_the_lockout_a_request_is_refused_heard_and_journaled_with_its_reason() -> None:
    rig = running()
    press(rig)
    rig.run_for(LOCKOUT_MS - 10_000)
    start_ns = rig.now_ns
    press(rig)
    assert refusals(rig) == [codes.PATIENT_LOCKOUT]
    assert heard(rig, start_ns) == [CLICK_HZ, REFUSE_HZ]
    with pytest.raises(RefusedError, match="PATIENT_LOCKOUT"):
        rig.client.request("patient_bolus")
    rig.run_for(10_000 + AHEAD_MS)
    press(rig)
    assert len(begun(rig)) == 2


@pytest.mark.req("THER-3")
def test_no_more_than_so_many_in_any_24_h() -> None:
    rig = running()
    for _ in range(MOST):
        rig.client.request("patient_bolus")
        rig.run_for(LOCKOUT_MS + AHEAD_MS)
    with pytest.raises(RefusedError, match="PATIENT_COUNT"):
        rig.client.request("patient_bolus")
    press(rig)
    assert len(begun(rig)) == MOST
    assert refusals(rig) == [codes.PATIENT_COUNT] * 2


@pytest.mark.req("THER-3")
def test_stopped_the_button_gives_nothing() -> None:
    rig = running()
    rig.stop()
    steps = rig.steps()
    press(rig)
    rig.run_for(DURATION_MS)
    assert refusals(rig) == [codes.NOT_RUNNING]
    assert rig.steps() == steps


@pytest.mark.req("THER-3")
def test_a_prescription_without_patient_boluses_refuses_them() -> None:
    rig = Rig()
    rig.start(const_rx(BASAL_NL_H))
    press(rig)
    assert refusals(rig) == [codes.PATIENT_NONE]


@pytest.mark.req("THER-3", "THER-11")
def test_while_a_bolus_runs_bolus_commit_and_clock_are_refused() -> None:
    rig = running()
    press(rig)
    asked: dict[str, dict[str, int]] = {
        "patient_bolus": {},
        "bolus": {"amount_nl": 1_000, "duration_ms": 60_000},
        "clock": {"wall_s": 900_000_000},
    }
    for cmd, fields in asked.items():
        with pytest.raises(RefusedError, match="BUSY_BOLUS"):
            rig.client.request(cmd, **fields)
    with pytest.raises(RefusedError, match="BUSY_BOLUS"):
        rig.client.load(const_rx(BASAL_NL_H))
    rig.run_for(DURATION_MS + 10_000)
    assert rig.status()["digest"] != 0 and len(begun(rig)) == 1


@pytest.mark.req("THER-3", "LIM-2")
def test_a_bolus_that_would_make_basal_refused_later_is_refused() -> None:
    tight = """from profiles.therapy_step import *
CAPS = ((3_600_000, 60_000, 27_000), (86_400_000, 1_800_000, 25_000_000))
"""
    rig = Rig(tight)
    rig.start(patient_rx(20_000, [4_000, 60_000, 120_000, 24]))
    rig.client.request("patient_bolus")
    rig.run_for(125_000)
    with pytest.raises(RefusedError, match="CAP_ROOM"):
        rig.client.request("patient_bolus")
    assert codes.AL_CAP_REACHED not in active(rig)


@pytest.mark.req("THER-11")
def test_cancel_ends_the_bolus_alone() -> None:
    rig = running()
    press(rig)
    rig.run_for(20_000)
    reply = rig.client.request("cancel")
    (end,) = journal(rig, codes.EV_BOLUS_END)
    assert end.a + end.b == AMOUNT_NL and end.b == reply["left_nl"] > 2_000
    assert rig.status()["state"] == "running"
    start_ns = rig.now_ns
    rig.run_for(120_000)
    assert abs(bolus_steps(rig, start_ns)) <= 2
    with pytest.raises(RefusedError, match="NO_BOLUS"):
        rig.client.request("cancel")
    with pytest.raises(RefusedError, match="PATIENT_LOCKOUT"):
        rig.client.request("patient_bolus")  # it was granted: its lockout runs


@pytest.mark.req("THER-11")
def test_cancel_of_a_bolus_from_stopped_leaves_the_pump_stopped() -> None:
    rig = Rig()
    rig.client.request("bolus", amount_nl=5_000, duration_ms=60_000)
    rig.run_for(20_000)
    rig.client.request("cancel")
    assert rig.status()["state"] == "stopped"
    steps = rig.assert_booked()["confirmed_steps"]
    (end,) = journal(rig, codes.EV_BOLUS_END)
    assert steps * 12.5 == pytest.approx(end.a, abs=150)


@pytest.mark.req("THER-3")
def test_a_bouncing_contact_is_one_request() -> None:
    rig = running()
    line = rig.pico.lines[rig.pico.board.buttons["patient"]]
    for level in (0, None, 0, None, 0):
        line.drive(level)
        rig.run_for(7)
    rig.run_for(300)
    for level in (None, 0, None, 0, None):
        line.drive(level)
        rig.run_for(7)
    rig.run_for(2_000)
    assert (len(begun(rig)), refusals(rig)) == (1, [])


@pytest.mark.req("THER-3")
def test_a_stuck_button_alarms_refuses_and_clears_when_it_comes_free() -> None:
    rig = running()
    rig.pico.press("patient", 45_000)
    rig.run_for(29_000)
    assert active(rig) == []
    rig.run_for(3_000)
    assert active(rig) == [codes.AL_BUTTON_STUCK]
    assert len(begun(rig)) == 1, "the press itself was a request"
    with pytest.raises(RefusedError, match="BUSY_BOLUS"):
        rig.client.request("patient_bolus")
    rig.run_for(20_000)
    assert active(rig) == []
    rig.pico.press("service", LOCKOUT_MS + 60_000)
    rig.run_for(LOCKOUT_MS + AHEAD_MS)
    with pytest.raises(RefusedError, match="BUTTON_STUCK"):
        rig.client.request("patient_bolus")


@pytest.mark.req("THER-3", "SAF-1")
def test_a_button_held_through_a_watchdog_reset_is_told_and_stops_no_therapy() -> None:
    rig = running()
    rig.run_for(5_000)
    rig.pico.press("patient", 20_000)
    rig.run_for(2_000)
    rig.pico.reset("watchdog")
    rig.boot()
    assert rig.status()["state"] == "running"
    assert active(rig) == [codes.AL_WATCHDOG, codes.AL_BUTTON_STUCK]
    rig.run_for(20_000)
    assert active(rig) == [codes.AL_WATCHDOG]
    assert len(begun(rig)) == 1, "what was held before the boot is no press"


@pytest.mark.req("THER-4")
@pytest.mark.parametrize("button", ["patient", "service"])
def test_either_button_ends_a_prime_and_starts_no_bolus(button: str) -> None:
    rig = Rig()
    rig.client.request("prime", amount_nl=440_000)
    rig.run_for(1_000)
    rig.pico.press(button, 200)
    rig.run_for(500)
    steps = rig.steps()
    assert rig.status()["state"] == "stopped"
    assert steps < 35_200 * 2 // 3
    rig.run_for(5_000)
    assert (rig.steps(), begun(rig), refusals(rig)) == (steps, [], [])


@pytest.mark.req("THER-3")
def test_the_service_button_starts_no_bolus() -> None:
    rig = running()
    rig.pico.press("service", 500)
    rig.run_for(5_000)
    assert (begun(rig), refusals(rig)) == ([], [])


def ended(rig: Rig) -> list[Entry]:
    """How every bolus ended."""
    return journal(rig, codes.EV_BOLUS_END, codes.EV_BOLUS_CUT)


@pytest.mark.req("THER-11")
@pytest.mark.parametrize("kind", ["power", "watchdog", "forced", "soft"])
def test_any_reset_ends_the_bolus_which_is_told_and_keeps_its_lockout(kind: str) -> None:
    rig = running()
    press(rig)
    rig.run_for(20_000)
    if kind == "power":
        rig.power_cut(1_000)
    elif kind == "watchdog":
        boots = rig.pico.boots
        rig.hang(20_000)
        rig.pico.until(lambda: rig.pico.boots > boots, 9_000)
        rig.boot()
    else:
        rig.pico.reset(kind)
        rig.boot()
    assert (rig.status()["state"], rig.status()["bolus_nl"]) == ("running", 0)
    (begin,) = journal(rig, codes.EV_BOLUS_BEGIN)
    (end,) = ended(rig)
    assert (end.kind, end.c, end.a + end.b) == (codes.EV_BOLUS_CUT, begin.c, AMOUNT_NL)
    start_ns = rig.now_ns
    rig.run_for(60_000)
    assert abs(bolus_steps(rig, start_ns)) <= 2
    with pytest.raises(RefusedError, match="PATIENT_LOCKOUT"):
        rig.client.request("patient_bolus")
    rig.power_cut()
    assert len(ended(rig)) == 1, "told once"


@pytest.mark.req("THER-11")
def test_after_lost_time_the_lockout_starts_anew_in_full() -> None:
    rig = running()
    press(rig)
    rig.run_for(LOCKOUT_MS // 2)
    rig.power_cut(3_600_000)
    rig.run_for(LOCKOUT_MS - 20_000)
    with pytest.raises(RefusedError, match="PATIENT_LOCKOUT"):
        rig.client.request("patient_bolus")
    rig.run_for(20_000 + AHEAD_MS)
    rig.client.request("patient_bolus")
    assert len(begun(rig)) == 2
