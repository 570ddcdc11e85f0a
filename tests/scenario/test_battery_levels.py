"""The battery on the bench: tiers, their latch, faults of the measurement, time left (BAT-1)."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import NamedTuple

import pytest

from host_tools.link import RefusedError
from picodose import codes
from profiles import battery_alkaline, battery_liion, battery_lipo
from shim.plant import Bench, PlantFacts, Tolerances
from shim.plant.batteries import ALKALINE, LI_ION, LIPO, PRECISE_DIVIDER_PPM
from shim.plant.facts import BatteryFacts
from tests.scenario.delivery_rig import Rig, const_rx
from tests.scenario.journal_view import active, journal

TIERS = (codes.AL_REPLACE_SOON, codes.AL_LOW_BATTERY, codes.AL_END_OF_SERVICE)
SETTLE_MS = 45 * 60_000  # a reading a minute, filtered by eighths, three that agree
IDLE_MV = battery_alkaline.BATTERY_IDLE_MV


class Cells(NamedTuple):
    """A battery: what the pump knows of it, what the plant has, the spread of its divider."""

    profile: ModuleType
    facts: BatteryFacts
    divider_ppm: float = PRECISE_DIVIDER_PPM

    def rig(self, seed: int = 0, tolerances: Tolerances | None = None) -> Rig:
        """A therapy pump with these cells on its bench; exact parts unless said otherwise."""
        name = self.profile.__name__
        rig = Rig(f"from profiles.therapy_step import *\nfrom {name} import *\n", seed=seed)
        facts = PlantFacts(battery=self.facts)
        rig.bench = Bench(seed, tolerances or Tolerances.none(), facts)
        rig.bench.attach(rig.pico)
        rig.power_cut()  # its first reading was the other battery's
        rig.ack_all()
        return rig

    def supply(self, rig: Rig, battery_mv: float) -> None:
        """The battery shows this; the divider brings it to the pin."""
        num, den = self.profile.BATTERY_DIVIDER
        rig.pico.set_adc_mv(0, battery_mv * den / num)


CELLS = {
    "alkaline": Cells(battery_alkaline, ALKALINE, Tolerances().divider_ppm),
    "liion": Cells(battery_liion, LI_ION),
    "lipo": Cells(battery_lipo, LIPO),
}
every_battery = pytest.mark.parametrize("name", CELLS)
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in CELLS if name != "alkaline"]


def supply(rig: Rig, battery_mv: float) -> None:
    """The alkaline cells show this; the divider halves it."""
    CELLS["alkaline"].supply(rig, battery_mv)


def tier(rig: Rig) -> int:
    return int(rig.client.request("status", page=2)["battery_tier"])


@pytest.mark.req("BAT-1")
@pytest.mark.parametrize("name", ["alkaline", *OTHERS])
@pytest.mark.parametrize("running", [False, True], ids=["idle", "load"])
def test_each_tier_comes_at_its_own_voltage_idle_and_under_load(running: bool, name: str) -> None:
    cells = CELLS[name]
    rig = cells.rig()
    rig.client.load(const_rx(24_000))
    if running:
        rig.client.request("start")
    profile = cells.profile
    for level, threshold_mv in enumerate(
        profile.BATTERY_LOAD_MV if running else profile.BATTERY_IDLE_MV
    ):
        cells.supply(rig, threshold_mv + 8)
        rig.run_for(SETTLE_MS)
        assert tier(rig) == level
        cells.supply(rig, threshold_mv - 8)
        rig.run_for(SETTLE_MS)
        assert tier(rig) == level + 1
        assert set(TIERS[: level + 1]) <= set(active(rig))
    assert rig.status()["state"] == "stopped"
    with pytest.raises(RefusedError, match="NOT_FIT"):
        rig.client.request("start")
    assert [entry.a for entry in journal(rig, codes.EV_BATTERY_TIER)] == [1, 2, 3]


@pytest.mark.req("BAT-1")
def test_the_end_of_service_stops_beeps_and_keeps_the_record() -> None:
    rig = Rig()
    rig.start(const_rx(150_000))
    rig.run_for(60_000)
    supply(rig, 3_700)
    alarms = rig.parts.alarms
    rig.pico.until(lambda: bool(alarms.is_active(codes.AL_END_OF_SERVICE)), SETTLE_MS)
    rig.run_for(1_000)
    stopped_ns = rig.now_ns
    rig.run_for(60_000)
    assert (rig.steps(stopped_ns), rig.pico.lines[6].level()) == (0, 1)
    heard = [note for note in rig.bench.beeper.notes() if note.start_ns > stopped_ns]
    assert len(heard) >= 90  # ten notes every six seconds
    counted = rig.assert_booked()["confirmed_steps"]
    rig.power_cut()
    status = rig.status()
    assert (status["confirmed_steps"], status["mode"], tier(rig)) == (counted, "const", 3)
    assert codes.AL_END_OF_SERVICE in active(rig)


@pytest.mark.req("BAT-1")
def test_a_tier_is_left_only_by_a_fresh_battery_at_power_on_and_the_command() -> None:
    rig = Rig()
    supply(rig, 4_700)
    rig.run_for(SETTLE_MS)
    assert tier(rig) == 1
    supply(rig, 6_300)
    rig.run_for(SETTLE_MS)
    assert tier(rig) == 1, "a voltage alone ends nothing"
    with pytest.raises(RefusedError, match="BATTERY_NOT_FULL"):
        rig.client.request("battery")
    supply(rig, 5_900)  # switched off and on with a used battery
    rig.power_cut(1_000)
    with pytest.raises(RefusedError, match="BATTERY_NOT_FULL"):
        rig.client.request("battery")
    supply(rig, 6_300)
    rig.pico.reset("watchdog")  # no power-on
    rig.boot()
    with pytest.raises(RefusedError, match="BATTERY_NOT_FULL"):
        rig.client.request("battery")
    rig.power_cut(1_000)
    assert tier(rig) == 1, "power alone ends nothing either"
    rig.client.request("battery")
    assert tier(rig) == 0
    assert active(rig) in ([], [codes.AL_WATCHDOG])
    rig.power_cut()
    assert tier(rig) == 0


@pytest.mark.req("BAT-1")
def test_the_command_does_not_work_again_on_the_battery_that_has_aged_since() -> None:
    rig = Rig()
    supply(rig, 6_300)
    rig.power_cut(1_000)
    rig.client.request("battery")
    supply(rig, 4_700)
    rig.run_for(SETTLE_MS)
    assert tier(rig) == 1
    with pytest.raises(RefusedError, match="BATTERY_NOT_FULL"):
        rig.client.request("battery")


@pytest.mark.req("BAT-1")
@every_battery
def test_a_broken_measurement_is_a_fault_and_not_a_level(name: str) -> None:
    rig = CELLS[name].rig(tolerances=Tolerances())  # a bench with its usual noise
    rig.start(const_rx(24_000))
    rig.run_for(5 * 60_000)
    for fault in ("open", "short", "noisy"):
        assert active(rig) == []
        rig.bench.battery.fault = fault
        rig.run_for(5 * 60_000)
        assert active(rig) == [codes.AL_BATTERY_FAULT]
        assert (tier(rig), rig.status()["state"]) == (0, "running")
        rig.bench.battery.fault = None
        rig.run_for(5 * 60_000)


@pytest.mark.req("BAT-1")
@every_battery
def test_the_motor_s_sag_is_no_tier(name: str) -> None:
    """Half of the sag above the first idle threshold: under load it shows less, and is good."""
    cells = CELLS[name]
    rig = cells.rig()
    idle_mv, load_mv = cells.profile.BATTERY_IDLE_MV[0], cells.profile.BATTERY_LOAD_MV[0]
    rig.bench.battery.drain_to((3 * idle_mv - load_mv) / 2, rig.now_ns)
    rig.start(const_rx(24_000))
    rig.run_for(6 * 60_000)
    assert load_mv < rig.bench.battery_mv < idle_mv
    assert (tier(rig), active(rig)) == (0, [])


@pytest.mark.slow
@pytest.mark.req("BAT-1")
@every_battery
@pytest.mark.parametrize("seed", [1, 2])
def test_time_left_is_within_a_quarter_all_through_a_discharge(seed: int, name: str) -> None:
    """Told every 10 min and judged from the first of these on to the end.

    The end is the last step. In the last hour 10 min are allowed as well: the end is believed
    after three readings, one a minute, of a filter that takes an eighth of each. Before that
    nothing is.
    """
    cells = CELLS[name]
    rig = cells.rig(seed, replace(Tolerances(), divider_ppm=cells.divider_ppm))
    rig.start(const_rx(24_000))
    told = []
    start_ns = rig.now_ns
    battery = rig.parts.battery
    while rig.status()["state"] == "running":
        told.append((rig.now_ns, battery.time_left_ms() / 3_600_000))
        rig.run_for(10 * 60_000)
        assert rig.now_ns - start_ns < 40 * 3_600_000_000_000
    end_ns = rig.rises()[-1]
    life_h = cells.profile.BATTERY_LIFE_H[1]
    assert 0.7 * life_h < (end_ns - start_ns) / 3.6e12 < 1.3 * life_h
    wrong = []
    for t_ns, told_h in told[1:]:
        real_h = (end_ns - t_ns) / 3.6e12
        allowed_h = 0.25 * real_h if real_h > 1 else max(0.25 * real_h, 1 / 6)
        if abs(told_h - real_h) > allowed_h:
            wrong.append((round(real_h, 1), round(told_h, 1)))
    assert wrong == []


@pytest.mark.req("BAT-1")
def test_replace_soon_leaves_ninety_days_of_running_time_across_a_power_loss() -> None:
    rig = Rig()
    supply(rig, IDLE_MV[0] - 15)
    rig.run_for(2 * SETTLE_MS)
    assert (tier(rig), rig.client.request("status", page=2)["battery_days"]) == (1, 90)
    rig.parts.accounts._base_ms += 91 * 86_400_000  # running time that has passed
    rig.run_for(60_000)
    assert rig.client.request("status", page=2)["battery_days"] == 0
    rig.run_for(60_000)
    assert codes.AL_END_OF_SERVICE in active(rig)


@pytest.mark.req("BAT-1")
def test_the_countdown_is_remembered_and_a_fresh_battery_ends_it() -> None:
    rig = Rig()
    supply(rig, IDLE_MV[0] - 15)
    rig.run_for(2 * SETTLE_MS)
    rig.parts.accounts._base_ms += 40 * 86_400_000
    rig.client.request("clock", wall_s=848_000_000)  # which also writes the record
    supply(rig, 6_300)
    rig.power_cut(1_000)
    assert rig.client.request("status", page=2)["battery_days"] in (49, 50)
    rig.client.request("battery")
    assert rig.client.request("status", page=2)["battery_days"] == 90
