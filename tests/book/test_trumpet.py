"""Start-up and trumpet curves: a case by hand, a log from CSV, a log from the simulation."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from host_tools.trumpet import ScaleLogError, curves, from_csv, simulated, to_csv
from host_tools.trumpet.simulated import cycle_min

# A pump set to 60 uL/h (1 uL a minute) that gives 2 uL in every even minute and none in odd ones:
# over any 1 min it is off by +100 or -100 %, over whole cycles of 2 min by nothing at all.
PULSED = [(0.5 * k, float(2 * (k // 4) + (k % 4 if k % 4 < 2 else 2))) for k in range(241)]


def test_a_pulsed_flow_by_hand() -> None:
    assert PULSED[:6] == [(0, 0), (0.5, 1), (1, 2), (1.5, 2), (2, 2), (2.5, 3)]
    found = curves(PULSED, 60, cycle_min=2)
    by_minutes = {(w.minutes, w.cycles): (w.max_percent, w.min_percent) for w in found.windows}
    assert found.mean_percent == pytest.approx(0)
    assert by_minutes[2, 0] == by_minutes[2, 1] == (0, 0)
    # 5 min hold 2 or 3 of the pulses of 2 uL: 6 or 4 of 5 uL, +20 and -20 %.
    assert by_minutes[5, 0] == pytest.approx((20, -20))
    assert by_minutes[11, 0] == pytest.approx((100 / 11, -100 / 11))
    assert by_minutes[31, 0] == pytest.approx((100 / 31, -100 / 31))
    assert [n for _, n in by_minutes if n] == [1, 2, 5, 10]
    assert found.start_up[:4] == ((0.5, 120), (1, 120), (1.5, 0), (2, 0))


def test_the_period_alone_counts_and_an_even_flow_has_no_trumpet() -> None:
    late = [(float(m), 0.0 if m < 30 else (m - 30) * 1.02) for m in range(121)]
    found = curves(late, 60)
    assert found.mean_percent == pytest.approx(2)
    assert all(w.max_percent == pytest.approx(2) == w.min_percent for w in found.windows)
    assert [w.minutes for w in found.windows] == [2, 5, 11, 19, 31]
    assert found.start_up[10][1] == 0 and found.start_up[-1][1] == pytest.approx(61.2)


def test_a_log_that_ends_too_early_is_refused() -> None:
    with pytest.raises(ScaleLogError, match="ends after 20.0 min"):
        curves(PULSED[:41], 60)
    assert curves(PULSED[:41], 60, period_min=(0, 20)).windows[-1].minutes == 19
    for rate, period in ((0, (0, 20)), (60, (5, 5))):
        with pytest.raises(ValueError, match="rate"):
            curves(PULSED, rate, period_min=period)


def test_csv_is_read_in_every_unit_and_written_as_it_is_read() -> None:
    logs = ("time_s,mass_mg\n60,5\n120,25\n", "time_min,mass_g,note\n1,0.005,a\n2,0.025,b\n",
            "n,time_s,volume_ul\n1,0,-1\n2,60,19\n")  # fmt: skip
    for text in logs:
        assert from_csv(io.StringIO(text), "log.csv", 1_000_000) == [(0, 0), (1, 20)]
    assert from_csv(io.StringIO(logs[0]), "log.csv", 998_200)[1][1] == pytest.approx(20 / 0.9982)
    file = io.StringIO(newline="")
    to_csv(PULSED, file)
    assert from_csv(io.StringIO(file.getvalue()), "x", 1) == PULSED


@pytest.mark.parametrize(("text", "words"), [
    ("a,b\n1,2\n", "log.csv, line 1: its columns are a, b"),
    ("", "line 1: its columns are none"),
    ("time_s,mass_mg\n0,0\n1,x\n", "line 3: a value is no number"),
    ("time_s,mass_mg\n0,0\n1\n", "line 3: a value is no number"),
    ("time_s,mass_mg\n0,0\n0,1\n", "line 3: its time is not after"),
    ("time_s,mass_mg\n0,0\n", "fewer than two"),
])  # fmt: skip
def test_a_bad_log_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(ScaleLogError) as refused:
        from_csv(io.StringIO(text), "log.csv", 998_200)
    assert words in str(refused.value) and "time_min" in str(refused.value)


def test_the_simulated_pump_has_a_trumpet_that_its_cycle_closes(tmp_path: Path) -> None:
    cycle = cycle_min(200)
    assert cycle == 1.5  # 5 uL from roller to roller
    log = simulated(200, 17, every_s=10)
    found = curves(log, 200, cycle, period_min=(2, 17))
    assert abs(found.mean_percent) < 3
    width = {(w.minutes, w.cycles): w.max_percent - w.min_percent for w in found.windows}
    assert width[2, 0] > 12 > 5 > width[7.5, 5] > 0
    assert simulated(200, 1, every_s=10) == log[:7]
    found.picture(tmp_path / "trumpet.png", "Simulated pump")
    with Image.open(tmp_path / "trumpet.png") as picture:
        assert picture.size == (1950, 990)
