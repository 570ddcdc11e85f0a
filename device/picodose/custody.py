"""What flash must still hold after a reset, and the one command that makes it anew (REC-4).

A mark file tells a new board from one that lost its record: the installer writes "new", the first
boot writes "used" when settings, record and journal are in flash. From then on what is missing is
lost: alarm *memory*, stopped, and nothing is made anew but by a service command. Without the mark
(a file system made anew) nothing is written at all.

Upstream: assembly.py at boot, facade.py. Downstream: self-test, settings, record, journal.
"""

from picodose import codes, startup
from picodose.codes import MemoryFault, Refused
from picodose.safety import selftest

_MARK = "mark"
_NEW = b"new"
_USED = b"used"
_TORN = b"torn"  # in use, and the journal had lost entries


def mark_of(store) -> str:
    """What the mark says: "new", "used", "torn", or "bad": missing or none of these, and then the
    store is sealed.
    """
    raw = store.read(_MARK)
    store.sealed = raw not in (_NEW, _USED, _TORN)
    return "bad" if store.sealed else raw.decode()


def lost(mark: str, record_state: str, settings_state: str) -> int:
    """Bits of selftest.STORED: what is unreadable, or missing on a board that was in use."""
    faults = ("bad",) if mark == "new" else ("bad", "new")
    mask = 0
    for check, state in (
        (selftest.RESERVATION, record_state),
        (selftest.SETTINGS, settings_state),
        (selftest.MARK, "" if mark == "new" else mark),
    ):
        if state in faults:
            mask |= 1 << check
    return mask | (1 << selftest.JOURNAL if mark == "torn" else 0)


def open_boot(parts, boluses, record, mark: str, settings_state: str, mask: int) -> int:
    """Find the journal's end, hold the alarms that were latched, and open this boot in flash;
    returns the mask with what the journal lost.
    """
    if not parts.journal.recover(record.journal_seq):
        mask |= 1 << selftest.JOURNAL
    parts.alarms.restore(record.alarms, parts.clock.now_ms())
    parts.accounts.sealed = bool(mask & 1 << selftest.RESERVATION)
    boluses.after_reset()
    try:
        if settings_state in ("new", "moved") and not mask:
            startup.change_settings(parts, parts.settings)
        if not parts.accounts.save(parts.clock.now_ms()) and not mask:
            raise MemoryFault("record")
        if mask == 1 << selftest.JOURNAL or (mark == "new" and not mask):
            parts.store.write(_MARK, _TORN if mask else _USED)
    except (MemoryFault, OSError):
        parts.alerts.raise_(codes.AL_MEMORY)  # and nothing resumes
    return mask


def make_anew(parts) -> list:
    """`service_reset`: make anew what the self-test found missing or unreadable, and only that.

    The volume of the last day is not known without its record: the caps count as full. Without
    settings or record no prescription is left. Takes effect at the next power-on.
    """
    bad = parts.selftest_mask & selftest.STORED
    if not bad:
        hint = "the self-test found all that is stored"
        raise Refused(codes.NOT_DAMAGED, "service_reset", None, None, hint)
    try:
        parts.store.unseal()
        if bad & (1 << selftest.SETTINGS | 1 << selftest.RESERVATION):
            startup.change_settings(parts, startup.fresh_settings(parts.profile, 0))
        if bad & 1 << selftest.RESERVATION and parts.accounts.sealed:
            caps = parts.caps
            caps.grant(max([w.cap_steps for w in caps.windows]), parts.clock.now_ms())
            parts.accounts.sealed = False
        if not parts.accounts.save(parts.clock.now_ms()):
            raise MemoryFault("record")
        parts.store.write(_MARK, _USED)
    except (MemoryFault, OSError):
        raise Refused(codes.MEMORY_BAD, "service_reset", None, None, "replace the board")
    parts.journal.event(codes.EV_SERVICE_RESET, bad, 0, 0, True)
    return [("anew", bad), ("next", "switch off and on")]
