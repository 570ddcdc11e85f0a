"""The trial: it stops itself, is evaluated, and becomes permanent or the end (THER-9)."""

from __future__ import annotations

import struct

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx
from tests.scenario.journal_view import active, journal

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WALL_S = 850_000_000


def trial_rx(days: int, until_s: int = 0, rate_nl_h: int = 1_000) -> bytes:
    """A constant rate with an end."""
    return const_rx(rate_nl_h)[:-1] + b',"trial":[%d,%d]}' % (days, until_s)


def refusal(rig: Rig, command: str, **values: int | str) -> RefusedError:
    """How a request is refused."""
    with pytest.raises(RefusedError) as refused:
        rig.client.request(command, **values)
    return refused.value


def assert_ended(rig: Rig) -> None:
    """Stopped by itself, told, journaled, and no start brings it back."""
    assert active(rig) == [codes.AL_TRIAL_ENDED]
    assert rig.status()["state"] == "stopped"
    assert journal(rig, codes.EV_STOP)[-1].b == codes.AL_TRIAL_ENDED
    rig.ack_all()
    assert refusal(rig, "start").code == codes.TRIAL_OVER
    before = rig.steps()
    rig.run_for(600_000)
    assert rig.steps() == before


@pytest.mark.req("THER-9")
def test_a_trial_stops_itself_after_its_days_of_running_time() -> None:
    rig = Rig()
    rig.client.load(trial_rx(1))
    rig.age(5 * HOUR_MS)
    rig.client.request("start")
    assert rig.status()["trial_left_s"] in (86_399, 86_400)
    rig.age(DAY_MS - 60_000)
    rig.run_for(55_000)
    assert rig.status()["state"] == "running"
    rig.run_for(6_000)
    assert_ended(rig)


@pytest.mark.slow
@pytest.mark.req("THER-9")
def test_a_day_of_trial_is_a_day_to_the_second() -> None:
    rig = Rig()
    rig.pico.set_adc_mv(0, 3_100)  # a battery that never ends
    rig.client.load(trial_rx(1))
    begun_ns = rig.now_ns
    rig.client.request("start")
    rig.run_for(DAY_MS + 60_000)
    assert_ended(rig)
    ran_s = (rig.rises()[-1] - begun_ns) / 1e9
    assert 86_400 - 60 < ran_s < 86_402, "a step every 45 s"


@pytest.mark.req("THER-9")
def test_stops_do_not_make_a_trial_longer() -> None:
    rig = Rig()
    rig.start(trial_rx(1))
    rig.age(HOUR_MS)
    rig.stop()
    rig.age(22 * HOUR_MS)
    rig.client.request("start")
    rig.age(HOUR_MS - 30_000)
    rig.run_for(31_000)
    assert_ended(rig)


@pytest.mark.req("THER-9")
def test_a_trial_stops_itself_at_its_date_also_when_the_clock_is_set_past_it() -> None:
    for jump_s in (0, 3_000):
        rig = Rig()
        rig.client.request("clock", wall_s=WALL_S)
        rig.start(trial_rx(0, WALL_S + 3_600))
        rig.run_for(50 * 60_000)
        assert rig.status()["state"] == "running"
        if jump_s:
            rig.client.request("clock", wall_s=WALL_S + 3_600 + jump_s)
        rig.run_for(5_000 if jump_s else 601_000)
        assert_ended(rig)


@pytest.mark.req("THER-9")
def test_a_trial_with_a_date_needs_a_clock_and_a_date_to_come() -> None:
    rig = Rig()
    summary = rig.client.stage(trial_rx(0, WALL_S + 60))
    code = refusal(rig, "commit", digest=summary["digest"], override="first").code
    assert code == codes.TRIAL_OVER
    rig.client.request("clock", wall_s=WALL_S + 60)
    code = refusal(rig, "commit", digest=summary["digest"], override="first").code
    assert code == codes.TRIAL_OVER
    rig.client.request("clock", wall_s=WALL_S)
    rig.client.commit(summary["digest"], "first")


@pytest.mark.req("THER-9", "REC-5")
@pytest.mark.parametrize("way", ["power", "watchdog"])
def test_after_lost_time_a_trial_stays_stopped_until_a_clinician_starts_it(way: str) -> None:
    rig = Rig()
    rig.start(trial_rx(2, rate_nl_h=10_000))
    rig.age(DAY_MS)
    rig.run_for(HOUR_MS)
    if way == "power":
        rig.power_cut()
    else:
        rig.pico.reset("watchdog")
        rig.boot()
    assert rig.status()["state"] == "stopped"
    before = rig.steps()
    rig.run_for(600_000)
    assert rig.steps() == before
    rig.power_cut()
    assert rig.status()["state"] == "stopped", "nor does the next boot start it"
    rig.client.request("start")
    left_s = rig.status()["trial_left_s"]
    assert 82_000 < left_s <= 82_800 + 900, "the days go on where the record had them"
    rig.age(left_s * 1000 - 10_000)
    rig.run_for(15_000)
    assert codes.AL_TRIAL_ENDED in active(rig)
    rig.power_cut()
    rig.ack_all()
    assert refusal(rig, "start").code == codes.TRIAL_OVER, "over stays over"


@pytest.mark.req("THER-9")
def test_evaluations_are_stored_with_their_words_and_time_and_outlive_a_power_cut() -> None:
    rig = Rig()
    assert refusal(rig, "score", score=7, text="too early").code == codes.NO_TRIAL
    rig.client.request("clock", wall_s=WALL_S)
    rig.client.load(trial_rx(3))
    words = ['walked to the sea, slept well; pain "3" at night.', "", "worse"]
    words[0] = words[0][:48]
    for score, text in zip((7, 0, 10), words, strict=True):
        rig.client.request("score", score=score, text=text)
    rig.power_cut()
    assert evaluations(rig) == list(zip((7, 0, 10), words, strict=True))
    scored = journal(rig, codes.EV_SCORE)
    assert all(entry.wall_s is not None and entry.wall_s >= WALL_S for entry in scored)


def evaluations(rig: Rig) -> list[tuple[int, str]]:
    """Scores and words out of the journal."""
    found, letters = [], b""
    for entry in journal(rig, codes.EV_SCORE, codes.EV_TEXT):
        if entry.kind == codes.EV_TEXT:
            letters += struct.pack("<iiH", entry.a, entry.b, entry.c)
        else:
            found.append((entry.a, letters[: entry.b].decode()))
            letters = b""
    return found


@pytest.mark.req("THER-9", "LIM-3")
def test_a_trial_becomes_permanent_by_a_commit_that_says_so() -> None:
    rig = Rig()
    rig.start(trial_rx(1))
    rig.age(DAY_MS - 5_000)
    rig.run_for(10_000)
    assert active(rig) == [codes.AL_TRIAL_ENDED]
    rig.ack_all()
    assert rig.client.stage(trial_rx(2))["needs"] == "", "another trial is no conversion"
    summary = rig.client.stage(const_rx(1_000))
    assert summary["needs"] == "convert"
    assert refusal(rig, "commit", digest=summary["digest"], override="").code == codes.OVERRIDE
    rig.client.commit(summary["digest"], "convert")
    assert journal(rig, codes.EV_COMMIT)[-1].c == 1 << codes.OVERRIDES.index("convert")
    rig.client.request("start")
    rig.age(15 * DAY_MS)
    rig.run_for(600_000)
    assert rig.status()["state"] == "running" and rig.status()["trial_left_s"] == -1
    rig.power_cut()
    assert rig.status()["state"] == "running"
