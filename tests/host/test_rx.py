"""Prescription files: what they become, and every mistake with its line."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.rx import BadPlanError, limits_of, plan_of, quantity, read_plan
from host_tools.rx.__main__ import main
from host_tools.rx.write import text_of
from picodose.therapy import prescription

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "host_tools" / "examples"
LIMITS = limits_of("therapy_step")


WEEK = """mode = "week"
[[pattern]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
[[pattern.step]]
at = "00:00"
rate = "8 uL/h"
"""


def mistakes(text: str) -> list[tuple[int, str]]:
    """Line and text of every mistake."""
    with pytest.raises(BadPlanError) as bad:
        plan_of(text, "bad.toml", LIMITS)
    return [(found.line, f"{found.where}: {found.what}") for found in bad.value.mistakes]


def test_the_day_and_night_plan_is_387_ul_in_canonical_bytes() -> None:
    # 8 x 6.5 + 24 x 2.5 + 18 x 8.5 + 22 x 3.5 + 12 x 3 = 378 uL, and 4 + 5 uL of boluses
    plan = read_plan(EXAMPLES / "day_night.toml", LIMITS)
    assert plan.raw == (
        b'{"v":2,"mode":"day","fluid":"water","conc_ug_ml":0,"fallback_nl_h":8000,"steps":['
        b"[0,8000],[390,24000,4000,600000],[540,18000],[1050,22000,5000,600000],[1260,12000]]}"
    )
    assert plan.rx.total_24h_nl() == 387_000
    assert plan.rx.boluses_per_day() == 2


@pytest.mark.req("THER-1")
@pytest.mark.parametrize(
    ("name", "mode", "total_nl"),
    [
        ("constant", "const", 576_000),
        ("minimum", "min", 6_000),
        ("single_bolus", "bolus", 5_000),
        ("week", "week", 4 * 16_000 + 52_000 + 270_000 + 4_000),  # from Sunday 20:00 on
        ("periodic", "periodic", 6_000 + 36_000),
        ("trial", "const", 24 * 8_333),
    ],
)
def test_each_example_is_a_good_plan_of_its_mode(name: str, mode: str, total_nl: int) -> None:
    plan = read_plan(EXAMPLES / f"{name}.toml", LIMITS)
    assert (plan.rx.mode, plan.rx.total_24h_nl()) == (mode, total_nl)
    assert json.loads(plan.raw)["mode"] == mode


@pytest.mark.req("THER-2")
def test_mass_becomes_volume_with_one_rounding_down() -> None:
    # 12 ug/h at 500 ug/mL is 0.024 mL/h; 100 ug a day at 500 is 8333.33 nL/h
    assert quantity.rate("12 ug/h").volume_nl(500) == 24_000
    assert quantity.rate("100 ug/day").volume_nl(500) == 8_333
    assert quantity.mass("1 ug").volume_nl(3) == 333_333
    assert quantity.rate("0.5 mL/day").volume_nl(0) == 20_833
    assert quantity.volume("2.0009 uL").volume_nl(0) == 2_000


@pytest.mark.req("THER-2")
@given(
    st.decimals("0.001", "99999", places=3),
    st.sampled_from([("ng", 1), ("ug", 1_000), ("mg", 1_000_000)]),
    st.integers(1, 1_000_000),
)
def test_a_mass_never_becomes_more_volume_than_holds_it(
    number: object, unit: tuple[str, int], conc_ug_ml: int
) -> None:
    mass_ng = Fraction(str(number)) * unit[1]
    volume_nl = quantity.mass(f"{number} {unit[0]}").volume_nl(conc_ug_ml)
    assert Fraction(volume_nl * conc_ug_ml, 1000) <= mass_ng
    assert Fraction((volume_nl + 1) * conc_ug_ml, 1000) > mass_ng


def test_micro_may_be_written_with_either_sign() -> None:
    for sign in ("u", "\u00b5", "\u03bc"):
        assert quantity.rate(f"8 {sign}L/h").volume_nl(0) == 8_000


def test_every_mistake_comes_at_once_with_its_line() -> None:
    text = "\n".join(
        [
            'mode = "day"',  # 1
            'fluid = "Water!"',
            'concentration = "0.5 ug/mL"',
            'rat = "8 uL/h"',
            "fallback = 8",
            "[[step]]",  # 6
            'at = "25:00"',
            'rate = "8 ul/hr"',
            "[[step]]",  # 9
            'at = "07:30"',
            'rate = "2 mL/h"',
            'bolus = { volume = "2 uL" }',
            "[[step]]",  # 13
            'at = "06:00"',
            'rate = "8 uL/h"',
            'bolus = { volume = "2 uL", mass = "1 ug", over = "5 min", extra = 1 }',
            "[[step]]",  # 17
            'rate = "-8 uL/h"',
        ]
    )
    found = mistakes(text)
    assert [line for line, _ in found] == [2, 3, 4, 5, 7, 8, 11, 12, 14, 16, 16, 17, 18]
    told = dict(found)
    assert told[4] == "rat: no such key"
    assert '"ul/hr" is not a known unit; known units: nL/min, nL/h' in told[8]
    assert "step 2, rate: rate 2 mL/h, limit 1 mL/h" in told[11]
    assert told[14] == "step 3, at: must be after the step at 07:30"
    assert told[17] == 'step 4: "at" is missing (such as at = "07:30")'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('mode = "day"\nrate = = 3\n', 2, "Invalid value"),
        ('mode = "const"\nrate = "8 uL/h"\nrate = "9 uL/h"\n', 3, "overwrite"),
        ("", 1, '"mode" is missing'),
        ('mode = "steady"\n', 1, "'periodic' or 'bolus'"),
        ('mode = "day"\n', 1, '"step" is missing'),
        ('mode = "day"\nstep = []\n', 2, "0 steps"),
        ('# plan\nmode = "const"\n', 1, '"rate" is missing'),
        ('mode = "const"\nrate = "8 uL/h"\nfallback = "8 uL/h"\n', 3, "no meaning in mode"),
        ('mode = "const"\nrate = "12 ug/h"\n', 2, 'needs the key "concentration"'),
        ('mode = "const"\nrate = "nan uL/h"\n', 2, "no number with a unit"),
        ('mode = "const"\nrate = "1e3 uL/h"\n', 2, "not a known unit"),
        ('mode = "const"\nrate = "0 uL/h"\n', 2, "above zero"),
        ('mode = "const"\nrate = "8"\n', 2, "no number with a unit"),
        ('mode = "const"\nrate = "0.2 uL/h"\n', 2, "limit 0.25 µL/h"),
        ('mode = "const"\nrate = true\n', 2, "in quotes"),
        ('mode = "bolus"\nbolus = { over = "5 min" }\n', 2, 'either "volume" or "mass"'),
        ('mode = "bolus"\nbolus = "5 uL"\n', 2, "bolus"),
        ('mode = "bolus"\n\n[bolus]\nvolume = "2 L"\nover = "5 min"\n', 3, "limit 500 µL"),
        ('mode = "bolus"\nbolus.volume = "2 uL"\nbolus.over = "5"\n', 3, "min"),
        ('mode = "day"\n[[step]]\nat = 07:30:00\nrate = "8 uL/h"\n', 3, "in quotes"),
        ('mode = "day"\nstep = [\n { at = "00:00", rate = "x" },\n]\n', 3, "step 1, rate"),
        ('mode = "day"\nstep = [\n "now",\n]\n', 3, "step 1"),
        ('mode = "week"\n', 1, '"pattern" is missing'),
        ('mode = "week"\n[[pattern]]\ndays = ["mon"]\nstep = []\n', 4, "0 steps"),
        (WEEK.replace('"sun"', '"son"'), 3, "mon, tue, wed"),
        (WEEK.replace('"sun"', '"mon"'), 3, '"mon" has a pattern already'),
        (WEEK.replace(', "sun"', ""), 2, "no pattern for sun"),
        (WEEK.replace("8 uL/h", "8 mL/h"), 6, "pattern 1, step 1, rate"),
        (WEEK + '[[pattern.step]]\nat = "00:00"\nrate = "8 uL/h"\n', 8, "after the step at 00:00"),
        (
            'mode = "periodic"\nbolus = { volume = "6 uL", over = "5 min" }\n',
            2,
            '"every" is missing',
        ),
        (
            'mode = "periodic"\n[bolus]\nvolume = "6 uL"\nover = "9 min"\nevery = "8 min"\n',
            5,
            "limit 9 min",
        ),
        (
            'mode = "bolus"\n[bolus]\nvolume = "6 uL"\nover = "9 min"\nevery = "4 h"\n',
            5,
            "only the bolus of mode",
        ),
        ('mode = "min"\n[patient]\nvolume = "1 uL"\nover = "5 min"\n', 2, '"lockout" is missing'),
        (
            'mode = "min"\n[patient]\nvolume = "1 uL"\nover = "5 min"\nlockout = "4 min"\n'
            "max_per_24h = 4\n",
            5,
            "limit 5 min",
        ),
        ('mode = "min"\n[trial]\ndays = 15\n', 3, "limit 14"),
        ('mode = "min"\n[trial]\n', 2, '"days" or "until"'),
        ('mode = "min"\n[trial]\nuntil = "soon"\n', 3, "a date and time such as"),
        (
            'mode = "bolus"\nbolus = { volume = "1 uL", over = "5 min" }\ntrial.days = 3\n',
            3,
            "no mea",
        ),
        ('mode = "min"\nfluid = "vodka"\n', 2, "RX_FLUID"),
        ('mode = "min"\nfluid = "water"\nconcentration = "5 ug/mL"\n', 3, "RX_CONC"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, words: str) -> None:
    found = mistakes(text)
    assert [at for at, what in found if words in what] == [line], found


@pytest.mark.req("LIM-7")
def test_a_plan_that_only_the_whole_day_shows_to_be_wrong_is_refused_too() -> None:
    steps = "".join(
        f'[[step]]\nat = "{hour:02}:00"\nrate = "8 uL/h"\n'
        'bolus = { volume = "2 uL", over = "61 min" }\n'
        for hour in (7, 8)
    )
    ((line, what),) = mistakes('mode = "day"\n' + steps)
    assert line == 1 and "RX_BOLUS_OVERLAP" in what


@given(
    st.lists(
        st.tuples(st.integers(0, 1439), st.integers(250, 1_000_000)),
        min_size=1,
        max_size=24,
        unique_by=lambda step: step[0],
    )
)
def test_any_day_written_as_text_comes_back_as_ordered(steps: list[tuple[int, int]]) -> None:
    steps.sort()
    text = 'mode = "day"\n' + "".join(
        f'[[step]]\nat = "{at // 60:02}:{at % 60:02}"\nrate = "{rate / 1000:.3f} uL/h"\n'
        for at, rate in steps
    )
    plan = plan_of(text, "day.toml", limits_of("bench_step"))
    assert plan.rx.steps == tuple((at, rate, 0, 0) for at, rate in steps)
    assert plan.rx.fallback_nl_h == min(rate for _, rate in steps)
    assert prescription.encode(json.loads(plan.raw)) == plan.raw


def test_the_command_shows_the_plan_or_its_mistakes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main([str(EXAMPLES / "day_night.toml")]) == 0
    shown = capsys.readouterr().out
    assert "387 uL" in shown and "2 a day" in shown and "06:30" in shown
    bad = tmp_path / "bad.toml"
    bad.write_text('mode = "const"\n')
    assert main([str(bad)]) == 1
    assert "line 1" in capsys.readouterr().err
    assert main([str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err


@pytest.mark.req("LIM-1")
def test_the_published_slip_is_shown_before_anything_is_sent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A small morning amount written down as an hourly amount: refused with a drug, and plain to
    see, with the override that it needs, where the fluid is only water.
    """
    slip = 'mode = "periodic"\nfluid = "%s"\nbolus = { %s, over = "5 min", every = "1 h" }\n'
    drug = 'concentration = "500 ug/mL"\nrate = "2 ug/h"\n' + slip
    ((_line, what),) = mistakes(drug % ("demo-baclofen", 'mass = "10 ug"'))
    assert "boluses_day 24, limit 12" in what
    water = tmp_path / "hourly.toml"
    water.write_text(slip % ("water", 'volume = "20 uL"'))
    assert main([str(water)]) == 0
    shown = capsys.readouterr().out
    assert "24 a day" in shown and "every 60 min" in shown and "0 to 12" in shown
    assert "overrides that the fluid needs: boluses_day" in shown.replace("\n", " ")


@pytest.mark.req("THER-2")
def test_a_plan_by_mass_is_shown_both_ways_with_every_allowed_patient_bolus(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(EXAMPLES / "trial.toml")]) == 0
    shown = capsys.readouterr().out
    # 2 mg a day at 10 mg/mL is 8333.3 nL/h: rounded down, and four boluses of 50 ug
    assert "8.333 uL/h (83.33 ug/h)" in shown and "219.992 uL (2199.92 ug)" in shown
    assert "illustrative" in shown and "7 days of running time" in shown
    plan = read_plan(EXAMPLES / "trial.toml", LIMITS)
    assert plan.rx.patient == (5_000, 300_000, 7_200_000, 4)
    assert plan.rx.trial == (7, 851_450_400)  # 2026-12-24 18:00


@pytest.mark.parametrize("name", sorted(file.stem for file in EXAMPLES.glob("*.toml")))
def test_what_is_written_of_a_prescription_is_read_as_the_same_bytes(name: str) -> None:
    plan = read_plan(EXAMPLES / f"{name}.toml", LIMITS)
    again = plan_of(text_of(plan.rx, plan.title), "again", LIMITS)
    assert again.raw == plan.raw and again.title == plan.title


@settings(max_examples=8)
@given(
    rate_nl_h=st.integers(LIMITS.rate_min_nl_h, LIMITS.rate_max_nl_h),
    title=st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=20),
    until=st.booleans(),
)
def test_any_number_and_title_is_written_exactly(rate_nl_h: int, title: str, until: bool) -> None:
    end = 'until = "2026-12-24 18:00"' if until else "days = 3"
    text = f'mode = "const"\nrate = "{rate_nl_h} nL/h"\n[trial]\n{end}\n'
    plan = plan_of(text, "const", LIMITS)
    again = plan_of(text_of(plan.rx, title), "again", LIMITS)
    assert again.raw == plan.raw and again.title == (title or "again")
