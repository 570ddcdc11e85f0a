"""The bridge over a change of concentration: what the dead volume still holds leaves at the mass
rate that is ordered (THER-5, docs/BRIDGE.md).

Upstream: a refill writes the change into the fill. Downstream: plan (volume due), caps (weight),
granter, which asks how far the dead volume is from its end. Progress is a total of steps, so a
stop or a reset continues it: granted ones when the new fluid is stronger, confirmed ones less all
uncertain ones when it is weaker.
"""

from picodose import codes, startup
from picodose.codes import Refused
from picodose.therapy import fluids, ranges
from picodose.units import UNITS_PER_NL


class Bridge:
    """parts: the wired pump. old, new: ug/mL in the dead volume and behind; old 0: no bridge."""

    def __init__(self, parts):
        self._parts = parts
        self.follow()

    def follow(self) -> None:
        """Deliver as the fill says: at boot, after a refill, at the end."""
        parts = self._parts
        fill = parts.settings.fill
        self.old, self.new = fill.old_conc, fill.conc_ug_ml
        old, new = (self.old, self.new) if self.old else (1, 1)
        parts.plan.scale(new, old)
        parts.caps.weight(max(old, new), new)
        parts.granter.bridge = self if self.old else None

    def enter(self, new, rx) -> None:
        """Write into a new fill what the dead volume holds: what was pumped before it."""
        parts = self._parts
        plan, path_nl = parts.plan, parts.profile.PATH_NL
        new.old_conc = self._before(new.fluid, new.conc_ug_ml, rx)
        new.bridge_to = parts.ledger.granted + plan.steps_for_nl(path_nl)
        if new.old_conc > new.conc_ug_ml:  # weaker: the last step is not cut short
            new.bridge_to += (path_nl * plan.steps_den % plan.nl_num > 0) - self._unsure()

    def _unsure(self) -> int:
        return self._parts.accounts.uncertain_steps

    def _before(self, fluid: str, conc_ug_ml: int, rx) -> int:
        """ug/mL of the same fluid that would leave first, 0 where that is no bridge."""
        fill = self._parts.settings.fill
        name, old = fill.fluid, self.old or fill.conc_ug_ml
        if not name and rx:  # the first fill that is told: what was prescribed was pumped
            name, old = rx.fluid, rx.conc_ug_ml
        return old if name == fluid and old != conc_ug_ml and conc_ug_ml else 0

    def room(self) -> int:
        """Steps that may still be granted for it; below 0: all are, and are not yet confirmed; 0:
        from now on the order holds as it is, and end() is to be called.
        """
        parts = self._parts
        parts.ledger.collect()
        weaker = self.old > self.new
        room = parts.settings.fill.bridge_to - parts.ledger.granted
        if weaker:
            room += self._unsure()
        if room > 0:
            return room
        if self.left():
            return -1
        parts.settings.fill.old_conc = 0
        self.follow()
        return 0

    def left(self) -> int:
        """Steps of the dead volume still to come: at least so many when the new fluid is stronger,
        at most so many when it is weaker.
        """
        ledger, to = self._parts.ledger, self._parts.settings.fill.bridge_to
        if self.old > self.new:
            return max(to - ledger.confirmed + self._unsure(), 0)
        return max(to - ledger.granted, 0) if self.old else 0

    def end(self) -> None:
        """It has ended, and the next segment is granted: time to write it."""
        parts = self._parts
        parts.journal.event(codes.EV_BRIDGE, 0, 0, 0, True)
        try:
            startup.keep_settings(parts, parts.settings)
        except Refused:
            pass  # told by its alarm; the totals say the same at the next boot

    def doubt(self, rx) -> None:
        """After a reset that cut therapy: two bursts may not have left (as the guard has it)."""
        if rx and self.old > self.new:
            plan, rate_nl_h = self._parts.plan, rx.rate_max_nl_h()
            tick_nl = rate_nl_h * plan.tick_ms(rate_nl_h) // UNITS_PER_NL
            self._parts.accounts.uncertain_steps += 4 * plan.steps_for_nl(tick_nl) + 4

    def rate_nl_h(self, rate_nl_h: int) -> int:
        """What a rate is while the bridge is on, rounded up."""
        return -(-rate_nl_h * self.new // self.old) if self.old else rate_nl_h

    def share(self) -> tuple:
        """What caps and admission count while the bridge is on (see below); 1 to 1 without one."""
        old = self.old or 1
        return share(old, self.new if self.old else 1, self._parts.plan.nl(self.left()))

    def judge(self, rx, before) -> tuple:
        """(names of overrides, highest rate in nL/h, longest time in s) of the bridge that this
        prescription needs; before: the prescription until now. Refused where pump, fluid or caps
        do not allow it, and a second change.
        """
        parts = self._parts
        old, new = self._change(rx, before), rx.conc_ug_ml
        if not old:
            return (), 0, 0
        _place, low, high = fluids.asked(rx)[0]
        low, high = low * new // old, -(-high * new // old)
        ranges.check_rate("bridge_nl_h", low, parts.limits)
        ranges.check_rate("bridge_nl_h", high, parts.limits)
        left_nl = parts.plan.nl(self.left()) if self.old else parts.profile.PATH_NL
        ranges.check_caps(rx, parts.limits, share(old, new, left_nl))
        row = fluids.find(rx.fluid)
        names = fluids.judge(0, low, high, old, row) if row[1] == "uL" else ()
        return names, high, -(-left_nl * 3600 // low)

    def _change(self, rx, before) -> int:
        """ug/mL that would leave first under this prescription, 0: no bridge."""
        fill, new = self._parts.settings.fill, rx.conc_ug_ml
        if self.old and (rx.fluid, new) != (fill.fluid, fill.conc_ug_ml):
            hint = "wait until the change before it is over"
            raise Refused(codes.BUSY_BRIDGE, "conc_ug_ml", new, fill.conc_ug_ml, hint)
        old = self.old or self._before(rx.fluid, new, before)
        if old and not fill.fluid:
            raise Refused(codes.OTHER_FLUID, "conc_ug_ml", new, old, "enter the refill first")
        return old


def share(old: int, new: int, left_nl: int) -> tuple:
    """(num, den, units): caps count num / den times an ordered volume, and at most so many units
    (nL*ms/h) more, for the dead volume takes no more than it has.
    """
    strong = max(old, new)
    return strong, old, (left_nl + 1) * (strong - old) * UNITS_PER_NL // strong + 1
