"""The day program of the year: a dose in ug a day, and what it orders, computed a second time.

Nothing of the device's curve is used: this is what the year's claims are judged by.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from host_tools.year.scenario import FLUID
from picodose.therapy.prescription import encode

_DAY_S = 86_400
_NG_PER_UG, _NG_UL = 1_000, 1_000
_MORNING_S = 7 * 3_600
_DAY_BEGINS_S, _NIGHT_BEGINS_S = 6 * 3_600, 22 * 3_600
BOLUS_S = 1_200
PATIENT_S = 600
LOCKOUT_S = 7_200
PATIENT_MOST = 4


@dataclass(frozen=True)
class Program:
    """Basal by day and by night (70 % of it), a bolus each morning, the patient's on demand."""

    ug_day: int
    conc_ug_ml: int

    @property
    def day_nl_h(self) -> int:
        """Rate from 06:00 to 22:00: 16 h, and 8 h at 70 %, are nine tenths of the dose."""
        return self._nl(self.ug_day * _NG_PER_UG * 9 // 216)

    @property
    def night_nl_h(self) -> int:
        """Rate from 22:00 to 06:00; without a clock always."""
        return self.day_nl_h * 7 // 10

    @property
    def morning_nl(self) -> int:
        """The bolus at 07:00."""
        return self._nl(self.ug_day * _NG_PER_UG // 10)

    @property
    def patient_nl(self) -> int:
        """The patient's bolus, 5 ug."""
        return self._nl(5 * _NG_PER_UG)

    def raw(self) -> bytes:
        """Canonical bytes."""
        morning = [_MORNING_S // 60, self.day_nl_h, self.morning_nl, BOLUS_S * 1_000]
        steps = [[_DAY_BEGINS_S // 60, self.day_nl_h], morning]
        steps.append([_NIGHT_BEGINS_S // 60, self.night_nl_h])
        patient = [self.patient_nl, PATIENT_S * 1_000, LOCKOUT_S * 1_000, PATIENT_MOST]
        head = {"v": 2, "mode": "day", "fluid": FLUID, "conc_ug_ml": self.conc_ug_ml}
        fields = {**head, "fallback_nl_h": self.night_nl_h, "steps": steps, "patient": patient}
        raw: bytes = encode(fields)
        return raw

    def basal_nl(self, t0_s: Fraction, t1_s: Fraction) -> Fraction:
        """Basal volume between two wall instants."""
        return self._basal_to(t1_s) - self._basal_to(t0_s)

    def mornings(self, t0_s: Fraction, t1_s: Fraction) -> int:
        """Morning boluses that begin between two wall instants."""
        return int((t1_s - _MORNING_S) // _DAY_S - (t0_s - _MORNING_S) // _DAY_S)

    def _basal_to(self, t_s: Fraction) -> Fraction:
        days, at_s = divmod(t_s, _DAY_S)
        by_day_s = min(max(at_s - _DAY_BEGINS_S, Fraction(0)), Fraction(16 * 3_600))
        whole = self.day_nl_h * 16 + self.night_nl_h * 8
        day, night = self.day_nl_h * by_day_s, self.night_nl_h * (at_s - by_day_s)
        return days * whole + (day + night) / 3_600

    def _nl(self, ng: int) -> int:
        """nL = ng x 1000 / (ug/mL), rounded down."""
        return ng * _NG_UL // self.conc_ug_ml
