"""What the prescription file orders, computed from its text alone.

Nothing of the device is imported, and nothing of host_tools/rx: this is the second opinion that
the demo's claims are judged by. Times are seconds from the start of the day, volumes exact
fractions of nL.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

_DAY_S = 86_400
_NL = {"nL": 1, "uL": 10**3, "mL": 10**6, "L": 10**9}
_NG = {"ng": 1, "ug": 10**3, "mg": 10**6}
_SECONDS = {
    "ms": Fraction(1, 1000), "s": Fraction(1), "min": Fraction(60), "h": Fraction(3600),
    "day": Fraction(_DAY_S),
}  # fmt: skip
_WRITTEN = re.compile(r"^([0-9.]+)(\D+)$")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UG_ML = {"ug/mL": 1, "mg/mL": 1000}


@dataclass(frozen=True)
class OrderedBolus:
    """An extra amount that begins at `start_s` of the demo's day."""

    start_s: Fraction
    duration_s: Fraction
    amount_nl: int

    def volume_nl(self, t0_s: Fraction, t1_s: Fraction) -> Fraction:
        """What falls between two instants."""
        first, last = max(t0_s, self.start_s), min(t1_s, self.start_s + self.duration_s)
        return self.amount_nl * max(Fraction(0), last - first) / self.duration_s


@dataclass(frozen=True)
class Order:
    """Basal rates from `points` (second of the demo's day, nL/h), held until the next; boluses.

    every_s: from a periodic bolus to the next. is_trial: after a reset it waits for a person.
    """

    mode: str
    points: tuple[tuple[int, int], ...]
    boluses: tuple[OrderedBolus, ...]
    fallback_nl_h: int
    every_s: int = 0
    is_trial: bool = False

    @property
    def waits(self) -> bool:
        """Whether it goes on as ordered only when somebody has set the clock."""
        return self.is_trial or self.mode in ("day", "week")

    def moved(self, cut_s: float, again_s: float | None, end_s: float) -> Order:
        """The same after an outage: periodic boluses begin anew at `again_s` (None: never)."""
        kept = [bolus for bolus in self.boluses if bolus.start_s < cut_s]
        while self.every_s and again_s is not None and again_s < end_s:
            kept.append(replace(self.boluses[0], start_s=Fraction(again_s)))
            again_s += self.every_s
        return replace(self, boluses=tuple(kept)) if self.every_s else self

    def rate_nl_h(self, t_s: float | Fraction) -> int:
        """The basal rate ordered at an instant."""
        return [rate for at_s, rate in self.points if at_s <= t_s][-1]

    def basal_nl(self, t0_s: Fraction, t1_s: Fraction) -> Fraction:
        """Basal volume between two instants."""
        ends = [at_s for at_s, _ in self.points[1:]] + [t1_s]
        total = Fraction(0)
        for (at_s, rate), end_s in zip(self.points, ends, strict=True):
            first, last = max(t0_s, Fraction(at_s)), min(t1_s, Fraction(end_s))
            total += rate * max(Fraction(0), last - first) / 3600
        return total

    def volume_nl(self, t0_s: float | Fraction, t1_s: float | Fraction) -> Fraction:
        """Basal and boluses between two instants of the day."""
        first, last = Fraction(t0_s), Fraction(t1_s)
        return self.basal_nl(first, last) + sum(b.volume_nl(first, last) for b in self.boluses)

    def rate_max_nl_h(self) -> Fraction:
        """Highest basal rate plus the fastest bolus: never exceeded by what is ordered."""
        fastest = max((b.amount_nl * 3600 / b.duration_s for b in self.boluses), default=0)
        return max(rate for _, rate in self.points) + Fraction(fastest)


@dataclass(frozen=True)
class Outage:
    """No power from `cut_s`; dosing again from `resumed_s`, as ordered from `known_s` on."""

    cut_s: Fraction
    resumed_s: Fraction
    known_s: Fraction


def deliverable_nl(order: Order, outage: Outage, t0_s: Fraction, t1_s: Fraction) -> Fraction:
    """What an honest pump can deliver of the order: nothing without power, the fallback rate
    without the time of day, and no bolus that the outage cut or kept from starting."""
    cut_s, back_s, known_s = outage.cut_s, outage.resumed_s, outage.known_s
    before = order.volume_nl(t0_s, max(t0_s, min(t1_s, cut_s)))
    after = order.basal_nl(max(t0_s, known_s), max(t0_s, known_s, t1_s))
    for bolus in order.boluses:
        if bolus.start_s >= known_s:
            after += bolus.volume_nl(max(t0_s, known_s), max(t0_s, known_s, t1_s))
    blind_s = max(Fraction(0), min(t1_s, known_s) - max(t0_s, back_s))
    return before + after + order.fallback_nl_h * blind_s / 3600


def order_of(
    text: str,
    rate_min_nl_h: int,
    start_s: int,
    duration_s: int,
    bolus_s: int,
    weekday: int = 0,
    begun_s: int = 0,
) -> Order:
    """Read a prescription file that was found good: what it orders from `start_s` (time of day)
    of a weekday (Monday is 0) on. A single bolus is asked for `bolus_s` after that, periodic ones
    count from the pump's start at `begun_s`. `rate_min_nl_h` is the pump's.
    """
    file = tomllib.loads(text)
    mode = file["mode"]
    strength = _scaled(file["concentration"], _UG_ML) if "concentration" in file else Fraction(0)
    if mode in ("day", "week"):
        order = _days(file, strength, start_s, duration_s, weekday)
    elif mode == "bolus":
        order = Order(mode, ((0, 0),), (_bolus(file["bolus"], strength, bolus_s),), 0)
    else:
        rate = _rate_nl_h(file["rate"], strength) if "rate" in file else rate_min_nl_h
        order = Order(mode, ((0, rate),), (), rate)
    if mode == "periodic":
        order = _periodic(order, file["bolus"], strength, begun_s, duration_s)
    return replace(order, fallback_nl_h=0, is_trial=True) if "trial" in file else order


def _periodic(
    order: Order, bolus: dict[str, str], strength: Fraction, begun_s: int, duration_s: int
) -> Order:
    every_s = int(_scaled(bolus["every"], _SECONDS))
    starts_s = range(begun_s, duration_s, every_s)
    boluses = tuple(_bolus(bolus, strength, start_s) for start_s in starts_s)
    return replace(order, boluses=boluses, every_s=every_s)


def _days(
    file: dict[str, Any], strength: Fraction, start_s: int, duration_s: int, weekday: int
) -> Order:
    points, boluses = [], []
    for day in range(-1, (start_s + duration_s) // _DAY_S + 1):
        for step in _steps_of(file, (weekday + day) % 7):
            t_s = day * _DAY_S + _second(step["at"]) - start_s
            points.append((t_s, _rate_nl_h(step["rate"], strength)))
            if "bolus" in step and 0 <= t_s < duration_s:
                boluses.append(_bolus(step["bolus"], strength, t_s))
    before = [point for point in points if point[0] <= 0][-1]
    within = [point for point in points if 0 < point[0] < duration_s]
    all_steps = [step for day in range(7) for step in _steps_of(file, day)]
    lowest = min(_rate_nl_h(step["rate"], strength) for step in all_steps)
    fallback = _rate_nl_h(file["fallback"], strength) if "fallback" in file else lowest
    return Order(file["mode"], ((0, before[1]), *within), tuple(boluses), fallback)


def _steps_of(file: dict[str, Any], weekday: int) -> list[dict[str, Any]]:
    """The steps of a weekday, Monday is 0."""
    if "step" in file:
        steps: list[dict[str, Any]] = file["step"]
        return steps
    return next(p["step"] for p in file["pattern"] if _DAYS[weekday] in p["days"])


def _bolus(bolus: dict[str, str], strength: Fraction, start_s: int) -> OrderedBolus:
    amount = _amount_nl(bolus.get("volume") or bolus["mass"], strength)
    return OrderedBolus(Fraction(start_s), _scaled(bolus["over"], _SECONDS), int(amount))


def _rate_nl_h(text: str, strength: Fraction) -> int:
    """Whole nL/h, rounded down: the one rounding that THER-2 allows."""
    amount, per = text.rsplit("/", 1)
    return int(_amount_nl(amount, strength) * 3600 / _SECONDS[per.strip()])


def _amount_nl(text: str, strength: Fraction) -> Fraction:
    """1 ug/mL is 1 ng/uL: so many ng are so many uL at that strength."""
    if text.rstrip().endswith("L"):
        return _scaled(text, _NL)
    return _scaled(text, _NG) * 1000 / strength


def _scaled(text: str, scales: Mapping[str, int | Fraction]) -> Fraction:
    number, unit = _WRITTEN.findall(_plain(text))[0]
    return Fraction(number) * scales[unit]


def _plain(text: str) -> str:
    """Without spaces, and with "u" for either of the two signs that look like a mu."""
    return "".join(text.split()).replace("\u00b5", "u").replace("\u03bc", "u")


def _second(at: str) -> int:
    hours, minutes = at.split(":")
    return int(hours) * 3600 + int(minutes) * 60
