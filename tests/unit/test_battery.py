"""Tiers, faults and time left on a discharge that the test works out itself (BAT-1)."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from picodose import codes
from picodose.safety import battery
from picodose.safety.battery import Battery, days_left, left_of

HOUR_MS = 3_600_000
# (mV, 1/10000 left): four alkaline cells at rest, and 300 mV to 800 mV lower under load
REST = (
    (6400, 10000), (6120, 9700), (5840, 9000), (5560, 8000), (5360, 7000), (5200, 6000),
    (5072, 5000), (4940, 4000), (4800, 3000), (4640, 2000), (4400, 1000), (4160, 500), (3600, 0),
)  # fmt: skip
LOADED = tuple((mv - 60 - (10_000 - left) * 18 // 1_000, left) for mv, left in REST)
PROFILE = SimpleNamespace(
    BATTERY_VREF_MV=3300,
    BATTERY_DIVIDER=(2, 1),
    BATTERY_PLAUSIBLE_MV=(1500, 6550),
    BATTERY_NOISE_MV=300,
    BATTERY_FULL_MV=6000,
    BATTERY_IDLE_MV=(4800, 4520, 4160),
    BATTERY_LOAD_MV=(4620, 4300, 3900),
    BATTERY_IDLE_CURVE=REST,
    BATTERY_LOAD_CURVE=LOADED,
    BATTERY_LIFE_H=(88, 22),
)


def raw(mv: float) -> int:
    return round(mv / 2 / 3300 * 65535)


def feed(it: Battery, mv: float, count: int = 40, load: bool = False, at_ms: int = 0) -> int:
    for _ in range(count):
        it.sample(raw(mv) * 16, 16, raw(mv), raw(mv), load, at_ms)
    return it.tier


@pytest.mark.req("BAT-1")
def test_full_scale_behind_the_divider_is_6600_millivolts() -> None:
    it = Battery(PROFILE)
    it.sample(16 * raw(5_000), 16, raw(5_000), raw(5_000), False, 0)
    assert it.idle_mv == 5_000
    assert left_of(4_870, REST) == 3_500
    assert (left_of(9_999, REST), left_of(0, REST)) == (10_000, 0)


@pytest.mark.req("BAT-1")
@pytest.mark.parametrize(("mv", "tier"), [(4801, 0), (4798, 1), (4518, 2), (4158, 3)])
def test_each_tier_begins_below_its_idle_threshold(mv: int, tier: int) -> None:
    assert feed(Battery(PROFILE), mv) == tier


@pytest.mark.req("BAT-1")
def test_motor_load_has_thresholds_of_its_own() -> None:
    assert feed(Battery(PROFILE), 4_700, load=True) == battery.GOOD
    assert feed(Battery(PROFILE), 4_700, load=False) == battery.SOON
    assert feed(Battery(PROFILE), 4_280, load=True) == battery.LOW


@pytest.mark.req("BAT-1")
def test_one_dip_is_not_believed_and_a_tier_is_never_left_by_itself() -> None:
    it = Battery(PROFILE)
    feed(it, 5_200)
    assert feed(it, 4_000, count=1) == battery.GOOD
    feed(it, 5_200)
    assert feed(it, 4_500) == battery.LOW
    assert feed(it, 6_300) == battery.LOW


@pytest.mark.req("BAT-1")
def test_a_tier_is_left_only_at_power_on_with_a_full_battery_and_the_command() -> None:
    for first_mv, power_on, fresh in (
        (6_300, True, True),
        (5_900, True, False),
        (6_300, False, False),
    ):
        it = Battery(PROFILE, battery.LOW, power_on)
        assert feed(it, first_mv) == battery.LOW
        if fresh:
            it.renew()
            assert it.tier == battery.GOOD
        else:
            with pytest.raises(codes.Refused):
                it.renew()
            assert it.tier == battery.LOW


@pytest.mark.req("BAT-1")
@pytest.mark.parametrize(
    ("mv", "spread_mv", "fault"),
    [(0, 0, battery.OPEN), (6_600, 0, battery.SHORT), (5_000, 900, battery.NOISY)],
)
def test_open_shorted_and_noisy_are_faults_and_no_level(
    mv: int, spread_mv: int, fault: int
) -> None:
    it = Battery(PROFILE)
    feed(it, 5_200)
    low, high = raw(mv - spread_mv / 2), raw(mv + spread_mv / 2)
    for count in range(5):
        assert it.sample(raw(mv) * 16, 16, low, high, False, 0) == battery.GOOD
        assert it.fault == (fault if count >= 2 else 0)
    assert it.idle_mv == 5_200
    feed(it, 5_200, count=3)
    assert it.fault == 0


def discharge(life_h: float, load: bool, seed: int) -> list[tuple[float, float]]:
    """(true hours left, estimate) every half hour of a noisy discharge from full to END."""
    pick, it = random.Random(seed), Battery(PROFILE)
    curve = LOADED if load else REST
    end = left_of((PROFILE.BATTERY_LOAD_MV if load else PROFILE.BATTERY_IDLE_MV)[2], curve)
    found, minute = [], 0
    while it.tier < battery.END:
        left = 10_000 - 10_000 * minute / 60 / life_h
        upper = next(i for i in range(1, len(curve)) if curve[i][1] <= left)
        (mv0, l0), (mv1, l1) = curve[upper - 1], curve[upper]
        mv = mv1 + (mv0 - mv1) * (left - l1) / (l0 - l1)
        readings = [raw(mv + pick.gauss(0, 4)) for _ in range(16)]
        it.sample(sum(readings), 16, min(readings), max(readings), load, minute * 60_000)
        minute += 1
        if minute % 30 == 0:
            found.append(((left - end) * life_h / 10_000, it.time_left_ms() / HOUR_MS))
    return found


@pytest.mark.req("BAT-1")
@pytest.mark.parametrize(("life_h", "load"), [(88, False), (75, False), (22, True), (26, True)])
def test_time_left_is_within_a_quarter_all_the_way_down(life_h: float, load: bool) -> None:
    pairs = discharge(life_h, load, seed=3)
    assert len(pairs) > 30
    for true_h, estimate_h in pairs:
        if true_h >= life_h / 20:
            assert abs(estimate_h / true_h - 1) <= 0.25, (true_h, estimate_h)


@pytest.mark.req("BAT-1")
def test_the_countdown_is_ninety_days_of_running_time() -> None:
    assert days_left(1_000, 1_000) == 90
    assert days_left(1_000, 1_000 + 86_400) == 89
    assert days_left(0, 200 * 86_400) == 0
