"""A prescription on its way from the link into force.

Upstream: facade.py. Downstream: settings in flash, the order, boluses.py for a single bolus.
Invariant: what is refused, or does not get into flash, leaves the old prescription in force.
"""

from picodose import codes, startup
from picodose.states import RUNNING
from picodose.therapy.prescription import parse
from picodose.therapy.schedule import Schedule
from picodose.units import mass_of_volume_ng


class Programming:
    """parts: the wired pump; pump: the state machine."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump

    def load(self, raw: bytes) -> list:
        """Take a prescription: store it, or begin a single bolus; returns its summary."""
        rx = parse(raw, self._parts.limits)
        if rx.mode == "bolus":
            self._pump.boluses.begin_single(rx)
        else:
            self._pump.require("commit")
            self._commit(rx)
        return summary(rx)

    def _commit(self, rx) -> None:
        parts, pump = self._parts, self._pump
        schedule = Schedule(rx)
        running = pump.state == RUNNING
        if running:
            pump.admit(schedule, None)
        startup.store_prescription(parts, rx)
        pump.rx = rx
        parts.journal.event(codes.EV_COMMIT, rx.digest, rx.total_24h_nl(), 0, True)
        if running:
            parts.delivery.halt()
            halted_ms = parts.clock.now_ms()
            pump.follow(schedule)
            parts.granter.miss_since(halted_ms)


def summary(rx) -> list:
    """What a person must read of a prescription, as the pump understood it."""
    return [
        ("mode", rx.mode),
        ("total_24h_nl", rx.total_24h_nl()),
        ("total_24h_ng", mass_of_volume_ng(rx.total_24h_nl(), rx.conc_ug_ml)),
        ("boluses", rx.boluses_per_day()),
        ("rate_max_nl_h", rx.rate_max_nl_h()),
        ("digest", rx.digest),
    ]
