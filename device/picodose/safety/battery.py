"""Battery: filtered millivolts, latched tiers, faults of the measurement, time left (BAT-1).

Idle voltage and voltage under motor load are two different curves, so each has its own filter,
thresholds and discharge curve. A tier is only ever left for a worse one; renew() starts over.
"""

from micropython import const

from picodose import codes
from picodose.codes import Refused

GOOD = const(0)
SOON = const(1)  # replace within 90 days
LOW = const(2)
END = const(3)  # end of service: the pump stops
OPEN = const(1)  # faults: below what a battery can show
SHORT = const(2)  # above it
NOISY = const(3)
DAYS = const(90)

_FULL_SCALE = const(65535)
_FILTER = const(8)  # each reading, one a minute, moves the filter by an eighth
_AGREE = const(3)  # readings in a row before a tier or fault is believed
_WHOLE = const(10000)  # charge is counted in 1/10000 of a full battery
_LEAST_USED = const(800)  # 8 % used tells the rate of use; less, and the filter still settles
_STRIDE = const(1000)  # the rate of use is measured over the last 10 to 20 %
_HOUR_MS = const(3600000)
_DAY_S = const(86400)


class Battery:
    """profile gives, in mV at the battery unless said otherwise:

    BATTERY_VREF_MV (ADC full scale at the pin), BATTERY_DIVIDER (num, den) pin to battery;
    BATTERY_PLAUSIBLE_MV (low, high); BATTERY_NOISE_MV largest spread within one reading;
    BATTERY_FULL_MV idle voltage of a fresh battery; BATTERY_IDLE_MV and BATTERY_LOAD_MV
    thresholds (soon, low, end); BATTERY_IDLE_CURVE and BATTERY_LOAD_CURVE tuples of
    (mV, 1/10000 left) falling; BATTERY_LIFE_H (idle, load) hours a full one lasts.
    tier: latched tier from the reservation record; power_on: this boot followed a power loss.
    """

    def __init__(self, profile, tier: int = 0, power_on: bool = True) -> None:
        self._profile = profile
        self.tier = tier
        self.fault = 0
        self.power_on_mv = 0  # first idle reading of a power-on, 0: none
        self.idle_mv = 0
        self.load_mv = 0
        self._may_renew = power_on
        self._motor_on = False
        self._worse = 0  # readings in a row below the next threshold
        self._suspect = 0  # the fault that the last readings point to
        self._suspected = 0  # readings in a row that point to it
        self._filter = [0, 0]  # idle, load: mV x 256, 0 before the first reading
        self._left = _WHOLE
        self._now_ms = 0
        self._marks = []  # (ms, left) from which the rate of use is measured

    def sample(
        self, total: int, count: int, low: int, high: int, motor_on: bool, now_ms: int
    ) -> int:
        """Take one reading: sum of count ADC values, their lowest and highest; return the tier."""
        fault = self._fault_of(self._mv(total, count), self._mv(high, 1) - self._mv(low, 1))
        if self._believe(fault) or fault:
            return self.tier
        load = 1 if motor_on else 0
        self._motor_on = motor_on
        self._now_ms = now_ms
        mv = self._filtered(load, self._mv(total, count))
        if motor_on:
            self.load_mv = mv
        else:
            self.idle_mv = mv
            self.power_on_mv = self.power_on_mv or (mv if self._may_renew else 0)
        self._may_renew = self._may_renew and not motor_on
        self._judge(mv)
        self._note_use(mv)
        return self.tier

    def renew(self) -> None:
        """`battery new`: back to GOOD; refused unless this power-on began with a full voltage."""
        full_mv = self._profile.BATTERY_FULL_MV
        if self.power_on_mv < full_mv:
            raise Refused(
                codes.BATTERY_NOT_FULL,
                "battery_mv",
                self.power_on_mv,
                full_mv,
                "switch off, fit a fresh battery, switch on",
            )
        self.tier = GOOD
        self._worse = 0
        self._left = _WHOLE
        self._marks = []

    def time_left_ms(self) -> int:
        """Running time until END at the present use; from the rate measured, at first nominal."""
        left = max(self._left - self._left_at_end(), 0)
        if self._marks:
            since_ms, at = self._marks[0]
            used = at - self._left
            if used >= _LEAST_USED:
                return left * (self._now_ms - since_ms) // used
        life_h = self._profile.BATTERY_LIFE_H[1 if self._motor_on else 0]
        return left * life_h * _HOUR_MS // _WHOLE

    def time_left_h(self) -> int:
        """time_left_ms() in whole hours, rounded down."""
        return self.time_left_ms() // _HOUR_MS

    def _mv(self, total: int, count: int) -> int:
        num, den = self._profile.BATTERY_DIVIDER
        scale = count * _FULL_SCALE * den
        return (2 * total * self._profile.BATTERY_VREF_MV * num + scale) // (2 * scale)

    def _fault_of(self, mv: int, spread_mv: int) -> int:
        lowest_mv, highest_mv = self._profile.BATTERY_PLAUSIBLE_MV
        if spread_mv > self._profile.BATTERY_NOISE_MV:
            return NOISY
        if mv < lowest_mv:
            return OPEN
        return SHORT if mv > highest_mv else 0

    def _believe(self, fault: int) -> int:
        """Change the fault only after readings in a row agree; return the fault believed."""
        if fault == self.fault:
            self._suspected = 0
        else:
            self._suspected = self._suspected + 1 if fault == self._suspect else 1
            if self._suspected >= _AGREE:
                self.fault = fault
                self._suspected = 0
        self._suspect = fault
        return self.fault

    def _filtered(self, load: int, mv: int) -> int:
        before = self._filter[load]
        self._filter[load] = before + (mv * 256 - before) // _FILTER if before else mv * 256
        return (self._filter[load] + 128) // 256

    def _judge(self, mv: int) -> None:
        worst = GOOD
        for threshold_mv in self._thresholds_mv():
            if mv < threshold_mv:
                worst += 1
        self._worse = self._worse + 1 if worst > self.tier else 0
        if self._worse >= _AGREE:
            self.tier = worst
            self._worse = 0
            self.power_on_mv = 0  # the battery has aged since: it cannot be the fresh one

    def _note_use(self, mv: int) -> None:
        left = left_of(mv, self._curve())
        self._left = min(self._left, left) if self._marks else left
        if not self._marks:
            self._marks.append((self._now_ms, self._left))
        elif self._marks[-1][1] - self._left >= _STRIDE:
            self._marks = [self._marks[-1], (self._now_ms, self._left)]

    def _curve(self) -> tuple:
        profile = self._profile
        return profile.BATTERY_LOAD_CURVE if self._motor_on else profile.BATTERY_IDLE_CURVE

    def _left_at_end(self) -> int:
        return left_of(self._thresholds_mv()[2], self._curve())

    def _thresholds_mv(self) -> tuple:
        profile = self._profile
        return profile.BATTERY_LOAD_MV if self._motor_on else profile.BATTERY_IDLE_MV


def left_of(mv: int, curve: tuple) -> int:
    """Charge left in 1/10000 at a voltage, straight lines between the curve's falling points."""
    if mv >= curve[0][0]:
        return curve[0][1]
    for i in range(1, len(curve)):
        low_mv, low = curve[i]
        high_mv, high = curve[i - 1]
        if mv >= low_mv:
            return low + (high - low) * (mv - low_mv) // (high_mv - low_mv)
    return 0


def days_left(soon_s: int, running_s: int) -> int:
    """Whole days left of the 90 since the tier SOON began at soon_s (running seconds)."""
    return max(DAYS - (running_s - soon_s) // _DAY_S, 0)
