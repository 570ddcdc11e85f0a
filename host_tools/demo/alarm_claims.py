"""Judges the alarms: each is traced to its cause on the bench, never to what the pump says.

A cause is known from the plant: volume in the bag, volts at the battery, the power that was cut.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from host_tools.alarms import ALARMS
from host_tools.demo.evidence import Evidence, Sample
from host_tools.demo.figures import Figures
from host_tools.demo.journal import Alarm
from picodose import codes
from profiles import active as profile

_BATTERY_LATE_S = 900  # filter and three readings in a row
_LOOK_LATE_S = 130  # a round of slow checks, and the bench's own minute
_BOOT_LATE_S = 15
_BATTERY_NOISE_MV = 6
_TUNES_HZ = {
    "low": (329.6, 261.6),
    "medium": (523.3, 293.7, 392.0),
    "high": (523.3, 293.7, 392.0, 523.3, 293.7),
}
_HEARD_WITHIN_S = 4.0
_PITCH = 0.01


@dataclass(frozen=True)
class Cause:
    """When an alarm must be raised in one boot: not before `first_s`, by `last_s` at the latest.
    `due`: it must be there (else the boot may have ended before)."""

    code: int
    boot: int
    first_s: float
    last_s: float
    due: bool


def causes_of(evidence: Evidence) -> list[Cause]:
    """Every alarm that the bench gave reason for."""
    s, mode = evidence.scenario, evidence.order.mode
    found = [*_reservoir(evidence), *_battery(evidence)]
    if mode != "bolus":  # a stopped pump had nothing to lose
        found.append(Cause(codes.AL_POWER_LOST, 2, s.back_s, s.back_s + _BOOT_LATE_S, True))
    if mode in ("day", "week"):
        found.append(Cause(codes.AL_CLOCK_LOST, 2, s.back_s, s.back_s + _LOOK_LATE_S, True))
    return found


def raised_in_time(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Each cause has its alarm, within its time."""
    for cause in causes_of(evidence):
        times = [_t_s(a, evidence) for a in _raised(figures, cause)]
        if cause.due and not times:
            yield f"{ALARMS[cause.code].name} was not raised in boot {cause.boot}"
        for t_s in times:
            if not cause.first_s - 1 <= t_s <= cause.last_s + 1:
                clock = evidence.scenario.clock
                yield f"{ALARMS[cause.code].name} at {clock(t_s)}, its cause came " \
                    f"{clock(cause.first_s)} and allows until {clock(cause.last_s)}"  # fmt: skip


def none_without_cause(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Each alarm has its cause, once a boot."""
    causes = causes_of(evidence)
    for cause in causes:
        if len(_raised(figures, cause)) > 1:
            yield f"{ALARMS[cause.code].name} was raised more than once in boot {cause.boot}"
    known = {(c.code, c.boot) for c in causes}
    for alarm in figures.alarms:
        if (alarm.code, alarm.boot) not in known:
            at = evidence.scenario.clock(_t_s(alarm, evidence))
            yield f"{ALARMS[alarm.code].name} at {at}"


def ended_as_stated(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """*Clock lost* ends with the setting of the clock, *power was lost* with its
    acknowledgement; the others last as long as the power."""
    s = evidence.scenario
    set_wall_s = s.wall_s(s.clock_set_s)
    for alarm in figures.alarms:
        by_host = alarm.code in (codes.AL_CLOCK_LOST, codes.AL_POWER_LOST)
        right = set_wall_s if by_host else s.wall_s(s.cut_s) if alarm.boot == 1 else None
        stated = alarm.end_wall_s
        if (stated is None) != (right is None) or abs((stated or 0) - (right or 0)) > 2:
            yield f"{ALARMS[alarm.code].name} of boot {alarm.boot} ends {stated}, not {right}"


def heard(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """The beeper plays an alarm's tune within seconds of its record, unless a higher one
    sounds."""
    for alarm in figures.alarms:
        t_s, priority = _t_s(alarm, evidence), ALARMS[alarm.code].priority
        if not _drowned(alarm, figures) and not _sounds(evidence, t_s, _TUNES_HZ[priority]):
            at = evidence.scenario.clock(t_s)
            yield f"{ALARMS[alarm.code].name} at {at}: its tune ({priority}) was not heard"


def _reservoir(evidence: Evidence) -> Iterator[Cause]:
    """The pump counts what it granted, and after a power cut what it had reserved: it may be
    early by that much, never late."""
    doubt = evidence.readings[-1].status["uncertain_steps"] * evidence.nl_per_step
    ahead_nl = 10 * evidence.nl_per_step + float(evidence.order.rate_max_nl_h()) * 10 / 3600
    for boot, margin_nl in ((1, ahead_nl), (2, ahead_nl + doubt)):
        yield from _level(
            evidence, codes.AL_LOW_RESERVOIR, boot, lambda s: s.reservoir_nl,
            profile.RESERVOIR_LOW_NL, margin_nl, _LOOK_LATE_S,
        )  # fmt: skip


def _battery(evidence: Evidence) -> Iterator[Cause]:
    """Volts against the level for a motor that holds or rests, as the case is."""
    tiers = (codes.AL_REPLACE_SOON, codes.AL_LOW_BATTERY, codes.AL_END_OF_SERVICE)
    levels_mv = zip(profile.BATTERY_LOAD_MV, profile.BATTERY_IDLE_MV, strict=True)
    for code, (load_mv, idle_mv) in zip(tiers, levels_mv, strict=True):

        def above_mv(sample: Sample, load_mv: int = load_mv, idle_mv: int = idle_mv) -> float:
            return sample.battery_mv - (load_mv if sample.motor_on else idle_mv)

        for boot in (1, 2):
            yield from _level(
                evidence, code, boot, above_mv, 0, _BATTERY_NOISE_MV, _BATTERY_LATE_S
            )


def _level(
    evidence: Evidence, code: int, boot: int, value: Callable[[Sample], float], level: float,
    margin: float, late_s: float,
) -> Iterator[Cause]:  # fmt: skip
    """An alarm that is due once a falling value of the plant has reached a level."""
    scenario = evidence.scenario
    begin_s, end_s = (
        (evidence.samples[0].t_s - 60, scenario.cut_s)
        if boot == 1
        else (scenario.back_s, scenario.duration_s)
    )
    near_s = _first_below(evidence, value, level + margin)
    below_s = _first_below(evidence, value, level - margin / 2)
    if near_s is not None and near_s < end_s:
        last_s = end_s if below_s is None else max(below_s, begin_s) + late_s
        yield Cause(code, boot, max(near_s - 60, begin_s), min(last_s, end_s), last_s < end_s)


def _first_below(
    evidence: Evidence, value: Callable[[Sample], float], level: float
) -> float | None:
    s = evidence.scenario
    powered = (x for x in evidence.samples if not s.cut_s <= x.t_s <= s.back_s)
    return next((x.t_s for x in powered if value(x) <= level), None)


def _raised(figures: Figures, cause: Cause) -> list[Alarm]:
    return [a for a in figures.alarms if (a.code, a.boot) == (cause.code, cause.boot)]


def _t_s(alarm: Alarm, evidence: Evidence) -> float:
    return float(alarm.start_wall_s - evidence.scenario.wall_s(0))


def _drowned(alarm: Alarm, figures: Figures) -> bool:
    """A higher one was active when this one was raised, or came with it."""
    order = ("high", "medium", "low")
    mine = order.index(ALARMS[alarm.code].priority)
    return any(
        order.index(ALARMS[other.code].priority) < mine
        and other.start_wall_s <= alarm.start_wall_s + 2
        and (other.end_wall_s is None or other.end_wall_s > alarm.start_wall_s)
        for other in figures.alarms
    )


def _sounds(evidence: Evidence, t_s: float, tune_hz: tuple[float, ...]) -> bool:
    starts = [note.start_ns for note in evidence.notes]
    first = bisect_right(starts, evidence.ns(t_s - 1))
    last = bisect_right(starts, evidence.ns(t_s + _HEARD_WITHIN_S))
    heard_hz = [note.frequency_hz for note in evidence.notes[first:last]]
    for i in range(len(heard_hz) - len(tune_hz) + 1):
        played = zip(heard_hz[i:], tune_hz, strict=False)
        if all(abs(found - right) < _PITCH * right for found, right in played):
            return True
    return False
