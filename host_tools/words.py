"""Numbers of the pump as a person reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

_EPOCH = datetime(2000, 1, 1)
UNKNOWN = -1


def volume(nl: int) -> str:
    """12.5 µL, 18.2 mL: four places at most."""
    if abs(nl) >= 1_000_000:
        return f"{nl / 1_000_000:.4g} mL"
    return f"{nl / 1000:.6g} µL"


def rate(nl_h: int) -> str:
    """8 µL/h."""
    return f"{volume(nl_h)}/h"


def span(ms: int) -> str:
    """2 d 3 h, 4 h 5 min, 1 min 30 s, 3.5 s: exact."""
    minutes, left_ms = divmod(ms, 60_000)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (left_ms / 1000, "s")]
    return " ".join(f"{count:g} {unit}" for count, unit in parts if count) or "0 s"


def about(ms: int) -> str:
    """The same in whole minutes, from one minute on."""
    return span(ms - ms % 60_000 if ms >= 60_000 else ms)


def moment(wall_s: int) -> str:
    """A date and time of the bench, or that it is not known."""
    if wall_s == UNKNOWN:
        return "unknown"
    return f"{_EPOCH + timedelta(seconds=wall_s):%Y-%m-%d %H:%M:%S}"
