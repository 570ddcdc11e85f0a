"""Lives through the day: the host's requests, the bench's events, and what was seen meanwhile.

Only the world's own time passes here, so the same prescription and seed give the same evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from host_tools.book.entries import Entry
from host_tools.demo import journal
from host_tools.demo.commission import commissioned_flash
from host_tools.demo.evidence import Evidence, Reading, Sample
from host_tools.demo.oracle import Order
from host_tools.demo.scenario import LEAD_S, START_S, Scenario
from host_tools.link import LinkClient, SimTransport
from host_tools.rx import Plan
from picodose import codes
from profiles import active as profile
from shim.plant.bench import Bench
from shim.plant.facts import BatteryFacts, PlantFacts, ReservoirFacts, Tolerances
from shim.virtual_pico import REPO_DEVICE_DIR, VirtualPico

_SAMPLE_S = 60
_CONNECT_S = 10 - LEAD_S  # booted by now
_BOOT_AFTER = 2  # the one that follows the loss of power
_LOW_TIER = 1  # of the profile's thresholds: replace soon, low, end of service

Progress = Callable[[float], None]  # seconds of the day that have passed


class DayRun:
    """One pump, one bench, one host."""

    def __init__(self, plan: Plan, order: Order, scenario: Scenario) -> None:
        self._plan = plan
        self._order = order
        self._scenario = scenario
        self._bench = Bench(scenario.seed, _tolerances(), _facts(order, scenario))
        flash = commissioned_flash(REPO_DEVICE_DIR, scenario.fill_nl(order))
        self._world = VirtualPico(seed=scenario.seed, flash=flash)
        self._bench.attach(self._world)
        self._recorder = self._world.trace()
        self._client = LinkClient(SimTransport(self._world))
        self._samples: list[Sample] = []
        self._readings: list[Reading] = []

    def run(self, progress: Progress = lambda _: None) -> Evidence:
        """The whole day, and what was seen."""
        self._set_up()
        for at_s, act in self._agenda():
            self._live_until(at_s, progress)
            act()
        return self._evidence()

    def _set_up(self) -> None:
        """Before the day: connect, set the clock, program, and start unless it is one bolus."""
        self._drain_battery()
        self._pass_to(_CONNECT_S)
        self._sample()
        self._client.connect()
        self._set_clock()
        if self._plan.rx.conc_ug_ml:
            self._client.accept_nominal()
        if self._order.mode != "bolus":
            summary = self._client.stage(self._plan.raw)
            self._client.commit(summary["digest"], summary["needs"])
            self._pass_to(START_S)
            self._client.request("start")
        self._pass_to(0)

    def _agenda(self) -> list[tuple[float, Callable[[], None]]]:
        """What happens when, in order; a status is read before anything else of its instant."""
        s = self._scenario
        agenda: list[tuple[float, Callable[[], None]]] = [
            (t_s, self._read_status) for t_s in range(0, s.duration_s + 1, s.row_s)
        ]
        agenda += [(s.cut_s, self._cut_power), (s.clock_set_s, self._come_back)]
        if self._order.mode == "bolus":
            agenda.append((s.bolus_s, self._ask_for_bolus))
        return sorted(agenda, key=lambda item: item[0])

    # ---------------------------------------------------------------- events

    def _read_status(self) -> None:
        before = self._sample()
        status = self._client.status()
        self._readings.append(Reading(before.t_s, status, before, self._sample()))

    def _ask_for_bolus(self) -> None:
        self._client.bolus(self._plan.rx.bolus_nl, self._plan.rx.bolus_ms)

    def _cut_power(self) -> None:
        off_ms = self._scenario.off_s * 1000.0
        self._bench.supply_gap(off_ms)
        self._world.power_cut(off_ms)

    def _come_back(self) -> None:
        """Half an hour later somebody connects, sets the clock and acknowledges; a trial, which no
        reset resumes, is started again."""
        self._client.connect()
        self._set_clock()
        active = str(self._client.request("status", page=1)["active"]).split(",")
        if str(codes.AL_POWER_LOST) in active:
            self._client.request("ack", code=codes.AL_POWER_LOST)
        if self._order.is_trial:
            self._client.request("start")

    def _set_clock(self) -> None:
        self._client.request("clock", wall_s=self._scenario.wall_s(self._now_s()))

    def _drain_battery(self) -> None:
        """Use the cells up so that they will be *low* when the scenario says so."""
        battery, facts = self._bench.battery, self._bench.battery.facts
        holding = self._order.mode != "bolus"  # a stopped pump's driver draws nothing
        mean_ma = facts.idle_ma + (facts.motor_ma if holding else 0)
        levels_mv = profile.BATTERY_LOAD_MV if holding else profile.BATTERY_IDLE_MV
        at_ns = self._ns(self._scenario.battery_low_s)
        battery.drain_to_reach(levels_mv[_LOW_TIER], self._world.now_ns, at_ns, mean_ma)

    # ---------------------------------------------------------------- time

    def _live_until(self, t_s: float, progress: Progress) -> None:
        """Pass the time, with a look at the plant every minute."""
        while (next_s := (self._now_s() // _SAMPLE_S + 1) * _SAMPLE_S) < t_s:
            self._pass_to(next_s)
            self._sample()
            progress(next_s)
        self._pass_to(t_s)
        progress(t_s)

    def _pass_to(self, t_s: float) -> None:
        self._world.run_for(max(0, self._ns(t_s) - self._world.now_ns) / 1e6)

    def _ns(self, t_s: float) -> int:
        return round((LEAD_S + t_s) * 1e9)

    def _now_s(self) -> float:
        return self._world.now_ns / 1e9 - LEAD_S

    # ---------------------------------------------------------------- seen

    def _sample(self) -> Sample:
        state = self._bench.now
        sample = Sample(
            self._now_s(),
            state.dispensed_fl / 1e6,
            state.battery_mv,
            state.reservoir_fl / 1e6,
            state.driver_enabled,
        )
        self._samples.append(sample)
        return sample

    def _evidence(self) -> Evidence:
        entries = journal.pull(self._client)
        order = _as_lived(self._order, entries, self._scenario)
        return Evidence(
            self._scenario, order, self._plan.title, profile.NL_NUM / profile.STEPS_DEN,
            tuple(self._readings), tuple(self._samples), tuple(entries),
            tuple(self._bench.beeper.notes()), self._recorder, self._ns(0),
            self._bench.water_balance_fl(), self._bench.steps_lost,
            self._world.console.decode(errors="replace"),
        )  # fmt: skip


def _as_lived(order: Order, entries: Sequence[Entry], scenario: Scenario) -> Order:
    """The order with its periodic boluses where the pump began them anew after the outage; whether
    it was right to begin there is for claims.py to say.
    """
    begun = [e for e in entries if e.kind == "EV_BOLUS_BEGIN" and e.boot == _BOOT_AFTER]
    again_s = begun[0].wall_s - scenario.wall_s(0) if begun and begun[0].wall_s else None
    return order.moved(scenario.cut_s, again_s, scenario.duration_s)


def _tolerances() -> Tolerances:
    """Exact parts, so that every claim can be held to a step; the battery's pin stays noisy."""
    return replace(Tolerances.none(), noise=1.0)


def _facts(order: Order, scenario: Scenario) -> PlantFacts:
    return PlantFacts(
        reservoir=ReservoirFacts(filled_nl=scenario.fill_nl(order)),
        battery=BatteryFacts(capacity_mah=scenario.capacity_mah),
    )
