"""What a prescription file may say: keys and the kind of each value.

Every key may be absent here; which ones a mode needs is judged in check.py, so that one reading
finds every mistake of both sorts.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from host_tools.rx import quantity

Rate = Annotated[quantity.Amount, BeforeValidator(quantity.rate)]
Volume = Annotated[quantity.Amount, BeforeValidator(quantity.volume)]
Mass = Annotated[quantity.Amount, BeforeValidator(quantity.mass)]
SpanMs = Annotated[int, BeforeValidator(quantity.span_ms)]
Minute = Annotated[int, BeforeValidator(quantity.minute_of_day)]
Concentration = Annotated[int, BeforeValidator(quantity.concentration_ug_ml)]
Fluid = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,16}$")]
WallS = Annotated[int, BeforeValidator(quantity.wall_s)]
Count = Annotated[int, BeforeValidator(quantity.count)]
Weekday = Annotated[int, BeforeValidator(quantity.weekday)]
Mode = Literal["min", "const", "day", "week", "periodic", "bolus"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class BolusText(_Strict):
    """An extra amount, as volume or as mass, and the time it takes; `every`: start to start, of a
    periodic bolus.
    """

    volume: Volume | None = None
    mass: Mass | None = None
    over: SpanMs | None = None
    every: SpanMs | None = None


class PatientText(_Strict):
    """The extra amount that the patient may ask for, and how often."""

    volume: Volume | None = None
    mass: Mass | None = None
    over: SpanMs | None = None
    lockout: SpanMs | None = None
    max_per_24h: Count | None = None


class TrialText(_Strict):
    """When the prescription stops by itself: whichever comes first."""

    days: Count | None = None
    until: WallS | None = None


class StepText(_Strict):
    """From `at` on the pump runs at `rate`; a bolus may begin there."""

    at: Minute | None = None
    rate: Rate | None = None
    bolus: BolusText | None = None


class PatternText(_Strict):
    """A day, and the days of the week that run it."""

    days: list[Weekday] | None = None
    step: list[StepText] | None = None


class PlanText(_Strict):
    """A whole prescription file."""

    title: str | None = None
    mode: Mode | None = None
    fluid: Fluid | None = None
    concentration: Concentration | None = None
    rate: Rate | None = None
    fallback: Rate | None = None
    step: list[StepText] | None = None
    pattern: list[PatternText] | None = None
    bolus: BolusText | None = None
    patient: PatientText | None = None
    trial: TrialText | None = None
