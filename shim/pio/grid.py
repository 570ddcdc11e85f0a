"""The clock of one state machine: which cycle lies at which nanosecond, in integers only."""

from __future__ import annotations

from math import gcd

NS_PER_S = 1_000_000_000
DIVIDER_ONE = 256  # the 16.8 fixed-point divider's 1.0
DIVIDER_END = 65536 * DIVIDER_ONE


def divider(freq_hz: int, sysclk_hz: int) -> int:
    """`freq=` of StateMachine.init as a 16.8 divider, rounded down as the firmware does.

    -1 means system clock, 0 the slowest divider (a divider field of 0 divides by 65536);
    raises ValueError outside 1..65536.
    """
    if freq_hz < 0:
        return DIVIDER_ONE
    if freq_hz == 0:
        return DIVIDER_END
    div = sysclk_hz * DIVIDER_ONE // freq_hz
    if not DIVIDER_ONE <= div < DIVIDER_END:
        raise ValueError("freq out of range")
    return div


class Grid:
    """Cycle k lies at t0_ns + k * num / den, rounded down to a nanosecond."""

    __slots__ = ("den", "num", "t0_ns")

    def __init__(self, t0_ns: int, div: int, sysclk_hz: int) -> None:
        num, den = div * NS_PER_S, DIVIDER_ONE * sysclk_hz
        common = gcd(num, den)
        self.t0_ns = t0_ns
        self.num = num // common
        self.den = den // common

    def time_ns(self, cycle: int) -> int:
        """The instant of a cycle."""
        return self.t0_ns + cycle * self.num // self.den

    def last_by(self, t_ns: int) -> int:
        """The last cycle whose instant is <= t_ns (-1 or less: none yet)."""
        return ((t_ns - self.t0_ns + 1) * self.den - 1) // self.num

    def first_from(self, t_ns: int) -> int:
        """The first cycle (0 at least) whose instant is >= t_ns."""
        return max(0, -((self.t0_ns - t_ns) * self.den // self.num))

    @property
    def whole_ns(self) -> bool:
        """True when every cycle is a whole number of nanoseconds."""
        return self.den == 1
