"""Cumulative ordered volume over the cyclic week, basal and scheduled boluses together.

Kept a pattern, not a day: for each step the volume from 00:00 of its own steps with every bolus
begun before it counted whole, and which bolus is the latest begun. What the latest bolus still
owes is taken off, so the volume up to any instant costs one search among 24 steps. It is exact by
integer arithmetic: basal is rate x ms, a bolus is floor(amount x elapsed / duration), and floors
telescope within one bolus.
"""

from array import array

from micropython import const

_DAY_MS = const(86400000)
_MINUTE_MS = const(60000)
_UNITS_PER_NL = const(3600000)


class WeekCurve:
    """patterns: tuple of days, each a tuple of (start_min, rate_nl_h, bolus_nl, bolus_ms), starts
    strictly increasing; week: a pattern's number for each day, Monday first.

    A bolus ends before the next begins and lasts a day at most. Instants are ms since any Monday
    00:00; with one pattern, since any midnight.
    """

    def __init__(self, patterns: tuple, week: tuple) -> None:
        numbers = week if len(patterns) > 1 else (0,)
        days = [_pattern(steps) for steps in patterns]
        self._days = [days[number] for number in numbers]
        self._sums = [0]  # from the first day's first step to each day's, begun boluses whole
        for day in range(len(numbers)):
            steps, sums, _latest = self._days[day]
            start_min, rate_nl_h, bolus_nl, _ms = steps[-1]
            rest_min = 1440 + self._steps(day + 1)[0][0] - start_min
            rest = rate_nl_h * rest_min * _MINUTE_MS + bolus_nl * _UNITS_PER_NL
            self._sums.append(self._sums[day] + sums[-1] + rest)

    def volume_units(self, t0_ms: int, t1_ms: int) -> int:
        """Ordered volume between two instants, t0 <= t1, in nL*ms/h."""
        return self._total(t1_ms) - self._total(t0_ms)

    def basal(self, t_ms: int) -> tuple:
        """The piece of constant basal rate that holds an instant: (rate_nl_h, from_ms, to_ms)."""
        number, i, at_ms = self._find(t_ms)
        midnight_ms = t_ms - at_ms
        steps = self._steps(number)
        if i + 1 < len(steps):
            end_min = steps[i + 1][0]
        else:
            end_min = 1440 + self._steps(number + 1)[0][0]
        from_ms = midnight_ms + steps[i][0] * _MINUTE_MS
        return steps[i][1], from_ms, midnight_ms + end_min * _MINUTE_MS

    def starts(self, t0_ms: int, t1_ms: int):
        """Every step that starts in [t0, t1), in order: (start_ms, rate_nl_h, bolus_nl, bolus_ms,
        number of the step in its day).
        """
        for number in range(t0_ms // _DAY_MS, t1_ms // _DAY_MS + 1):
            steps = self._steps(number)
            for i in range(len(steps)):
                start_ms = number * _DAY_MS + steps[i][0] * _MINUTE_MS
                if t0_ms <= start_ms < t1_ms:
                    yield (start_ms,) + steps[i][1:] + (i,)

    def cuts_ms(self, t0_ms: int, t1_ms: int):
        """Where each step that starts in [t0, t1) changes the ordered rate: at its start, and at
        the end of its bolus, at most a day later.
        """
        for start_ms, _rate, _nl, bolus_ms, _i in self.starts(t0_ms, t1_ms):
            yield start_ms
            if bolus_ms:
                yield start_ms + bolus_ms

    def whole_ms(self) -> int:
        """After which everything repeats: a day with one pattern, else a week."""
        return len(self._days) * _DAY_MS

    def rate_max_nl_h(self) -> int:
        """Highest sum of basal and bolus rate, rounded up; both rise only where a step starts."""
        best = bolus_nl_h = end_ms = 0
        for start_ms, rate_nl_h, nl, ms, _i in self.starts(0, self.whole_ms() + _DAY_MS):
            if nl:
                bolus_nl_h, end_ms = own_rate_nl_h(nl, ms), start_ms + ms
            best = max(best, rate_nl_h + (bolus_nl_h if start_ms < end_ms else 0))
        return best

    def largest_window_units(self, length_ms: int) -> int:
        """Largest volume in any window of this length over the endlessly repeated week.

        The volume in a sliding window is piecewise linear in its place, so its largest value is
        reached with one end of the window on a cut.
        """
        best = 0
        for cut_ms in self.cuts_ms(0, self.whole_ms()):
            here = self._total(cut_ms)
            best = max(
                best,
                self._total(cut_ms + length_ms) - here,
                here - self._total(cut_ms - length_ms),
            )
        return best

    def _steps(self, number: int) -> tuple:
        return self._days[number % len(self._days)][0]

    def _find(self, t_ms: int) -> tuple:
        """(day since that Monday, step in force, ms since the day's 00:00): until its first step
        a day is the one before.
        """
        number = t_ms // _DAY_MS
        at_ms = t_ms - number * _DAY_MS
        steps = self._steps(number)
        low = 0
        high = len(steps)
        while low < high:
            middle = (low + high) // 2
            if steps[middle][0] * _MINUTE_MS <= at_ms:
                low = middle + 1
            else:
                high = middle
        if low:
            return number, low - 1, at_ms
        return number - 1, len(self._steps(number - 1)) - 1, at_ms + _DAY_MS

    def _total(self, t_ms: int) -> int:
        number, i, at_ms = self._find(t_ms)
        rounds, day = divmod(number, len(self._days))
        steps, sums, latest = self._days[day]
        start_min, rate_nl_h, bolus_nl, _ms = steps[i]
        units = rounds * self._sums[-1] + self._sums[day] + sums[i]
        units += rate_nl_h * (at_ms - start_min * _MINUTE_MS) + bolus_nl * _UNITS_PER_NL
        if not latest[i]:  # the latest bolus begun is of the day before, or none runs
            i = -1
            at_ms += _DAY_MS
            steps, _sums, latest = self._days[day - 1]
        if latest[i]:
            start_min, _rate, bolus_nl, bolus_ms = steps[latest[i] - 1]
            elapsed_ms = at_ms - start_min * _MINUTE_MS
            if elapsed_ms < bolus_ms:
                full = bolus_nl * _UNITS_PER_NL
                units -= full - full * elapsed_ms // bolus_ms
        return units


def _pattern(steps: tuple) -> tuple:
    """(steps, units from the first step's start to each step's, 1 + the number of the latest step
    with a bolus, 0 for none).
    """
    sums = array("Q", [0] * len(steps))
    latest = bytearray(len(steps))
    last = 0
    for i in range(len(steps)):
        if i:
            start_min, rate_nl_h, bolus_nl, _ms = steps[i - 1]
            basal = rate_nl_h * (steps[i][0] - start_min) * _MINUTE_MS
            sums[i] = sums[i - 1] + basal + bolus_nl * _UNITS_PER_NL
        if steps[i][2]:
            last = i + 1
        latest[i] = last
    return steps, sums, latest


def own_rate_nl_h(bolus_nl: int, bolus_ms: int) -> int:
    """A bolus's own rate, rounded up (nL/h)."""
    return -(-bolus_nl * _UNITS_PER_NL // bolus_ms)


def periodic_units(bolus_nl: int, bolus_ms: int, interval_ms: int, span_ms: int) -> int:
    """Volume that periodic boluses give in span_ms (>= 0) from the start of one, in nL*ms/h."""
    count, rest_ms = divmod(span_ms, interval_ms)
    full = bolus_nl * _UNITS_PER_NL
    return count * full + full * min(rest_ms, bolus_ms) // bolus_ms
