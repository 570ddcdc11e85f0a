"""Weighings and what is said of them; the device's own fit is the judge."""

from __future__ import annotations

from typing import Any

import pytest

from host_tools.pumps import profiles_by_name
from host_tools.weigh import Run, density_ug_ml, judge, runs_of
from picodose.therapy import calibration
from tests.book.log_maker import WALL_S

THERAPY = profiles_by_name()["therapy-step"]
WATER_UG_ML = 1_000_000  # so that a uL weighs a mg and a hand can check it


def weighed(*nl: int, rates: tuple[int, ...] = (60, 200, 600)) -> list[list[int]]:
    """Runs of 32,000 steps, as many at each speed (mL/h) as there are volumes."""
    return [[rate * 1_000_000, 32_000, one] for rate in rates for one in nl]


@pytest.mark.req("DEL-4")
def test_good_weighings_get_the_fit_that_the_pump_will_compute() -> None:
    points = weighed(404_000, 400_000, 408_000)
    verdict = judge(points, WATER_UG_ML, THERAPY, WALL_S)
    fields = {"pump": "therapy-step", "wall_s": WALL_S, "density_ug_ml": WATER_UG_ML}
    fit = calibration.fit(calibration.encode({**fields, "points": points}), THERAPY)
    assert verdict.good and (verdict.nl, verdict.steps) == fit[:2] == (9 * 404_000, 9 * 32_000)
    assert verdict.nominal_percent == pytest.approx(1.0)
    assert [round(one.off_percent, 3) for one in verdict.residuals[:3]] == [0, -0.99, 0.99]
    assert verdict.worst_percent == fit[3] / 10_000
    assert verdict.words[0].startswith("Good: a step moves 12.6250 nL, 1.0 % more than nominal")
    assert verdict.left == () and verdict.as_dict()["good"] is True


@pytest.mark.req("DEL-4")
@pytest.mark.parametrize(("points", "state", "words"), [
    ([], "more", "9 runs are left, the next one 400 uL at 60 mL/h (24 s)"),
    (weighed(400_000, 401_000), "more", "3 runs are left"),
    (weighed(400_000, 400_000, 400_000, rates=(60, 200)), "more", "3 runs are left"),
    (weighed(400_000, 400_000, 440_000), "refused", "off_ppm is 64516, the limit is 30000"),
    (weighed(500_000, 500_000, 500_000), "refused", "look for air, tube and scale"),
    (weighed(400_000, 400_000, 0), "refused", "weighed_ug is 0, the limit is 1"),
    ([[60_000_000, 0, 5]], "more", "8 runs are left"),
    (weighed(400_000, 400_000, 400_000) + [[60_000_000, 0, 5]], "refused", "run_nl is 0"),
])  # fmt: skip
def test_what_the_pump_would_not_take_is_said_in_words(
    points: list[Any], state: str, words: str
) -> None:
    verdict = judge(points, WATER_UG_ML, THERAPY, WALL_S)
    assert (verdict.state, verdict.good) == (state, False)
    assert words in verdict.words[0]


@pytest.mark.parametrize("point", [[60_000_000, 5], [60_000_000, 5, 5.5], [True, 5, 5]])
def test_a_weighing_is_three_whole_numbers(point: list[Any]) -> None:
    with pytest.raises(ValueError, match="three whole numbers"):
        judge([point], WATER_UG_ML, THERAPY, WALL_S)


def test_remarks_name_a_speed_that_spreads_and_a_trend() -> None:
    slow, fast = (
        weighed(404_000, 404_000, 404_000, rates=(60, 200)),
        weighed(396_000, 398_000, 401_000, rates=(600,)),
    )
    words = judge(slow + fast, WATER_UG_ML, THERAPY, WALL_S).words
    assert len(words) == 3 and "At 600 mL/h" in words[1] and "less a step" in words[2]


def test_water_in_air_weighs_what_the_standard_says() -> None:
    z_ul_mg = {15: 1.0019, 20: 1.0029, 25: 1.0040}  # ISO 8655-6 at 1013 hPa
    for celsius, z in z_ul_mg.items():
        assert density_ug_ml(celsius) == pytest.approx(1_000_000 / z, rel=1e-4)
    for wrong_c in (4.9, 40.1):
        with pytest.raises(ValueError, match="degrees"):
            density_ug_ml(wrong_c)


@pytest.mark.parametrize("name", profiles_by_name())
def test_every_profile_has_runs_that_its_pump_takes(name: str) -> None:
    profile = profiles_by_name()[name]
    runs = runs_of(profile)
    assert len(runs) == 9 and len({run.rate_nl_h for run in runs}) == 3
    made = []
    for run in runs:
        steps = run.amount_nl * profile.STEPS_DEN // profile.NL_NUM
        made.append([run.rate_nl_h, steps, run.amount_nl])
    assert judge(made, WATER_UG_ML, profile, WALL_S).good
    assert runs_of(profile, made[:4]) == runs[4:]
    assert Run(60_000_000, 400_000).duration_s == 24
