"""The bolus that `make emu-demo` gives, in the world that is fast; what tells the worlds apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from host_tools.emu_demo import (
    PLAN,
    Run,
    apart_ns,
    differences,
    give,
    picture,
    virtual_board,
    write_files,
)
from host_tools.rx import limits_of, plan_of

BOLUS_NL = 750


@pytest.fixture(scope="module")
def run() -> Run:
    """The bolus on the virtual Pico."""
    return give(*virtual_board(), plan_of(PLAN, "bolus", limits_of()), "virtual Pico", print)


@pytest.mark.req("THER-1", "DEL-2")
def test_a_bolus_of_0_75_ul_in_a_minute_is_60_even_pulses(run: Run) -> None:
    # 750 nL / 12.5 nL a step, one a second
    assert (len(run.rises_ns), run.confirmed_steps, run.dispensed_nl) == (60, 60, 750)
    assert run.pulses_ns[-1] == pytest.approx(59e9, abs=1e6)
    assert differences(run, run, BOLUS_NL) == []


def late(run: Run, k: int, ns: int) -> Run:
    """The run with one pulse later."""
    rises = list(run.rises_ns)
    rises[k] += ns
    return replace(run, rises_ns=tuple(rises))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda r: replace(r, confirmed_steps=59), "59 steps confirmed, 60 at the pin"),
        (lambda r: replace(r, dispensed_nl=737.5), "737.5 of 750 nL dispensed"),
        (lambda r: replace(r, rises_ns=r.rises_ns[:-1]), "60 against 59 pulses"),
        (lambda r: replace(r, high_ns=100_001), "STEP stays high for up to 100001 ns"),
        (lambda r: late(r, 7, 1_000_001), "pulses lie up to 1000001 ns apart"),
    ],
)
def test_a_difference_of_the_two_worlds_is_named(
    change: Callable[[Run], Run], named: str, run: Run
) -> None:
    assert any(named in line for line in differences(run, change(run), BOLUS_NL))


def test_a_pulse_may_be_1_ms_late(run: Run) -> None:
    other = late(run, 7, 1_000_000)
    assert apart_ns(run, other) == 1_000_000
    assert differences(run, other, BOLUS_NL) == []


def test_the_picture_shows_the_whole_bolus_in_both_worlds(run: Run) -> None:
    shown = {lane.name: lane for lane in picture(run, run).lanes}
    assert list(shown) == ["ENABLE", "STEP", "BEEPER", "STEP\nvirtual"]
    # the driver is energised 1.002 s before the first pulse, and off 3 s after the last
    assert [level for _, level in shown["ENABLE"].edges] == [0, 1]
    assert [t_s for t_s, _ in shown["ENABLE"].edges] == pytest.approx([-1.002, 62.0], abs=0.01)
    assert sum(level for _, level in shown["STEP"].edges) == 60
    assert len(shown["BEEPER"].edges) > 100  # the confirmation


@pytest.mark.slow
def test_picture_and_vcd_are_written(run: Run, tmp_path: Path) -> None:
    write_files(run, run, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pins.png", "pins.vcd"]
    assert "$var wire 1" in (tmp_path / "pins.vcd").read_text()
