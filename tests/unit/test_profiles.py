"""Numbers of every profile that must fit each other; no code can mend them on a board."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from picodose.startup import check_profile

FOLDER = Path(__file__).parents[2] / "device/profiles"
NOT_PUMPS = ("__init__", "active", "battery_")
PUMPS = sorted(f.stem for f in FOLDER.glob("*.py") if not f.stem.startswith(NOT_PUMPS))
WIDTH_US = {"stepdir": 3, "uln2003": 4000}


@pytest.fixture(params=PUMPS)
def profile(request: pytest.FixtureRequest) -> ModuleType:
    """A profile that is a pump."""
    return import_module(f"profiles.{request.param}")


def steps(profile: ModuleType, volume_nl: int) -> float:
    """Steps of a volume by the nominal ratio."""
    return float(volume_nl * profile.STEPS_DEN / profile.NL_NUM)


@pytest.mark.req("DEL-3", "DEL-7")
def test_the_drive_can_do_what_the_profile_promises(profile: ModuleType) -> None:
    on_us = WIDTH_US.get(profile.DRIVER) or profile.ON_US
    check_profile(profile, on_us)
    for rate_nl_h in (profile.RATE_MAX_NL_H, profile.BOLUS_RATE_MAX_NL_H, profile.PRIME_RATE_NL_H):
        assert steps(profile, rate_nl_h) / 3600 <= profile.STEPS_PER_S_MAX


@pytest.mark.req("LIM-6")
def test_the_guards_bucket_lets_the_highest_rate_and_a_bolus_through_and_little_more(
    profile: ModuleType,
) -> None:
    refill_s = profile.GUARD_REFILL_STEPS * 1000 / profile.GUARD_REFILL_MS
    highest = steps(profile, profile.RATE_MAX_NL_H) / 3600
    assert highest <= refill_s <= 1.1 * highest
    bolus = steps(profile, profile.BOLUS_MAX_NL)
    assert 0.99 * bolus <= profile.GUARD_CAPACITY_STEPS <= 2 * bolus
    run_nl = max(profile.PATH_NL * 11 // 10, profile.CALIBRATION_MAX_NL)
    assert run_nl <= profile.GUARD_RUN_STEPS * profile.NL_NUM / profile.STEPS_DEN <= 1.2 * run_nl


@pytest.mark.req("DEL-4")
def test_the_largest_step_is_that_of_the_largest_fit(profile: ModuleType) -> None:
    nominal_nl = profile.NL_NUM / profile.STEPS_DEN
    largest_nl = nominal_nl * (1 + profile.CALIBRATION_NOMINAL_PPM / 1e6)
    assert largest_nl <= profile.STEP_MAX_NL < largest_nl + 1
    smallest_nl = nominal_nl * (1 - profile.CALIBRATION_NOMINAL_PPM / 1e6)
    for rate_nl_h in (profile.RATE_MAX_NL_H, profile.PRIME_RATE_NL_H):
        assert rate_nl_h / smallest_nl / 3600 <= profile.STEPS_PER_S_MAX


@pytest.mark.req("DEL-7")
def test_every_pin_has_one_use(profile: ModuleType) -> None:
    names = [name for name in dir(profile) if name.startswith("PIN_")]
    used = {getattr(profile, name) for name in names} - {None}
    pins = [getattr(profile, name) for name in names if getattr(profile, name) is not None]
    assert len(pins) == len(used)
    assert profile.PINS_PULSE[0] == profile.PIN_STEP
    assert not set(profile.PINS_PULSE[1:]) & used
