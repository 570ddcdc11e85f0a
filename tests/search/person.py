"""Does to a pump what a history says; what the pump refuses is refused, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from host_tools.link import PumpError, RefusedError
from host_tools.link.replies import Reply
from picodose import codes
from tests.scenario.delivery_rig import (
    MS,
    Rig,
    S,
    bolus_rx,
    const_rx,
    day_rx,
    periodic_rx,
    week_rx,
)
from tests.search.draw import Act
from tests.search.world import RESERVOIR_NL, World

MORNING_S = 820_540_800 + 7 * 3600  # 2026-01-01 07:00, a Thursday
DAY_MIN = 1_440
AFTER_MS = 2_500  # what is granted of a bolus is out


class Person:
    """One pump's user, host, and misfortune. `seen` counts what happened, by name."""

    def __init__(self, rig: Rig, world: World) -> None:
        self.rig = rig
        self.world = world
        self.seen: Counter[str] = Counter()
        self._zero_s = MORNING_S  # wall time at virtual time 0

    def live(self, acts: Iterable[Act], end_ms: int) -> None:
        """The acts, one after another, and whatever time is left until end_ms."""
        for name, *arguments in acts:
            if self.rig.now_ns < end_ms * MS:
                getattr(self, name)(*arguments)
        self.rig.run_for(max(0, end_ms * MS - self.rig.now_ns) / MS)

    # ------------------------------------------------------------------ living

    def begin(self) -> None:
        """The clock is set and the pump programmed."""
        self._set_clock()
        self.constant(600, 0)

    def wait(self, permille: int) -> None:
        """Some time passes."""
        self.rig.run_for(self.world.span_ms(permille))

    def fill(self, span: int, rest: int) -> bool:
        """The largest bolus that the pump takes, and the time for it; False: it takes none."""
        span_ms, nl = self.world.span_ms(span), self.world.volume_nl(1_000)
        given = False
        while nl > 0 and not given:
            given, nl = self._ask_for(nl, span_ms)
        if given:
            self.rig.run_for(span_ms + AFTER_MS)
        self.rig.run_for(self.world.span_ms(rest))
        return given

    def fill_on(self, times: int, span: int, rest: int) -> None:
        """Again and again: the long window fills in a few acts."""
        for _ in range(times):
            self.fill(span, rest)

    def bolus(self, permille: int, span: int) -> None:
        """A clinician's bolus."""
        self._ask_for(self.world.volume_nl(permille), self.world.span_ms(span))

    def patient(self, button: bool) -> None:
        """The patient asks, by the button or a remote."""
        if button:
            self.rig.pico.press("patient", 200)
            self.rig.run_for(1_000)
        else:
            self._ask("patient_bolus")

    def _ask_for(self, nl: int, span_ms: int) -> tuple[bool, int]:
        """(given, what the pump's refusal leaves to ask for)."""
        try:
            self.rig.client.load(bolus_rx(nl, span_ms))
        except PumpError as problem:
            self._count(problem)
            if not isinstance(problem, RefusedError) or problem.code != codes.CAP_ROOM:
                return False, 0
            return False, nl - (problem.value - problem.limit) * self.world.step_nl
        return True, nl

    # ------------------------------------------------------------------ orders

    def constant(self, rate: int, patient: int) -> None:
        """A constant rate."""
        self._load(const_rx(self.world.rate_nl_h(rate), **self._patient(patient)))

    def day(self, pieces: Sequence[tuple[int, int]], bolus: int, patient: int) -> None:
        """A program from now on, of the day, or of two days where it passes midnight."""
        steps = self._steps(pieces, bolus)
        later = [[minute - DAY_MIN, *rest] for minute, *rest in steps if minute >= DAY_MIN]
        steps = [step for step in steps if step[0] < DAY_MIN]
        more = self._patient(patient)
        if later and steps:
            today = self._wall_s() // 86_400 + 5  # 2000-01-01 was a Saturday
            week = [int(number != today % 7) for number in range(7)]
            self._load(week_rx(week, [steps, later], **more))
        else:
            self._load(day_rx(steps or later, **more))

    def periodic(self, rate: int, bolus: int, windows: int, patient: int) -> None:
        """A bolus each so many windows."""
        nl, ms = self.world.volume_nl(bolus), self.world.span_ms(500)
        interval_ms, more = self.world.span_ms(1_000 * windows), self._patient(patient)
        self._load(periodic_rx(self.world.rate_nl_h(rate // 2), nl, ms, interval_ms, **more))

    def start(self) -> None:
        """START."""
        self._ask("start")

    def stop(self) -> None:
        """STOP."""
        self._try(self.rig.stop)

    def cancel(self) -> None:
        """End the bolus."""
        self._ask("cancel")

    def clock(self, permille: int) -> None:
        """The time of day jumps."""
        self._zero_s += self.world.span_ms(permille) // 1000
        self._set_clock()

    def midnight(self, permille: int) -> None:
        """The time of day jumps to so long before midnight."""
        before_s = self.world.span_ms(permille) // 1000
        self._zero_s += 86_400 - (self._wall_s() + before_s) % 86_400
        self._set_clock()

    def refill(self) -> None:
        """Stop, fill up, start again."""
        self.stop()
        status = self._ask("status", page=2)
        if status:
            fields = {"measured_nl": status["reservoir_nl"], "filled_nl": RESERVOIR_NL}
            self._ask("refill", fluid="water", conc_ug_ml=0, **fields)
        self.start()

    # ------------------------------------------------------------------ accidents

    def reset(self, kind: str) -> None:
        """The chip is reset, its scratch registers live on."""
        self.rig.pico.reset(kind)
        self.seen["resets"] += 1
        self.come_up()

    def power(self, permille: int) -> None:
        """The power is out for some time."""
        off_ms = self.world.span_ms(permille)
        self.rig.pico.power_cut(off_ms)
        self.rig.run_for(off_ms)
        self.seen["power cuts"] += 1
        self.come_up()

    def cut_in_a_write(self, operation: int, done: float) -> None:
        """The power fails within one of the next flash operations."""
        flash, boots = self.rig.pico.flash, self.rig.pico.boots
        flash.cut_at_op, flash.cut_fraction = flash.ops + operation, done
        for _ in range(3):
            if self.rig.pico.boots == boots:
                self.rig.pico.send(b"STOP\n")
                self.rig.run_for(500)
        flash.cut_at_op = None
        self.seen["cuts in a write"] += self.rig.pico.boots != boots
        self.come_up()

    def come_up(self) -> None:
        """Boot, say hello, set the clock, acknowledge what can be."""
        self._try(self.rig.boot)
        self._try(self.rig.ack_all)
        self._set_clock()

    # ------------------------------------------------------------------ parts

    def _steps(self, pieces: Sequence[tuple[int, int]], bolus: int) -> list[list[int]]:
        """Steps from this minute on, the last one with a bolus, and the lowest rate after them."""
        now_min = self._wall_s() // 60 % DAY_MIN + 1
        rates = dict(sorted(pieces))
        steps = [
            [now_min + at * self.world.grid_min, self.world.rate_nl_h(rate), 0, 0]
            for at, rate in rates.items()
        ]
        if bolus and steps:
            steps[-1][2:] = [self.world.volume_nl(bolus), self.world.span_ms(500)]
        end_min = now_min + (max(rates, default=0) + 3) * self.world.grid_min
        return [*steps, [end_min, 250, 0, 0]]

    def _patient(self, permille: int) -> dict[str, Any]:
        if not permille:
            return {}
        nl, span_ms = self.world.volume_nl(permille), self.world.span_ms(500)
        return {"patient": [nl, span_ms, span_ms, 24]}

    def _wall_s(self) -> int:
        return self._zero_s + self.rig.now_ns // S

    def _set_clock(self) -> None:
        self._ask("clock", wall_s=self._wall_s())

    def _load(self, raw: bytes) -> None:
        self._try(lambda: self.rig.client.load(raw))

    def _ask(self, cmd: str, **fields: int | str) -> Reply | None:
        reply: Reply | None = self._try(lambda: self.rig.client.request(cmd, **fields))
        return reply

    def _try(self, act: Callable[[], Any]) -> Any:
        """What it returns; None when the pump refuses or does not answer."""
        try:
            return act()
        except PumpError as problem:
            self._count(problem)
            return None

    def _count(self, problem: PumpError) -> None:
        self.seen[problem.name if isinstance(problem, RefusedError) else "unanswered"] += 1
