"""Starts and halts the pump: the one place that arms the dosing tick and the one order in which it
is undone.
"""


class Delivery:
    """pulse, driver, timer, clock: hal ports; dosing, guard, ledger, granter: this folder's
    parts.
    """

    def __init__(self, pulse, driver, timer, clock, dosing, guard, ledger, granter, wake_ms):
        self._pulse = pulse
        self._driver = driver
        self._timer = timer
        self._clock = clock
        self._dosing = dosing
        self._guard = guard
        self._ledger = ledger
        self._granter = granter
        self._wake_ms = wake_ms
        self.running = False

    def begin(self, tick_ms: int) -> int:
        """Energise the motor and start ticks of tick_ms; returns the instant at which the volume
        clock starts.
        """
        self._driver.on()
        self._clock.sleep_ms(self._wake_ms)
        self._pulse.begin(tick_ms)
        self._guard.begin(tick_ms)
        self._dosing.arm()
        self._timer.begin(tick_ms, self._dosing.tick_isr)
        start_ms = self._clock.now_ms() + tick_ms
        self._granter.begin(start_ms, tick_ms)
        self.running = True
        return start_ms

    def halt(self) -> int:
        """Stop at once and book what was confirmed; returns steps granted but taken back. Safe to
        call twice.

        The order is design 3: disarm, stop the state machine, driver off, read the residue, drain,
        re-initialise, book.
        """
        self._dosing.disarm()
        self._pulse.stop()
        self._driver.off_isr()
        self._timer.end()
        self.running = False
        taken_back = self._ledger.settle(self._pulse.drain())
        self._dosing.recount()
        return taken_back

    def run(self, now_ms: int) -> int:
        """One look at the running pump: collect counts, grant; returns the instant of the next
        look.
        """
        due_ms = self._granter.run(now_ms)
        self._ledger.collect()
        return self._granter.check(now_ms, due_ms)
