"""A story lived on the virtual pump: its deeds, and what was seen of pins, water and journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from host_tools.book.entries import Entry
from host_tools.demo import journal
from host_tools.link import LinkClient, RefusedError, SimTransport
from host_tools.rx import Plan, limits_of, plan_of, read_plan
from host_tools.show.stories import MASS, PUMPS, Story
from picodose import codes
from shim.plant.beeper import Note
from shim.plant.bench import Bench
from shim.plant.facts import Tolerances
from shim.virtual_pico import VirtualPico
from shim.world import Board

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
WALL_S = int((datetime(2026, 3, 2, tzinfo=UTC) - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds())
_BOOT_MS = 4_000
_SAMPLES = 600  # of the water, over the whole story
_REFILL_NL = 18_000_000
_SPEEDS_NL_H = (60_000_000, 200_000_000, 600_000_000)
_RUN_NL, _RUN_S = 400_000, 120
_WATER_UG_ML = 998_200
_WORDS = {
    "press": "patient's button",
    "bolus": "bolus of {} µL in {} min",
    "score": "score {}: {}",
    "prime": "prime {} µL",
    "refill": "refill {1} µL, residue {0} µL off",
    "lose_power": "power off for {} s",
    "battery": "battery's wire {}",
    "kink": "kink {}",
    "change": "refill with {} µg/mL",
    "calibrate": "nine weighed runs",
    "tear": "catheter {}",
}


@dataclass(frozen=True)
class Seen:
    """What one pump did. Times in minutes from the story's start; samples (min, nL at the tip)."""

    pump: str
    samples: Sequence[tuple[float, float]]
    acts: Sequence[tuple[float, str]]  # what was done, and "refused: ..." where it was
    entries: Sequence[Entry]
    alarms: Sequence[tuple[int, float, float]]  # code, from, to
    notes: Sequence[Note]


class Stage:
    """One pump, one bench, one host; the methods without underscore are the deeds of a story."""

    def __init__(self, story: Story, pump: str, hours: float) -> None:
        profile, facts = PUMPS[pump].profile, PUMPS[pump].facts
        active = f"from profiles.{profile} import *\n{PUMPS[pump].more}".encode()
        board = Board(pulls=dict(facts.pins.pulls))
        self._story, self._pump, self._end_min = story, pump, hours * 60
        self._world = VirtualPico(profile=board, overlay={"profiles/active.py": active})
        self._bench = Bench(1, Tolerances.none(), facts)
        self._bench.attach(self._world)
        self._client = LinkClient(SimTransport(self._world))
        self._begun_ns = 0
        self._samples: list[tuple[float, float]] = []
        self._done: list[tuple[float, str]] = []
        self._heard: list[tuple[float, set[int]]] = []

    def live(self) -> Seen:
        """Program, start, do what the story says, watch."""
        self._world.run_for(_BOOT_MS)
        self._client.connect()
        if self._story.clock:
            self.set_clock()
        self._load(plan_read(self._story.rx, self._story.pumps[0]))
        self._client.request("start")
        self._begun_ns = self._world.now_ns
        for at_min, deed, *rest in self._story.acts:
            if at_min < self._end_min:
                self._watch_until(at_min)
                self._do(deed, *(rest[0] if rest else ()))
        self._watch_until(self._end_min)
        return self._seen()

    # ---------------------------------------------------------------- deeds

    def press(self) -> None:
        """The patient's button."""
        self._world.press("patient", 200)

    def bolus(self, amount_ul: int, minutes: int) -> None:
        """A clinician's bolus."""
        self._client.bolus(amount_ul * 1000, minutes * 60_000)

    def start(self) -> None:
        """Somebody starts the pump."""
        self._client.request("start")

    def stop(self) -> None:
        """Somebody stops the pump."""
        self._client.stop()

    def score(self, score: int, text: str) -> None:
        """An evaluation of the trial."""
        self._client.score(score, text)

    def prime(self, amount_ul: int) -> None:
        """Fill the tube; the host stays on the line until it is full."""
        self._client.request("prime", amount_nl=amount_ul * 1000)
        self._until_stopped()

    def refill(self, gap_ul: int, filled_ul: int) -> None:
        """A new fill; the residue measured is the one expected and a gap."""
        left_nl = int(self._client.request("status", page=2)["reservoir_nl"])
        fluid: dict[str, int | str] = {"fluid": "water", "conc_ug_ml": 0}
        amounts = {"measured_nl": left_nl + gap_ul * 1000, "filled_nl": filled_ul * 1000}
        self._client.request("refill", **amounts, **fluid)

    def change(self, ug_ml: int) -> None:
        """Stop, refill with another concentration of the fluid, order the same mass, start."""
        self._client.stop()
        left_nl = int(self._client.request("status", page=2)["reservoir_nl"])
        self._bench.reservoir.drain()
        self._bench.reservoir.fill(_REFILL_NL, ug_ml)
        amounts = {"measured_nl": left_nl, "filled_nl": _REFILL_NL, "conc_ug_ml": ug_ml}
        self._client.request("refill", fluid="demo-baclofen", **amounts)
        self._load(plan_read(MASS.format(ug_ml=ug_ml), self._story.pumps[0]))
        self._client.request("start")

    def calibrate(self) -> None:
        """Three runs at each of three speeds onto the scale; their fit is the step's volume."""
        points = [self._weighed(rate_nl_h) for rate_nl_h in _SPEEDS_NL_H for _ in range(3)]
        self._client.calibrate(points, WALL_S, _WATER_UG_ML)

    def explain(self) -> None:
        """Somebody found out why the residue was another."""
        self._client.request("explain")

    def ack(self) -> None:
        """Every alarm that is on is acknowledged."""
        for code in sorted(self._active()):
            try:
                self._client.request("ack", code=code)
            except RefusedError:
                pass  # it ends by itself

    def lose_power(self, off_s: int) -> None:
        """The power goes and comes back; somebody connects and sets the clock."""
        self._bench.supply_gap(off_s * 1000)
        self._world.power_cut(off_s * 1000)
        self._world.run_for(off_s * 1000 + _BOOT_MS)
        self._client.connect()
        self.set_clock()

    def set_clock(self) -> None:
        """Somebody sets the time of day."""
        since_s = (self._world.now_ns - self._begun_ns) // 10**9
        self._client.request("clock", wall_s=WALL_S + (since_s if self._begun_ns else 0))

    def battery(self, fault: str) -> None:
        """A fault of the battery's wire, or a wire that is whole again."""
        self._bench.battery.fault = None if fault == "whole" else fault

    def kink(self, state: str) -> None:
        """The tube is bent shut, or free again."""
        self._bench.kink(state == "on")

    def tear(self, state: str) -> None:
        """The catheter is torn, or whole again."""
        self._bench.tear(state == "open")

    # ---------------------------------------------------------------- details of deeds

    def _load(self, plan: Plan) -> None:
        if plan.rx.conc_ug_ml and self._client.request("status", page=0)["calibration"][0] == "u":
            self._client.accept_nominal()
        summary = self._client.stage(plan.raw)
        self._client.commit(summary["digest"], summary["needs"])

    def _weighed(self, rate_nl_h: int) -> list[int]:
        before_mg = self._bench.scale_mg()
        run = self._client.request("calibrate_run", amount_nl=_RUN_NL, rate_nl_h=rate_nl_h)
        self._until_stopped()
        return [rate_nl_h, run["steps"], round((self._bench.scale_mg() - before_mg) * 1000)]

    def _until_stopped(self) -> None:
        """A run ends when the host is silent for two seconds."""
        for _ in range(_RUN_S):
            self._world.run_for(1000)
            if self._client.request("status", page=0)["state"] == "stopped":
                return

    # ---------------------------------------------------------------- watching

    def _do(self, deed: str, *arguments: int | str) -> None:
        at_min = self._now_min()
        words = _WORDS.get(deed, deed.replace("_", " ")).format(*arguments)
        try:
            getattr(self, deed)(*arguments)
        except RefusedError as refused:
            words = f"{words}: refused, {codes.name_of(refused.code)}"
        self._done.append((at_min, words))

    def _watch_until(self, end_min: float) -> None:
        step_min = self._end_min / _SAMPLES
        while (now_min := self._now_min()) < end_min - 1e-9:
            self._samples.append((now_min, self._bench.dispensed_nl))
            self._heard.append((now_min, self._active()))
            self._world.run_for(min(step_min, end_min - now_min) * 60_000)
        self._samples.append((end_min, self._bench.dispensed_nl))

    def _active(self) -> set[int]:
        text = str(self._client.request("status", page=1)["active"])
        return {int(code) for code in text.split(",") if code}

    def _now_min(self) -> float:
        return (self._world.now_ns - self._begun_ns) / 60e9

    def _seen(self) -> Seen:
        self._heard.append((self._now_min(), set()))
        spans: list[tuple[int, float, float]] = []
        begun: dict[int, float] = {}
        for at_min, active in self._heard:
            for code in sorted(set(begun) - active):
                spans.append((code, begun.pop(code), at_min))
            for code in active - set(begun):
                begun[code] = at_min
        entries = journal.pull(self._client)
        notes = self._bench.beeper.notes()
        return Seen(self._pump, self._samples, self._done, entries, sorted(spans), notes)


def plan_read(rx: str, pump: str) -> Plan:
    """A story's prescription for this pump, checked as any person's file."""
    limits = limits_of(PUMPS[pump].profile)
    if rx.endswith(".toml"):
        return read_plan(EXAMPLES / rx, limits)
    return plan_of(rx, "story", limits)
