"""What was granted, commanded and confirmed, in steps since the pump was made (design 3, Ledger).

Invariant after every collect(): granted >= commanded >= confirmed. Delivered volume is confirmed
steps times the calibration ratio; steps are counted once, by the pulse hardware.
"""

from micropython import const

_MASK = const((1 << 29) - 1)


class Ledger:
    """Extends the tick's 29-bit counters. `total`: steps counted in all earlier boots, uncertain
    ones included.
    """

    def __init__(self, dosing, total: int = 0):
        self._dosing = dosing
        self.granted = total
        self.commanded = total
        self.confirmed = total
        self.taken_back = 0  # granted, then taken back by halts, this boot
        self.missed_stall = 0  # granted, then lost to a long stall, this boot
        self.commanded_at = dosing.commanded  # the tick's own count behind `commanded`
        self._confirmed_at = dosing.confirmed
        self._lost_at = dosing.lost

    def collect(self) -> None:
        """Take over the tick's counters; they are read until two readings agree."""
        dosing = self._dosing
        while True:
            confirmed, commanded, lost = dosing.confirmed, dosing.commanded, dosing.lost
            if confirmed == dosing.confirmed and commanded == dosing.commanded:
                break
        self.commanded += (commanded - self.commanded_at) & _MASK
        self.confirmed += (confirmed - self._confirmed_at) & _MASK
        self.commanded_at, self._confirmed_at = commanded, confirmed
        if lost != self._lost_at:
            lost_now = (lost - self._lost_at) & _MASK
            self.missed_stall += lost_now
            self.granted -= lost_now
            self._lost_at = lost

    def settle(self, unsent: int) -> int:
        """After a halt that kept back `unsent` pulses: all three counts meet. Returns the steps
        taken back.
        """
        self.collect()
        dosing = self._dosing
        self.commanded -= unsent
        self.confirmed = self.commanded
        dosing.commanded = (dosing.commanded - unsent) & _MASK
        dosing.confirmed = dosing.commanded
        self.commanded_at = self._confirmed_at = dosing.commanded
        taken_back = self.granted - self.commanded
        self.granted = self.commanded
        self.taken_back += taken_back
        return taken_back
