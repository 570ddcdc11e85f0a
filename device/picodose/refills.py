"""The refill workflow: measured residue in, a new fill out, and what must be explained first.

Upstream: facade.py. Downstream: settings in flash (record/fill.py), the reservoir's alarms.
Invariant: fluid, volume, totals and history change in one slot write, and only while stopped.
"""

from picodose import codes, startup
from picodose.codes import Refused
from picodose.record import fill as fills
from picodose.therapy import ranges


class Refills:
    """parts: the wired pump; pump: the state machine."""

    def __init__(self, parts, pump):
        self._parts = parts
        self._pump = pump

    def refill(self, measured_nl: int, filled_nl: int, fluid: str, conc_ug_ml: int) -> list:
        """The residue was measured and taken out, and filled_nl of a fluid put in (RES-2).

        Raises Refused unless stopped with nothing staged and no bridge begun, for a volume that
        the reservoir does not hold, and for a fluid or concentration that the library does not
        know.
        """
        self._require(measured_nl, filled_nl, fluid, conc_ug_ml)
        parts = self._parts
        now_ms = parts.clock.now_ms()
        wall_s = parts.wall.wall_s(now_ms)
        expected_nl = parts.accounts.reservoir_nl()
        new = fills.Fill(filled_nl, parts.ledger.granted)
        new.fluid, new.conc_ug_ml = fluid, conc_ug_ml
        new.date_s = fills.UNKNOWN_S if wall_s is None else wall_s
        drawn_nl = parts.accounts.reservoir_counted_nl()
        fills.refilled(parts.settings.fill, measured_nl, expected_nl, drawn_nl, new)
        parts.bridge.enter(new, self._pump.rx)
        startup.keep_settings(parts, parts.settings.changed(fill=new))
        parts.reservoir.filled_nl = filled_nl
        gap_nl = measured_nl - expected_nl
        parts.journal.event(codes.EV_REFILL, filled_nl, gap_nl, new.state, True)
        parts.bridge.follow()
        if new.old_conc:
            parts.journal.event(codes.EV_BRIDGE, parts.bridge.left(), new.old_conc, 0, True)
        self._tell(gap_nl)
        return self._reply(expected_nl, gap_nl, wall_s)

    def explain(self) -> list:
        """A person found out why the residue was another: a start is allowed again."""
        parts = self._parts
        fill = parts.settings.fill
        if fill.state != fills.UNEXPLAINED:
            raise Refused(
                codes.NOTHING_TO_EXPLAIN, "explain", None, None, "no refill waits for it"
            )
        startup.keep_settings(parts, parts.settings.changed(fill=fill.explained()))
        parts.journal.event(codes.EV_REFILL_EXPLAINED, 0, 0, 0, True)
        parts.alerts.clear(codes.AL_REFILL_MISMATCH)
        return []

    def history(self, index: int) -> list:
        """One refill's row, 0 the newest: when, what was expected, measured and put in."""
        rows = self._parts.settings.fill.history
        if index >= len(rows):
            raise Refused(codes.RANGE, "index", index, len(rows) - 1, "older ones are not kept")
        date_s, expected_nl, measured_nl, filled_nl = rows[-1 - index]
        return [
            ("count", len(rows)),
            ("date_s", date_s),
            ("expected_nl", expected_nl),
            ("measured_nl", measured_nl),
            ("filled_nl", filled_nl),
        ]

    def require_fit(self, rx) -> None:
        """Raise Refused while a residue waits for its explanation, or where the reservoir holds
        another fluid or concentration than was prescribed.
        """
        fill = self._parts.settings.fill
        if fill.state == fills.UNEXPLAINED:
            raise Refused(codes.NOT_EXPLAINED, "refill", None, None, "explain the residue first")
        if fill.fluid and (fill.fluid, fill.conc_ug_ml) != (rx.fluid, rx.conc_ug_ml):
            hint = "the reservoir holds %s, %d ug/mL" % (fill.fluid, fill.conc_ug_ml)
            raise Refused(codes.OTHER_FLUID, "fluid", rx.fluid, fill.fluid, hint)

    def _require(self, measured_nl: int, filled_nl: int, fluid: str, conc_ug_ml: int) -> None:
        parts = self._parts
        self._pump.require("refill")
        if self._pump.programming.is_open():
            raise Refused(codes.STAGE_OPEN, "refill", None, None, "commit or stop first")
        if parts.bridge.old and parts.ledger.granted > parts.settings.fill.at_steps:
            raise Refused(codes.BUSY_BRIDGE, "refill", None, None, "wait for its end")
        capacity_nl = parts.profile.RESERVOIR_NL
        for name, value_nl in (("measured_nl", measured_nl), ("filled_nl", filled_nl)):
            if value_nl > capacity_nl:
                hint = "the reservoir does not hold that"
                raise Refused(codes.RANGE, name, value_nl, capacity_nl, hint)
        ranges.check_fluid(fluid, conc_ug_ml)

    def _tell(self, gap_nl: int) -> None:
        alerts = self._parts.alerts
        for code in (codes.AL_LOW_RESERVOIR, codes.AL_EMPTY, codes.AL_REFILL_DUE):
            alerts.clear(code)
        if self._parts.settings.fill.state == fills.UNEXPLAINED:
            alerts.raise_(codes.AL_REFILL_MISMATCH, gap_nl)
        else:
            alerts.clear(codes.AL_REFILL_MISMATCH)

    def _reply(self, expected_nl: int, gap_nl: int, wall_s: "int | None") -> list:
        accounts = self._parts.accounts
        return [
            ("expected_nl", expected_nl),
            ("gap_nl", gap_nl),
            ("blocked", 1 if self._parts.settings.fill.state == fills.UNEXPLAINED else 0),
            ("refill_wall_s", accounts.refill_wall_s(self._pump.rx, wall_s)),
        ]
