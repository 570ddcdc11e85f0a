"""Therapy modes at the pins: stopped, minimum, constant, day, single bolus (THER-1, THER-2)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from host_tools.link import RefusedError
from host_tools.rx import limits_of, read_plan
from host_tools.rx.show import table
from tests.scenario.delivery_rig import MS, Rig, S, bolus_rx, const_rx, day_rx

MIN_RX = b'{"v":2,"mode":"min","fluid":"water","conc_ug_ml":0}'
NOON_S = 820_540_800 + 12 * 3600  # 2026-01-01 12:00


@pytest.mark.req("THER-1")
def test_a_stopped_pump_moves_nothing_and_holds_its_driver_off() -> None:
    rig = Rig()
    rig.client.load(const_rx(1_000_000))
    rig.run_for(60_000)
    assert (rig.steps(), rig.pico.lines[6].level(), rig.status()["state"]) == (0, 1, "stopped")


@pytest.mark.req("THER-1")
@pytest.mark.parametrize(
    ("rx", "minutes", "steps", "made_up"),
    [
        (MIN_RX, 36, 12, 0),  # 250 nL/h x 0.6 h = 150 nL = 12 steps of 12.5 nL
        (const_rx(150_000), 10, 2000, 0),  # 25 uL
        # After 12:05 it runs twice as fast: half of what the start came after noon is made up.
        (day_rx([[0, 150_000, 0, 0], [725, 300_000, 0, 0]]), 10, 1000 + 2000, 0.5),
    ],
    ids=["min", "const", "day"],
)
def test_each_mode_gives_its_ordered_volume_to_the_step(
    rx: bytes, minutes: int, steps: int, made_up: float
) -> None:
    """The last ordered step comes in the last tick of its time, counted from the first tick."""
    rig = Rig()
    rig.client.request("clock", wall_s=NOON_S)
    noon_ns = rig.now_ns
    rig.start(rx)
    tick_ns = rig.status()["tick_ms"] * MS
    begun_ns = rig.now_ns + tick_ns
    rig.run_for(minutes * 60_000 + 10_000)  # some slack at the end: count steps, not instants
    ideal_ns = begun_ns + minutes * 60 * S - made_up * (begun_ns - noon_ns)
    assert ideal_ns - tick_ns - 50 * MS <= rig.rises()[steps - 1] <= ideal_ns + 50 * MS
    rig.stop()
    rig.assert_booked()


@pytest.mark.req("THER-1")
def test_a_single_bolus_from_stopped_ends_stopped_again() -> None:
    rig = Rig()
    rig.client.load(bolus_rx(5_000, 60_000))
    assert rig.status()["state"] == "bolus"
    rig.run_for(70_000)
    assert rig.assert_booked()["state"] == "stopped"
    assert (rig.steps(), rig.pico.lines[6].level()) == (400, 1)  # 5000 / 12.5
    rig.power_cut()
    assert (rig.status()["state"], rig.status()["mode"]) == ("stopped", "none")


@pytest.mark.req("THER-1")
@pytest.mark.parametrize("bolus_ms", [60_000, 300_000], ids=["other tick", "same tick"])
def test_a_single_bolus_from_running_goes_back_to_the_mode_before(bolus_ms: int) -> None:
    rig = Rig()
    rig.start(const_rx(150_000))
    before = rig.status()
    rig.run_for(30_000)
    rig.client.load(bolus_rx(5_000, bolus_ms))
    during = rig.status()
    assert (during["state"], during["bolus_nl"] > 4_900) == ("running", True)
    rig.run_for(bolus_ms + 10_000)
    after = rig.status()
    keys = ("state", "mode", "digest", "rate_nl_h", "bolus_nl")
    assert [after[key] for key in keys] == [before[key] for key in keys]
    start = rig.now_ns
    rig.run_for(60_000)
    assert abs(rig.steps(start) - 200) <= 1  # 150 uL/h is 200 steps a minute
    seconds = (rig.rises()[-1] - rig.rises()[0]) / 1e9
    assert rig.steps() == pytest.approx(400 + seconds * 200 / 60, abs=12)  # a new tick costs 3 s


@pytest.mark.req("THER-2")
def test_a_mass_order_in_a_file_is_shown_as_both_and_dosed_as_volume(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(
        'mode = "const"\nfluid = "demo-baclofen"\nconcentration = "500 ug/mL"\nrate = "12 ug/h"\n'
    )
    plan = read_plan(file, limits_of())
    rig = Rig()
    summary = rig.client.load(plan.raw)
    # 12 ug/h at 500 ug/mL is 24 uL/h: 576 uL, 288 ug a day
    assert (summary["total_24h_nl"], summary["total_24h_ng"]) == (576_000, 288_000)
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(table(plan))
    shown = console.export_text()
    assert "24" in shown and "12" in shown and "ug" in shown.replace("µ", "u")
    rig.client.request("start")
    rig.run_for(302_000)
    assert rig.steps() in (160, 161)  # 2 uL in 5 min


@pytest.mark.req("THER-2")
@pytest.mark.parametrize(
    ("rate", "code"),
    [(249, "RX_RATE_LOW"), (250, ""), (1_000_000, ""), (1_000_001, "RX_RATE_HIGH")],
)
def test_the_rate_range_of_the_profile_is_exact(rate: int, code: str) -> None:
    rig = Rig()
    if code:
        with pytest.raises(RefusedError, match=code):
            rig.client.load(const_rx(rate))
    assert code or rig.client.load(const_rx(rate))["rate_max_nl_h"] == rate
