"""How much a new program changes what ran: a large change needs a named override (LIM-3)."""

from micropython import const

from picodose import codes
from picodose.codes import Refused

_MOST_PERCENT = const(30)


def change_percent(
    old_highest_nl_h: int, old_total_nl: int, rx, old_conc_ug_ml: "int | None" = None
) -> int:
    """The larger change, in percent and away from zero, of the highest basal rate and of the 24 h
    total with every allowed patient bolus; negative for less.

    old_highest_nl_h, old_total_nl: the highest that ran in the last 24 h of running time, or the
    last committed; both above 0. old_conc_ug_ml: their concentration where it may be another one;
    then mass is compared, which is what a person gets.
    """
    was, now = 1, 1
    if old_conc_ug_ml and rx.conc_ug_ml:
        was, now = old_conc_ug_ml, rx.conc_ug_ml
    percents = [
        _percent(old_highest_nl_h * was, rx.basal_max_nl_h() * now),
        _percent(old_total_nl * was, rx.allowed_24h_nl() * now),
    ]
    return max(percents) if max(percents) >= -min(percents) else min(percents)


def needed(rx, old: "tuple | None") -> tuple:
    """Names of the overrides for this change; old: None for a first program, else (highest_nl_h,
    total_nl, conc_ug_ml, fluid). Another fluid is a first program.
    """
    if old is None or old[3] != rx.fluid or (not old[2]) != (not rx.conc_ug_ml):
        return ("first",)
    return ("change",) if abs(change_percent(old[0], old[1], rx, old[2])) > _MOST_PERCENT else ()


def named(override: str, needs: tuple) -> int:
    """Bits of codes.OVERRIDES for the journal; Refused (OVERRIDE) unless the text names exactly
    what is needed, with commas between.
    """
    if override != ",".join(needs):
        hint = "read the summary, then name what it needs"
        raise Refused(codes.OVERRIDE, "override", override, ",".join(needs), hint)
    return sum([1 << codes.OVERRIDES.index(name) for name in needs])


def _percent(old: int, new: int) -> int:
    return -((old - new) * 100 // old) if new > old else (new - old) * 100 // old
