"""What the page shows: one frozen picture of a pump, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Alarm:
    """An active alarm. acknowledged: a person has heard it, by the pump's journal."""

    code: int
    name: str
    words: str
    priority: str
    acknowledged: bool
    can_ack: bool


@dataclass(frozen=True)
class Series:
    """Curves over t_s, seconds of the pump's world since the console began; dispensed_nl is empty
    for a board.
    """

    t_s: tuple[float, ...] = ()
    programmed_nl: tuple[int, ...] = ()
    confirmed_nl: tuple[int, ...] = ()
    dispensed_nl: tuple[int, ...] = ()
    rate_nl_h: tuple[int, ...] = ()


@dataclass(frozen=True)
class Bolus:
    """An extra amount; start "HH:MM" for one of a day, else empty."""

    start: str
    amount_nl: int
    duration_ms: int


@dataclass(frozen=True)
class PatientBolus:
    """What the patient may ask for, and how often."""

    amount_nl: int
    duration_ms: int
    lockout_ms: int
    max_per_24h: int


@dataclass(frozen=True)
class Plan:
    """The prescription in force. text: as a prescription file; empty where there is none, or one
    that this host has not sent.
    """

    mode: str = "none"
    digest: int = 0
    title: str = ""
    steps: tuple[tuple[str, int], ...] = ()
    boluses: tuple[Bolus, ...] = ()
    patient: PatientBolus | None = None
    fluid: str = ""
    conc_ug_ml: int = 0
    total_24h_nl: int | None = None
    has_trial: bool = False
    text: str = ""


@dataclass(frozen=True)
class View:
    """kind: "sim" or "board". stale: what is shown is older than 3 s of real time, or the link is
    out; the values are then the last that were read. Volumes count since the console began.
    trouble: why there is no link, or a mistake of the console itself; empty where all is well.
    """

    world: str
    kind: str
    linked: bool = False
    age_s: float = 0.0
    stale: bool = True
    wall: str = "clock not set"
    state: str = "unknown"
    programmed_nl: int = 0
    confirmed_nl: int = 0
    dispensed_nl: int | None = None
    rate_nl_h: int = 0
    reservoir_nl: int = 0
    reservoir_full_nl: int = 0
    reservoir_low_nl: int = 0
    battery_mv: int = 0
    battery_words: str = ""
    alarms: tuple[Alarm, ...] = ()
    tone: str = ""
    paused_s: int = 0
    series: Series = Series()
    journal: tuple[str, ...] = ()
    plan: Plan = Plan()
    speed: float = 1.0
    speed_reached: float = 1.0
    faults: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    trouble: str = ""
    status: Mapping[str, Any] = field(default_factory=dict)
    hello: Mapping[str, Any] = field(default_factory=dict)
