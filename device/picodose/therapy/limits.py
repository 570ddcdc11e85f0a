"""The hard limits a profile puts on every prescription: numbers only, no policy."""

from micropython import const

SEGMENT_MS = const(2000)  # length of one dosing segment (design 3)
_EDGES_MS = const(6000)  # see caps.py: one segment before, one owed, one being granted


class Limits:
    """Limits of one profile; all numbers come from the profile, none from here.

    rate_min_nl_h, rate_max_nl_h: basal range and the pump's highest sum of basal and bolus;
    bolus_max_nl: one bolus; bolus_rate_max_nl_h: its own rate;
    caps: tuple of (window_ms, bucket_ms, cap_nl), shortest window first;
    step_nl: volume of the largest step that a calibration may find, rounded up (a program is
    given in whole steps);
    mass_allowed: 0 refuses any concentration, for an uncalibrated pump cannot tell mass (DEL-4).
    """

    def __init__(
        self,
        rate_min_nl_h: int,
        rate_max_nl_h: int,
        bolus_max_nl: int,
        bolus_rate_max_nl_h: int,
        caps: tuple,
        step_nl: int = 0,
        mass_allowed: int = 1,
    ) -> None:
        self.rate_min_nl_h = rate_min_nl_h
        self.rate_max_nl_h = rate_max_nl_h
        self.bolus_max_nl = bolus_max_nl
        self.bolus_rate_max_nl_h = bolus_rate_max_nl_h
        self.caps = caps
        self.step_nl = step_nl
        self.mass_allowed = mass_allowed


def span_ms(window_ms: int, bucket_ms: int) -> int:
    """Longest stretch of flow that whole buckets may count at once (ms)."""
    return window_ms + bucket_ms + _EDGES_MS
