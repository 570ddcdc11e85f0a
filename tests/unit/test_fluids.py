"""The fluid library: what each fluid allows, what needs an override, what nothing overrides."""

from __future__ import annotations

import binascii
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picodose import codes
from picodose.therapy import fluids
from picodose.therapy.limits import Limits
from picodose.therapy.prescription import Prescription, encode, parse

LIMITS = Limits(250, 60_000_000, 5_000_000, 60_000_000, ())
HOUR_MS = 3_600_000
BACLOFEN = {"v": 2, "fluid": "demo-baclofen", "conc_ug_ml": 500}  # 1 ug is 2 uL
MORNING = [420, 5_000, 20_000, 600_000]  # 07:00: 2.5 ug/h, and 10 ug over 10 min


def ordered(fields: dict[str, object]) -> Prescription:
    return parse(encode({**BACLOFEN, **fields}), LIMITS)


def refused(fields: dict[str, object]) -> codes.Refused:
    with pytest.raises(codes.Refused) as caught:
        ordered(fields)
    return caught.value


@pytest.mark.req("LIM-1", "SAF-1")
def test_the_library_is_whole_and_one_changed_digit_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert fluids.intact() and fluids.VERSION == 1
    rows = [fluids.find(line.split()[0]) for line in fluids.LIBRARY.splitlines()]
    assert [row[0] for row in rows[:3]] == ["water", "dyed-water", "saline"]
    assert all(row[0].startswith("demo-") for row in rows if row[1] == "ug")
    for row in rows:
        assert len(row) == 20 and row[2] <= row[3]
        assert all(list(row[i : i + 4]) == sorted(row[i : i + 4]) for i in (4, 8, 12, 16))
    monkeypatch.setattr(fluids, "LIBRARY", fluids.LIBRARY.replace("60000", "60001"))
    assert not fluids.intact(), f"expected {binascii.crc32(fluids.LIBRARY.encode()):08X}"


@pytest.mark.req("LIM-1")
def test_a_small_morning_amount_programmed_as_an_hourly_amount_is_refused() -> None:
    """The published incident: 60 ug a day became 60 ug every hour. Here 10 ug, so that the total
    of a day stays allowed and the number of boluses alone must catch it.
    """
    once = ordered({"mode": "day", "fallback_nl_h": 5_000, "steps": [MORNING]})
    assert (once.boluses_per_day(), once.overrides) == (1, ())
    hourly = [[60 * hour, *MORNING[1:]] for hour in range(24)]
    wrong = refused({"mode": "day", "fallback_nl_h": 5_000, "steps": hourly})
    assert (wrong.code, wrong.name) == (codes.RX_FLUID_LIMIT, "boluses_day")
    assert (wrong.value, wrong.limit) == (24, 12)
    periodic = {"rate_nl_h": 5_000, "bolus_nl": 20_000, "bolus_ms": 600_000}
    again = refused({"mode": "periodic", **periodic, "interval_ms": HOUR_MS})
    assert (again.name, again.value) == ("boluses_day", 24)


@pytest.mark.req("LIM-1")
@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"mode": "const", "rate_nl_h": 66_000}, ()),  # 33 ug/h are 792 ug a day
        ({"mode": "const", "rate_nl_h": 70_000}, ("total_high",)),
        ({"mode": "const", "rate_nl_h": 70_001}, ("basal_high", "total_high")),
        ({"mode": "const", "rate_nl_h": 2_000}, ()),  # 1 ug/h
        ({"mode": "const", "rate_nl_h": 1_999}, ("basal_low", "total_low")),
        ({"mode": "const", "rate_nl_h": 8_000, "patient": [2_000, 60_000, 600_000, 6]}, ()),
        (
            {"mode": "const", "rate_nl_h": 8_000, "patient": [2_000, 60_000, 600_000, 7]},
            ("boluses_day",),
        ),
        (
            {"mode": "const", "rate_nl_h": 8_000, "patient": [100_001, 600_000, 600_000, 1]},
            ("bolus_high",),
        ),
        ({"mode": "bolus", "bolus_nl": 100_000, "bolus_ms": 600_000}, ()),  # 50 ug
        ({"mode": "bolus", "bolus_nl": 100_001, "bolus_ms": 600_000}, ("bolus_high",)),
    ],
)
def test_each_soft_limit_asks_for_its_override_by_name(
    fields: dict[str, object], names: tuple[str, ...]
) -> None:
    assert ordered(fields).overrides == names


@pytest.mark.req("LIM-1")
@pytest.mark.parametrize(
    ("fields", "name", "limit"),
    [
        ({"mode": "const", "rate_nl_h": 140_001}, "basal", 70),
        ({"mode": "const", "rate_nl_h": 117_000}, "total", 1_400),
        ({"mode": "bolus", "bolus_nl": 200_001, "bolus_ms": 600_000}, "bolus", 100),
        (
            {"mode": "const", "rate_nl_h": 100_000, "patient": [200_000, 720_000, 720_000, 3]},
            "total",
            1_400,
        ),
    ],
)
def test_a_hard_limit_has_no_override_and_counts_every_patient_bolus(
    fields: dict[str, object], name: str, limit: int
) -> None:
    wrong = refused(fields)
    assert (wrong.code, wrong.name, wrong.limit) == (codes.RX_FLUID_LIMIT, name, limit)
    assert isinstance(wrong.value, int) and wrong.value > limit


@pytest.mark.req("LIM-1")
def test_an_unknown_fluid_or_concentration_is_refused() -> None:
    steady = {"mode": "const", "rate_nl_h": 8_000}
    assert refused({**steady, "fluid": "demo"}).code == codes.RX_FLUID
    for conc, limit in ((0, 50), (49, 50), (2_001, 2_000)):
        wrong = refused({**steady, "conc_ug_ml": conc})
        assert (wrong.code, wrong.value, wrong.limit) == (codes.RX_CONC, conc, limit)


@pytest.mark.req("DEL-4")
def test_an_uncalibrated_pump_refuses_mass_and_takes_volumes() -> None:
    limits = Limits(250, 10**6, 10**6, 10**6, (), mass_allowed=0)
    steady = {"v": 2, "mode": "const", "rate_nl_h": 8_000}
    assert parse(encode({**steady, "fluid": "water", "conc_ug_ml": 0}), limits).conc_ug_ml == 0
    with pytest.raises(codes.Refused) as caught:
        parse(encode({**BACLOFEN, **steady}), limits)
    assert (caught.value.code, caught.value.value) == (codes.RX_MASS, 500)


@pytest.mark.req("LIM-1", "THER-2")
@given(st.integers(1, 300_000), st.integers(50, 2_000))
def test_a_bolus_is_judged_by_its_exact_mass(bolus_nl: int, conc_ug_ml: int) -> None:
    row = fluids.find("demo-baclofen")
    exact_ng = Fraction(bolus_nl * conc_ug_ml, 1_000)
    try:
        names = fluids.check_bolus(bolus_nl, conc_ug_ml, row)
    except codes.Refused:
        assert exact_ng > 100_000
        return
    assert names == (("bolus_high",) if exact_ng > 50_000 else ())
