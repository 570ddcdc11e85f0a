"""The hard timer interrupt that calls the dosing tick, and the short sections that it must not
enter.
"""

import machine


class DosingTimer:
    """One periodic hard timer. A handler that raises is never called again: see SAF-2."""

    def __init__(self):
        self._timer = machine.Timer(-1)

    def begin(self, tick_ms: int, handler) -> None:
        """Call handler(timer) every tick_ms from now on, in interrupt context."""
        self._timer.init(period=tick_ms, mode=machine.Timer.PERIODIC, callback=handler, hard=True)

    def end(self) -> None:
        """No more ticks."""
        self._timer.deinit()

    def lock(self) -> int:
        """Mask interrupts; hand the result to unlock() within a few lines."""
        return machine.disable_irq()

    def unlock(self, state: int) -> None:
        """Undo lock()."""
        machine.enable_irq(state)
