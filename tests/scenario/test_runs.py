"""Prime and calibration runs: a stated amount from stopped, under caps of their own (THER-4)."""

from __future__ import annotations

import pytest

from host_tools.link import RefusedError
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx

PRIME_NL = 440_000  # the path of 0.4 mL and a tenth
PRIME_STEPS = 35_200  # of 12.5 nL
DAY_S = 86_400


def alive_for(rig: Rig, seconds: float) -> None:
    """Virtual time passes, and the host asks for the status once a second."""
    for _ in range(round(seconds)):
        rig.run_for(1000)
        rig.status()


@pytest.fixture
def rig() -> Rig:
    """A pump that has just come up."""
    return Rig()


def refusal(rig: Rig, cmd: str, **fields: int) -> int:
    """The code with which a request is refused."""
    with pytest.raises(RefusedError) as refused:
        rig.client.request(cmd, **fields)
    return int(refused.value.code)


@pytest.mark.req("THER-4")
def test_a_prime_gives_its_amount_at_600_ml_an_hour_and_ends_stopped(rig: Rig) -> None:
    reply = rig.client.request("prime", amount_nl=PRIME_NL)
    assert (reply["steps"], reply["duration_ms"]) == (PRIME_STEPS, 2640)
    rig.run_for(1500)
    assert rig.status()["state"] == "priming"
    alive_for(rig, 5)
    status = rig.assert_booked()
    assert (status["state"], rig.steps(), status["missed_nl"]) == ("stopped", PRIME_STEPS, 0)
    rises = rig.rises()
    assert rises[-1] - rises[0] == pytest.approx(2.64e9, rel=0.01)


@pytest.mark.req("THER-4")
def test_two_primes_in_24_hours_of_running_time_and_no_third(rig: Rig) -> None:
    for _ in range(2):
        rig.client.request("prime", amount_nl=PRIME_NL)
        alive_for(rig, 6)
    assert refusal(rig, "prime", amount_nl=1000) == codes.RUN_OFTEN
    rig.power_cut()
    assert refusal(rig, "prime", amount_nl=1000) == codes.RUN_OFTEN
    rig.run_for((DAY_S + 10) * 1000)
    rig.ack_all()
    rig.client.request("prime", amount_nl=1000)
    alive_for(rig, 4)
    assert rig.steps() == 2 * PRIME_STEPS + 80


@pytest.mark.req("THER-4")
@pytest.mark.parametrize("amount_nl", [PRIME_NL + 1, 1])
def test_more_than_the_path_and_a_tenth_or_less_than_a_step_is_refused(
    rig: Rig, amount_nl: int
) -> None:
    assert refusal(rig, "prime", amount_nl=amount_nl) == codes.RUN_AMOUNT
    rig.client.request("prime", amount_nl=PRIME_NL)  # what was refused does not count as a run
    alive_for(rig, 6)
    rig.client.request("prime", amount_nl=PRIME_NL)


@pytest.mark.req("THER-4")
def test_a_prime_ends_by_stop_and_by_two_seconds_of_silence(rig: Rig) -> None:
    rig.client.request("prime", amount_nl=PRIME_NL)
    rig.run_for(1000)
    rig.stop()
    first = rig.assert_booked()["confirmed_steps"]
    assert 0 < first < PRIME_STEPS
    rig.client.request("prime", amount_nl=PRIME_NL)
    rig.run_for(10_000)
    status = rig.assert_booked()
    assert status["state"] == "stopped"
    assert rig.rises()[-1] < rig.now_ns - 7_000_000_000


@pytest.mark.req("THER-4")
def test_a_prime_only_begins_from_stopped_and_nothing_else_begins_during_it(rig: Rig) -> None:
    rig.start(const_rx(100_000))
    assert refusal(rig, "prime", amount_nl=1000) == codes.NOT_STOPPED
    rig.stop()
    rig.client.request("prime", amount_nl=PRIME_NL)
    for cmd in ("start", "prime"):
        fields = {"amount_nl": 1000} if cmd == "prime" else {}
        assert refusal(rig, cmd, **fields) in (codes.BUSY_BOLUS, codes.NOT_STOPPED)


@pytest.mark.req("THER-4", "LIM-2")
def test_a_prime_is_no_therapy_for_the_caps_and_leaves_the_reservoir(rig: Rig) -> None:
    before = rig.client.request("status", page=2)["reservoir_nl"]
    rig.client.request("prime", amount_nl=PRIME_NL)
    alive_for(rig, 6)
    assert rig.client.request("status", page=2)["reservoir_nl"] == before - PRIME_NL
    assert [window._sum for window in rig.parts.caps.windows] == [0, 0]
    assert rig.parts.guard.tokens == rig.parts.profile.GUARD_CAPACITY_STEPS


@pytest.mark.req("THER-4", "LIM-6")
def test_a_run_that_is_told_too_much_is_stopped_by_a_guard_bucket_of_its_own(rig: Rig) -> None:
    rig.client.request("prime", amount_nl=PRIME_NL)
    rig.parts.granter._caps._left = rig.parts.accounts.reserved = 1 << 40
    rig.parts.order.bolus.amount_nl *= 10
    rig.parts.order.bolus.begin_at(rig.parts.order.bolus.start_ms)
    rig.parts.order.bolus.duration_ms *= 10
    rig.parts.order.bolus.end_ms += 100_000
    alive_for(rig, 20)
    assert rig.status()["state"] == "fault"
    assert rig.steps() <= 88_000 + 200


@pytest.mark.req("THER-4", "REC-1")
def test_a_power_cut_in_a_prime_counts_all_of_it_in_the_reservoir_and_none_in_the_caps(
    rig: Rig,
) -> None:
    before = rig.client.request("status", page=2)["reservoir_nl"]
    rig.client.request("prime", amount_nl=PRIME_NL)
    rig.run_for(1500)
    rig.power_cut()
    assert rig.status()["state"] == "stopped"
    assert rig.client.request("status", page=2)["reservoir_nl"] == before - PRIME_NL
    rig.start(const_rx(100_000))
    rig.run_for(60_000)
    assert rig.parts.caps.windows[0]._sum < 200


@pytest.mark.req("DEL-4")
def test_a_calibration_run_gives_its_steps_at_its_rate(rig: Rig) -> None:
    reply = rig.client.request("calibrate_run", amount_nl=100_000, rate_nl_h=60_000_000)
    rig.run_for(10_000)
    assert rig.assert_booked()["confirmed_steps"] == reply["steps"] == 8000
    rises = rig.rises()
    assert rises[-1] - rises[0] == pytest.approx(6e9, rel=0.01)
    assert refusal(rig, "calibrate_run", amount_nl=1_000_001, rate_nl_h=1_000_000)
    assert refusal(rig, "calibrate_run", amount_nl=1000, rate_nl_h=249) == codes.RX_RATE_HIGH
