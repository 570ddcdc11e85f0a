"""Right PIO timing while the CPU sleeps, and the FIFO joins that the emulator lacks.

The emulator gives each state machine one instruction for a whole idle jump, however long.
An alarm at the instant the next state machine is due cuts the jump there.  Writes to PIO
registers and input edges may make a machine runnable earlier; both wake the pacing.

The emulator advances block 0 before block 1.  A pin that block 0 changes is therefore seen
by block 1 while its cycle count still stands before the jump; `feed` hides that lag.

A machine that counts Y down in one instruction is taken to the end of its count at once: nothing
outside can tell, and a pump spends most of its life there.
"""

from __future__ import annotations

from typing import Any

_CYCLE_NS = 8
_CYCLE_FP = 256  # the emulator counts PIO cycles in 1/256
_NEVER_FP = 1 << 60
_JMP_Y_DEC, _JMP_MASK = 0x0080, 0xFFE0  # without delay, side-set low
_ADDRESS = 0x1F
_SHIFTCTRL = range(0x0D0, 0x130, 0x18)  # of the four machines
_JOIN_SHIFT = 30
_FIFO_WORDS = ((4, 4), (8, 0), (0, 8), (0, 0))  # TX and RX, by join bits: none, TX, RX
_BASES = (0x50200, 0x50300)  # the address of a PIO block >> 12


class PioPacing:
    """Wakes the simulation whenever a PIO state machine has something to do."""

    def __init__(self, mcu: Any, clock: Any) -> None:
        self._blocks = list(mcu.pio)
        self._alarm = clock.create_alarm(self._tick)
        self._stepping = False
        self._round: dict[int, tuple[int, int]] = {}  # machine -> the delay loop it was last in
        self._offset_fp = 0  # cycle count of block 0 less that of block 1, between advances
        for base, block in zip(_BASES, self._blocks, strict=True):
            mcu.peripherals[base] = _Registers(block, self)

    @property
    def drops(self) -> int:
        """Machine steps of block 0, which makes the pulses, that were late by more than 8 cycles
        (must stay <= 1). In block 1 a late step shortens a tone's half-period by a microsecond.
        """
        return int(self._blocks[0].backlog_drops)

    def wake(self) -> None:
        """Something may have made a machine runnable: look again in one cycle."""
        if not all(block.stopped for block in self._blocks):
            self._stepping = False
            self._alarm.schedule(_CYCLE_NS)

    def register_written(self) -> None:
        """The CPU or DMA wrote to a block."""
        self._note_offset()
        self.wake()

    def feed(self, gpio: Any, level: int) -> None:
        """Give a pad its input level, at the true cycle count of both blocks."""
        first, second = self._blocks
        running = not (first.stopped or second.stopped)
        lag_fp = first.cycle_fp - second.cycle_fp - self._offset_fp if running else 0
        second.cycle_fp += lag_fp
        gpio.set_input_value(bool(level))
        second.cycle_fp -= lag_fp
        self.wake()

    def _note_offset(self) -> None:
        first, second = self._blocks
        self._offset_fp = first.cycle_fp - second.cycle_fp

    def _tick(self) -> None:
        self._note_offset()
        if self._stepping:  # the loop advances PIO after this alarm: look after that
            self._stepping = False
            self._alarm.schedule(_CYCLE_NS)
            return
        for block in self._blocks:
            self._count_down(block)
        due_fp = min(
            (b.next_due_fp - b.cycle_fp for b in self._blocks if not b.stopped),
            default=_NEVER_FP,
        )
        if due_fp < _NEVER_FP:
            self._stepping = True
            self._alarm.schedule(max(1, -(-due_fp // _CYCLE_FP)) * _CYCLE_NS)

    def _count_down(self, block: Any) -> None:
        """Take a delay loop (`jmp y--` to itself) to its last round at once.

        Not before its first round is done: that is the one that sets the side-set pins.
        """
        for machine in block.machines:
            if machine.enabled and not machine.waiting and machine.y > 1:
                word = block.instructions[machine.pc]
                if word & _JMP_MASK == _JMP_Y_DEC and word & _ADDRESS == machine.pc:
                    pc, y = self._round.get(id(machine), (-1, 0))
                    if pc == machine.pc and machine.y < y:
                        machine.next_due_fp += (machine.y - 1) * machine.div_fp
                        machine.y = 1
                        block.recompute_due()
                    self._round[id(machine)] = (machine.pc, machine.y)


class _Registers:
    """Stands in the address map for one PIO block and reports every write to it.

    It also joins FIFOs, which the emulator leaves out: a machine that gives up one has eight words
    in the other, and both are emptied. And it shows pins that an executed word has changed, which
    the emulator does only when a machine takes its next step.
    """

    def __init__(self, block: Any, pacing: PioPacing) -> None:
        self._block = block
        self._pacing = pacing
        self.read_uint32 = block.read_uint32

    def __getattr__(self, name: str) -> Any:
        return getattr(self._block, name)

    def write_uint32(self, offset: int, value: int) -> None:
        self._block.write_uint32(offset, value)
        self._written(offset)

    def write_uint32_atomic(self, offset: int, value: int, atomic_type: int) -> None:
        self._block.write_uint32_atomic(offset, value, atomic_type)
        self._written(offset)

    def _written(self, offset: int) -> None:
        if offset in _SHIFTCTRL:
            machine = self._block.machines[_SHIFTCTRL.index(offset)]
            join = machine.shift_ctrl >> _JOIN_SHIFT & 3
            tx_words, rx_words = _FIFO_WORDS[join]
            _resize(machine.tx_fifo, tx_words)
            _resize(machine.rx_fifo, rx_words)
        self._block.check_changed_pins()
        self._pacing.register_written()


def _resize(fifo: Any, words: int) -> None:
    if fifo.size != words:
        fifo.buffer = [0] * words
        fifo._start = 0
        fifo.reset()
