"""Lives through the year: visits, refills, presses of the button, and what goes wrong meanwhile.

The host does everything over the link; only the world's own time passes, so the same scenario
gives the same evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from host_tools.book.entries import RINGS, Entry, entry_of, with_wall_times
from host_tools.link import LinkClient, RefusedError, SimTransport
from host_tools.year import scenario as year
from host_tools.year.evidence import Evidence, Refill, Sample, Stretch
from host_tools.year.program import Program
from host_tools.year.scenario import Scenario
from profiles import active as profile
from shim.image import built_image
from shim.plant.bench import Bench
from shim.plant.facts import (
    FL_PER_NL,
    BatteryFacts,
    PinFacts,
    PlantFacts,
    ReservoirFacts,
    Tolerances,
)
from shim.virtual_pico import REPO_DEVICE_DIR, VirtualPico

# The default pump with an index sensor, looked at every minute, so that a stall is noticed.
_PROFILE = b"""from profiles.therapy_step import *
PIN_INDEX = 7
STEPS_PER_INDEX = 800
FLOW_MS = 60_000
"""
_FIRST_UG_DAY = 78
_BOOT_S = 3
_SWAP_S = 60
_MEAN_MA = 100.0  # the driver holds the motor while the pump runs
_LIFE = 0.75  # of a set of cells, as a part of the year
_AG_PER_UG = 10**12

Progress = Callable[[float], None]  # seconds that have passed


class YearRun:
    """One pump, one bench, one host."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._bench = Bench(scenario.seed, replace(Tolerances.none(), noise=1.0), _facts(scenario))
        flash = built_image(REPO_DEVICE_DIR, {"profiles/active.py": _PROFILE})
        self._world = VirtualPico(seed=scenario.seed, flash=flash)
        self._bench.attach(self._world)
        self._edges = _EdgeCount()
        self._world.lines[self._bench.facts.pins.step].listen(self._edges)
        self._client = LinkClient(SimTransport(self._world))
        self._program = Program(_FIRST_UG_DAY, year.FIRST_UG_ML)
        self._programs: list[tuple[float, Program]] = []
        self._samples: list[Sample] = []
        self._stretches: list[Stretch] = []
        self._refills: list[Refill] = []
        self._entries: list[Entry] = []
        self._seqs = [-1, -1]
        self._since_s: float | None = None  # running since
        self._wall_s = 0.0  # the pump's clock, or a good one, minus the time since the start
        self._known = False  # does the pump know the time of day

    def run(self, progress: Progress = lambda _: None) -> Evidence:
        """The whole year, and what was seen."""
        self._set_up()
        for at_s, act in self._agenda():
            self._pass_to(at_s)
            act()
            progress(self._now_s)
        return self._end()

    def _agenda(self) -> list[tuple[float, Callable[[], None]]]:
        """What happens when, in order."""
        s = self._scenario
        agenda: list[tuple[float, Callable[[], None]]] = [
            (day * year.DAY_S, self._sample) for day in range(1, s.days)
        ]
        agenda += [(t_s, self._press) for t_s in s.presses_s()]
        agenda += [(t_s, self._visitor(k)) for k, t_s in enumerate(s.visits_s())]
        for outage in s.outages():
            agenda.append((outage.at_s, self._cutter(outage.off_s)))
            agenda.append((outage.back_s, self._come_back))
        stall_s = s.stall_s()
        agenda.append((stall_s, lambda: self._bench.stall(for_ms=year.STALL_S * 1_000)))
        agenda.append((stall_s + 35 * year.HOUR_S, self._come_back))
        return sorted(agenda, key=lambda item: item[0])

    # ---------------------------------------------------------------- persons

    def _set_up(self) -> None:
        """Commission: fill, clock, program, start."""
        cells, now_ns = self._bench.battery, self._world.now_ns
        soon_ns = round(self._scenario.battery_soon_s() * 1e9)
        cells.drain_to_reach(profile.BATTERY_LOAD_MV[0], now_ns, soon_ns, _MEAN_MA)
        self._pass_to(_BOOT_S)
        self._connect()
        self._client.accept_nominal()
        full = {"measured_nl": year.FILL_NL, "filled_nl": year.FILL_NL}
        self._client.request(
            "refill", fluid=year.FLUID, conc_ug_ml=self._program.conc_ug_ml, **full
        )
        self._put_in_force(self._program)
        self._start()
        self._sample()

    def _visitor(self, visit: int) -> Callable[[], None]:
        return lambda: self._visit(visit)

    def _visit(self, visit: int) -> None:
        """Read the journal, see to what it says, adjust the dose."""
        self._come_back()
        self._pull()
        conc_ug_ml = year.STRONGER.get(visit, self._program.conc_ug_ml)
        ug_day = self._program.ug_day * (100 + self._scenario.change_percent(visit)) // 100
        program = Program(ug_day, conc_ug_ml)
        if visit in year.REFILLS:
            self._refill(program)
        elif visit == year.BATTERY_VISIT:
            self._fit_battery(program)
        else:
            self._put_in_force(program)

    def _refill(self, program: Program) -> None:
        self._stop()
        self._sample()
        bag = self._bench.reservoir
        found_nl = bag.drain() // FL_PER_NL
        bag.fill(year.FILL_NL, program.conc_ug_ml)
        filled = {"measured_nl": found_nl, "filled_nl": year.FILL_NL}
        reply = self._client.request(
            "refill", fluid=year.FLUID, conc_ug_ml=program.conc_ug_ml, **filled
        )
        now_s = self._now_s
        self._refills.append(Refill(now_s, found_nl, year.FILL_NL, program.conc_ug_ml, reply))
        self._sample()
        self._put_in_force(program)
        self._start()

    def _fit_battery(self, program: Program) -> None:
        """Stopped, the cells are taken out, and fresh ones put in a minute later."""
        self._stop()
        self._sample()
        self._bench.supply_gap(_SWAP_S * 1e3)
        self._bench.battery.replace(self._world.now_ns)
        self._world.power_cut(_SWAP_S * 1e3)
        self._pass_to(self._now_s + _SWAP_S + _BOOT_S)
        self._connect()
        self._client.request("battery")
        self._put_in_force(program)
        self._start()
        self._sample()

    def _come_back(self) -> None:
        """Somebody connects, sets the clock and acknowledges."""
        self._connect()
        active = str(self._client.request("status", page=1)["active"])
        for code in filter(None, active.split(",")):
            try:
                self._client.request("ack", code=int(code))
            except RefusedError:
                pass  # its cause lasts

    def _press(self) -> None:
        self._world.press("patient", 200)

    def _cutter(self, off_s: int) -> Callable[[], None]:
        return lambda: self._cut_power(off_s)

    def _cut_power(self, off_s: int) -> None:
        self._close()
        self._bench.supply_gap(off_s * 1e3)
        self._world.power_cut(off_s * 1e3)
        self._pass_to(self._now_s + off_s + 1)
        self._since_s, self._known = self._now_s, False
        self._wall_s = self._scenario.wall_s(self._now_s) - self._now_s

    # ---------------------------------------------------------------- the link

    def _connect(self) -> None:
        """Say hello and set the clock."""
        self._client.connect()
        wall_s = self._scenario.wall_s(self._now_s)
        self._client.request("clock", wall_s=wall_s)
        running = self._since_s is not None
        self._close()
        self._wall_s, self._known = wall_s - self._now_s, True
        self._since_s = self._now_s if running else None

    def _put_in_force(self, program: Program) -> None:
        summary = self._client.stage(program.raw())
        self._client.commit(summary["digest"], summary["needs"])
        running = self._since_s is not None
        self._close()
        self._program = program
        self._programs.append((self._now_s, program))
        self._since_s = self._now_s if running else None

    def _start(self) -> None:
        self._client.request("start")
        self._since_s = self._now_s

    def _stop(self) -> None:
        self._client.stop()
        self._close()

    def _pull(self) -> None:
        """What was written to the journal since the last time."""
        for ring, name in enumerate(RINGS):
            for raw in self._client.log(ring, max(self._seqs[ring], 0)):
                entry = entry_of(name, raw)
                if entry.seq > self._seqs[ring]:
                    self._entries.append(entry)
                    self._seqs[ring] = entry.seq

    # ---------------------------------------------------------------- seen

    @property
    def _now_s(self) -> float:
        return self._world.now_ns / 1e9

    def _pass_to(self, t_s: float) -> None:
        self._world.run_for(max(0, round(t_s * 1e9) - self._world.now_ns) / 1e6)

    def _close(self) -> None:
        """What ran until now ran by this program and this clock."""
        if self._since_s is not None:
            t0_s, t1_s = self._since_s, self._now_s
            stretch = Stretch(t0_s, t1_s, self._program, self._wall_s, self._known)
            self._stretches.append(stretch)
        self._since_s = None

    def _sample(self) -> None:
        state = self._bench.now
        self._samples.append(
            Sample(
                self._now_s,
                state.dispensed_fl / FL_PER_NL,
                self._bench.path.out_ag / _AG_PER_UG,
                state.battery_mv,
                state.reservoir_fl / FL_PER_NL,
                state.driver_enabled,
            )
        )

    def _end(self) -> Evidence:
        self._pass_to(self._scenario.end_s)
        self._connect()
        self._stop()
        self._sample()
        self._pull()
        rows = [
            self._client.request("refill_log", index=index)
            for index in reversed(range(len(self._refills)))
        ]
        bench = self._bench
        return Evidence(
            self._scenario, Fraction(profile.NL_NUM, profile.STEPS_DEN), self._samples,
            self._stretches, self._programs, self._refills, rows,
            with_wall_times(self._entries), self._client.status(), self._edges.rises,
            bench.steps_moved, bench.steps_lost, self._world.boots, bench.water_balance_fl(),
            bench.path.mass_balance_ag(),
        )  # fmt: skip


class _EdgeCount:
    """Rising edges of a line, and nothing else: there are millions in a year."""

    def __init__(self) -> None:
        self.rises = 0

    def edge(self, _t_ns: int, level: int) -> None:
        """The line changed."""
        self.rises += level

    def train(self, _t0_ns: int, _period_ns: int, _high_ns: int, count: int) -> None:
        """Regular pulses."""
        self.rises += count

    def pulse(self, _rise_ns: int, _fall_ns: int) -> None:
        """One pulse."""
        self.rises += 1


def _facts(scenario: Scenario) -> PlantFacts:
    hours = scenario.days * 24
    return PlantFacts(
        pins=PinFacts(index=7),
        reservoir=ReservoirFacts(year.FILL_NL, conc_ug_ml=year.FIRST_UG_ML),
        battery=BatteryFacts(capacity_mah=_MEAN_MA * hours * _LIFE),
    )
