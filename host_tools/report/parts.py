"""The report's sections as words, tables and pictures; page.html only lays them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from host_tools.alarms import ALARMS
from host_tools.book.export import local_time
from host_tools.report.doses import ORIGINS
from host_tools.report.facts import UNKNOWN_S, Facts

_TIERS = ("good", "replace soon", "low", "end of service")
Tile = tuple[str, str, str]
Pictures = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Table:
    """Cells as text; `numbers`: columns that stand on the right; `words`: those that are long."""

    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    words: Sequence[int] = ()


@dataclass(frozen=True)
class Part:
    """One section. key: mark, colour and meaning of what the picture shows."""

    title: str
    words: Sequence[str] = ()
    tables: Sequence[Table] = ()
    picture: Mapping[str, str] | None = None
    key: Sequence[tuple[str, str, str]] = field(default_factory=tuple)


def tiles(facts: Facts) -> list[Tile]:
    """What the pump said of itself when it was last read."""
    s, read_s = facts.status, facts.read_s
    if s is None or read_s is None:
        return [("Status", "never read", "connect, then make the report again")]
    read = f"as read {local_time(read_s)[:16]}"
    hours = s.get("time_left_h", -1)
    left = f", {hours // 24} days left" if hours is not None and hours > 48 else ""
    return [
        ("State", str(s["state"]), f"mode {s['mode']}; {read}"),
        ("Delivered", _ml(s["delivered_nl"]), f"missed since its start: {_ul(s['missed_nl'])}"),
        ("Reservoir", _ml(s["reservoir_nl"]), f"refill {_date(s['refill_wall_s'])}"),
        ("Battery", f"{s['battery_mv'] / 1000:.2f} V", _TIERS[s["battery_tier"]] + left),
        ("Calibration", str(s["calibration"]), ""),
        ("Alarms now", *_active(s["active"])),
    ]


def parts(facts: Facts, drawn: Pictures) -> list[Part]:
    """Every section, in the order of the page."""
    return [
        _doses(facts, drawn), _boluses(facts), _alarms(facts, drawn), _refills(facts),
        _supplies(facts, drawn), _overrides(facts), _calibrations(facts), *_trials(facts),
    ]  # fmt: skip


def _doses(facts: Facts, drawn: Pictures) -> Part:
    moved = sum(hour.moved_nl for hour in facts.hours)
    missed = sum(hour.missed_nl for hour in facts.hours)
    words = [
        f"In {len(facts.hours)} journaled hours {_ul(moved + missed)} came due (programmed), "
        f"{_ul(moved)} of it confirmed and {_ul(missed)} missed. What is missed is never made up. "
        "Primes and calibration runs are left out; time without power has no line in the log."
    ]
    if unknown := sum(hour.wall_s is None for hour in facts.hours):
        words.append(f"In {unknown} of these hours the pump did not know the time: not drawn.")
    key = [("■", "blue", "confirmed"), ("■", "loss", "missed")]
    used = {bolus.origin for bolus in facts.boluses}
    key += [
        (mark, "orange", f"bolus, {origin}")
        for mark, origin in zip("●■◆▲", ORIGINS.values(), strict=True)
        if origin in used
    ]
    rows = [[cause, _ul(nl)] for cause, nl in facts.missed.items()]
    tables = [Table(["missed because of", "volume"], rows, (1,))]
    return Part("Doses", words, tables, drawn.get("doses"), key)


def _boluses(facts: Facts) -> Part:
    rows = []
    for origin in dict.fromkeys(bolus.origin for bolus in facts.boluses):
        ours = [bolus for bolus in facts.boluses if bolus.origin == origin]
        sums = [sum(getattr(b, f"{name}_nl") for b in ours)
                for name in ("ordered", "cancelled", "uncertain")]  # fmt: skip
        rows.append([origin, str(len(ours)), *(_ul(nl) for nl in sums)])
    names = ("asked for by", "boluses", "ordered", "cancelled", "uncertain")
    words = [] if rows else ["None was given."]
    return Part("Boluses by origin", words, [Table(names, rows, (1, 2, 3, 4))])


def _alarms(facts: Facts, drawn: Pictures) -> Part:
    rows = [
        [
            _time(alarm.start_s), ALARMS[alarm.code].name, ALARMS[alarm.code].priority,
            "lasts" if alarm.end_s is None else _span(alarm.end_s - alarm.start_s),
            "" if alarm.end_s is None else alarm.how,
            ALARMS[alarm.code].words,
        ]
        for alarm in facts.alarms
    ]  # fmt: skip
    names = ("began", "alarm", "priority", "for", "ended by", "what it tells a person")
    words = [] if rows else ["There was none."]
    return Part("Alarms", words, [Table(names, rows, words=(5,))], drawn.get("alarms"))


def _refills(facts: Facts) -> Part:
    rows = [
        [
            _date(one.refill.date_s), _ml(one.refill.filled_nl), _ml(one.refill.expected_nl),
            _ml(one.refill.measured_nl), f"{one.gap_nl / 1000:+.0f} µL",
            "" if one.drawn_nl is None else _ml(one.drawn_nl),
            "" if one.percent is None else f"{one.percent:+.1f} %",
        ]
        for one in facts.refills
    ]  # fmt: skip
    names = ("date", "put in", "residue expected", "measured", "off by", "drawn since", "error")
    words = ["A residue larger than expected means that the pump gave less than it counted: the "
             "error is that of the volume drawn since the refill before."]  # fmt: skip
    if not rows:
        words = ["The pump tells of none."]
    words += [f"Explained {_date(at_s)}: {why}" for at_s, why in facts.explanations]
    return Part("Refills and their accuracy", words, [Table(names, rows, range(1, 7))])


def _supplies(facts: Facts, drawn: Pictures) -> Part:
    words = [f"From {len(facts.readings)} readings of the status."]
    return Part("Battery and reservoir", words, (), drawn.get("supplies"))


def _overrides(facts: Facts) -> Part:
    rows = [[_time(o.wall_s), o.what, ", ".join(o.names)] for o in facts.overrides]
    words = [] if rows else ["None was passed."]
    return Part("Limits overridden", words, [Table(("when", "of", "named overrides"), rows)])


def _calibrations(facts: Facts) -> Part:
    rows = [
        [
            _date(one.wall_s), f"{one.nl / one.steps:.4f} nL", str(len(one.points)),
            f"{one.density_ug_ml / 1e6:.6f} g/mL" if one.points else "",
            f"{one.off_ppm / 10_000:.2f} %" if one.points else "nominal value accepted",
        ]
        for one in facts.calibrations
    ]  # fmt: skip
    names = ("date", "a step moves", "weighings", "density in air", "worst weighing off by")
    words = [] if rows else ["None in this record; the log tells of those made elsewhere."]
    return Part("Calibrations", words, [Table(names, rows, (1, 2, 3, 4))])


def _trials(facts: Facts) -> Iterable[Part]:
    if facts.trials:
        rows = [[_time(step.wall_s), step.what, step.note] for step in facts.trials]
        yield Part("Trial", (), [Table(("when", "step", "note"), rows)])


def _active(text: str) -> tuple[str, str]:
    """How many, and which."""
    names = [ALARMS[int(code)].name for code in text.split(",") if code]
    return (str(len(names)) if names else "none"), ", ".join(names)


def _time(wall_s: int | None) -> str:
    return local_time(wall_s)[:16] or "time unknown"


def _date(wall_s: Any) -> str:
    return "unknown" if wall_s in (None, -1, UNKNOWN_S) else local_time(wall_s)[:10]


def _ul(nl: float) -> str:
    return f"{nl / 1000:,.1f} µL"


def _ml(nl: float) -> str:
    return f"{nl / 1e6:,.3f} mL"


def _span(seconds: int) -> str:
    for unit_s, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {name}"
    return f"{seconds} s"
