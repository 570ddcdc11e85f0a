# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The chip's inner loop, with every call typed: one instruction, its time, both PIO blocks.

What the emulator's own loop does, and to the nanosecond the same; that one looks its stop flag and
both blocks up by name at every instruction. tools/native.py compiles this one against the
declarations in the emulator's package; where it could not, plain_batch.py is used.
"""

from rp2040py.native._cortex_m0_core cimport CortexM0Core
from rp2040py.native._pio cimport RPPIO
from rp2040py.native._rp2040 cimport RP2040
from rp2040py.native._simulation_clock cimport SimulationClock

cdef double CYCLE_NS = 8.0  # 125 MHz


cdef class Batch:
    """Runs a simulator's chip. `stopped` ends a run after the present instruction."""

    cdef public bint stopped
    cdef CortexM0Core core
    cdef SimulationClock clock
    cdef RPPIO first
    cdef RPPIO second

    def __init__(self, simulator):
        cdef RP2040 chip = simulator.rp2040
        self.core = chip.core
        self.clock = chip.clock
        self.first, self.second = chip.pio
        self.stopped = False

    def run(self, long most) -> None:
        """Execute until stopped, at most so many instructions and idle jumps."""
        cdef long long cycles
        cdef double idle_ns
        while most > 0 and not self.stopped:
            most -= 1
            if self.core.waiting:
                idle_ns = self.clock.nanos_to_next_alarm
                self.clock.tick(idle_ns)
                cycles = <long long>(idle_ns / CYCLE_NS) or 1
            else:
                cycles = self.core.execute_instruction()
                self.clock.tick(cycles * CYCLE_NS)
            if not self.first.stopped:
                self.first.advance(cycles)
            if not self.second.stopped:
                self.second.advance(cycles)
