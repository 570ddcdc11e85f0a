"""Weighings give the exact volume of a step, or a refusal that names what is wrong (DEL-4)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose import codes
from picodose.therapy import calibration
from profiles import therapy_step as profile

DATE_S = 845_000_000
RATES = (1_000_000, 60_000_000, 600_000_000)


def weighings(ng_per_step: int = 11_970, density_ug_ml: int = 997_500) -> dict[str, Any]:
    """Nine perfect ones of this mass a step: 12 nL in water of 20 degrees C."""
    points = [
        [rate, steps, steps * ng_per_step // 1000]
        for rate in RATES
        for steps in (8_000, 16_000, 40_000)
    ]
    head = {"pump": "therapy-step", "wall_s": DATE_S, "density_ug_ml": density_ug_ml}
    return {**head, "points": points}


def refusal(fields: dict[str, Any]) -> codes.Refused:
    """What comes of a wrong one."""
    with pytest.raises(codes.Refused) as caught:
        calibration.fit(calibration.encode(fields), profile)
    return caught.value


@pytest.mark.req("DEL-4")
def test_the_fit_is_the_volume_of_all_the_water_by_all_the_steps() -> None:
    found = calibration.fit(calibration.encode(weighings()), profile)
    assert found == (192_000 * 12, 192_000, DATE_S, 0, 3, 3)


@pytest.mark.req("DEL-4")
@given(st.lists(st.integers(-20_000, 20_000), min_size=9, max_size=9))
def test_the_fit_and_its_worst_weighing_are_exact(errors_ppm: list[int]) -> None:
    fields = weighings()
    for point, error_ppm in zip(fields["points"], errors_ppm, strict=True):
        point[2] += point[2] * error_ppm // 2_000_000
    nl, steps, _, worst_ppm, _, _ = calibration.fit(calibration.encode(fields), profile)
    mass = Fraction(sum(point[2] for point in fields["points"]), steps)
    assert steps == 192_000
    assert abs(nl - mass * steps * 10**6 / 997_500) <= Fraction(1, 2)
    apart = [abs(Fraction(point[2], point[1]) / mass - 1) for point in fields["points"]]
    assert worst_ppm == int(max(apart) * 10**6)


@pytest.mark.req("DEL-4")
def test_without_weighings_date_and_density_it_is_the_nominal_value() -> None:
    nominal = {"pump": "therapy-step", "wall_s": 0, "density_ug_ml": 0, "points": []}
    assert calibration.fit(calibration.encode(nominal), profile) == (25, 2, 0, 0, 0, 0)
    assert refusal({**nominal, "pump": "dc"}).limit == "therapy-step"
    assert refusal({**nominal, "wall_s": DATE_S}).name == "density_ug_ml"


def _put(index: int, value: int) -> Callable[[dict[str, Any]], object]:
    def change(fields: dict[str, Any]) -> None:
        fields["points"][4][index] = value

    return change


def _heavier(share: Fraction) -> Callable[[dict[str, Any]], object]:
    def change(fields: dict[str, Any]) -> None:
        for point in fields["points"]:
            point[2] = int(point[2] * share)

    return change


WRONG: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("pump", lambda f: f.update(pump="bench-step")),
    ("wall_s", lambda f: f.update(wall_s=820_540_799)),
    ("wall_s", lambda f: f.update(wall_s=1 << 32)),
    ("density_ug_ml", lambda f: f.update(density_ug_ml=989_999)),
    ("density_ug_ml", lambda f: f.update(density_ug_ml=0)),
    ("speeds", lambda f: f["points"].clear()),
    ("speeds", lambda f: f["points"].__delitem__(slice(6, 9))),
    ("repeats", lambda f: f["points"].pop()),
    ("points", lambda f: f["points"].extend(f["points"] * 2)),
    ("rate_nl_h", lambda f: [p.__setitem__(0, 600_000_001) for p in f["points"][6:]]),
    ("run_nl", _put(1, 1_599)),
    ("run_nl", _put(1, 160_001)),
    ("run_nl", _put(1, -16_000)),
    ("weighed_ug", _put(2, 0)),
    ("weighed_ug", _put(2, -191_520)),
    ("weighed_ug", _put(2, 10**60)),
    ("off_ppm", _put(2, 191_520 * 104 // 100)),
    ("nominal_ppm", _heavier(Fraction(120, 100))),
    ("nominal_ppm", _heavier(Fraction(88, 100))),
]


@pytest.mark.req("DEL-4", "LIM-7")
@pytest.mark.parametrize(("name", "change"), WRONG)
def test_what_is_wrong_is_refused_by_its_name(
    name: str, change: Callable[[dict[str, Any]], object]
) -> None:
    fields = weighings()
    change(fields)
    wrong = refusal(fields)
    assert (wrong.code, wrong.name) == (codes.RX_CALIBRATION, name)
    assert wrong.limit is not None and wrong.hint


@pytest.mark.req("DEL-4", "LIM-7")
@pytest.mark.parametrize(
    ("text", "other"),
    [
        ('"v":1', '"v":2'),
        ("8000", "8e3"),
        ("8000", "8000.0"),
        ("[1000000,", "[true,"),
        ("]]", "]],"),
        ('"wall_s"', '"wall_s":1,"wall_s"'),
        (',"points"', ',"more":1,"points"'),
        ('{"v"', '[{"v"'),
    ],
)
def test_what_is_not_in_canonical_form_is_refused(text: str, other: str) -> None:
    raw = calibration.encode(weighings())
    with pytest.raises(codes.Refused) as caught:
        calibration.fit(raw.replace(text.encode(), other.encode(), 1), profile)
    assert caught.value.code == codes.RX_FORM
