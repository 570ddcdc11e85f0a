"""May the patient have a bolus now? (THER-3)

Times are running time, which stands still without power: a lockout or a day that began before a
power cut never ends early.
"""

from micropython import const

from picodose import codes
from picodose.codes import Refused

_DAY_S = const(86_400)


def check(allowed: "tuple | None", lockout_s: int, starts_s: list, now_ms: int) -> None:
    """Refuse a patient bolus that the prescription does not allow now.

    allowed: (bolus_nl, bolus_ms, lockout_ms, max_per_24h) or None; lockout_s: since when the
    lockout runs, starts_s: earlier starts, both running seconds rounded up, 0 for none; now_ms:
    running time. Raises Refused (PATIENT_NONE, PATIENT_LOCKOUT, PATIENT_COUNT).
    """
    if not allowed:
        raise Refused(codes.PATIENT_NONE, "patient", None, None, "the prescription has none")
    wait_ms = lockout_ms(allowed, lockout_s, now_ms)
    if wait_ms:
        raise Refused(codes.PATIENT_LOCKOUT, "wait_s", -(-wait_ms // 1000), 0, "wait so long")
    given = len([start_s for start_s in starts_s if start_s and now_ms // 1000 - start_s < _DAY_S])
    if given >= allowed[3]:
        raise Refused(codes.PATIENT_COUNT, "boluses", given, allowed[3], "given within 24 h")


def lockout_ms(allowed: "tuple | None", lockout_s: int, now_ms: int) -> int:
    """What is left of the lockout, which is never shorter than the bolus; 0: it is over."""
    if not allowed or not lockout_s:
        return 0
    return max(lockout_s * 1000 + max(allowed[1], allowed[2]) - now_ms, 0)
