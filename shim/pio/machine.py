"""One PIO state machine, computed lazily: nothing happens between two calls of `run`.

Invariant: `cycle` is the next cycle of `grid` in which an instruction is due; everything before
it has been done and its pin changes are out. A stalled machine costs nothing until it is woken.
A word forced by the CPU acts at once, between two cycles, and takes none of the program's cycles.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from shim.pio.chains import with_chains
from shim.pio.config import SmConfig
from shim.pio.grid import DIVIDER_ONE, Grid
from shim.pio.loops import Head, Uses, arrive, uses_of
from shim.pio.ops import Op, decode, spin_register
from shim.pio.pins import CounterLoop, find_counter_loops
from shim.pio.signals import RETRY, STALLED, bits_of
from shim.pio.watch import Watch

if TYPE_CHECKING:
    from shim.pio.block import PioBlock
    from shim.pio.data_ops import Core


class Machine:
    """Registers, FIFOs and clock of one state machine. `closed_forms = False` steps plainly.

    `fifo_stuck` is a fault: words written by the CPU never reach the machine.
    """

    __slots__ = (
        "block", "chains", "closed_forms", "config", "counter_loops", "cycle", "divider",
        "enabled", "fifo_stuck", "forced_ns", "forced_ops", "grid", "hidden", "index",
        "initial_pc", "irq_raised", "isr", "isr_count", "last_head", "latched", "limit", "log",
        "ops", "osr", "osr_count", "pc", "push_owed", "rx", "rx_depth", "spins", "stall_watch",
        "stalled", "tx", "tx_depth", "uses", "visited", "waits_irq", "watches", "words", "x", "y",
    )  # fmt: skip

    def __init__(self, block: PioBlock, index: int) -> None:
        self.block = block
        self.index = index
        self.closed_forms = True
        self.fifo_stuck = False
        self.forced_ns: int | None = None
        self.tx: deque[int] = deque()
        self.rx: deque[int] = deque()
        self.watches: dict[int, Watch] = {}
        self.log: list[tuple[int, int, bool, int]] = []
        self.power_on()

    def power_on(self) -> None:
        """Every register as after a reset of the chip."""
        self.config = SmConfig()
        self.tx_depth, self.rx_depth = self.config.tx_depth, self.config.rx_depth
        self.divider = DIVIDER_ONE
        self.grid = Grid(0, DIVIDER_ONE, self.block.sysclk_hz)
        self.enabled = False
        self.x = self.y = self.osr = 0
        self.pc = self.initial_pc = 0
        self.cycle = self.limit = 0
        self.words: range = range(0)
        self.ops: list[Op] = []
        self.chains: tuple[list[Op], int] = [], 0
        self.forced_ops: dict[int, Op] = {}
        self.hidden: dict[int, Core] = {}
        self.uses = Uses(0, 0, 0, 0)
        self.counter_loops: dict[int, CounterLoop] = {}
        self.spins: dict[int, str] = {}
        self._clear_fifos()
        self._clear_hidden_state()

    def configure(self, config: SmConfig, div: int, words: range) -> None:
        """Take the settings of a disabled machine; `words` are its program's addresses."""
        self.config, self.divider, self.words = config, div, words
        self.tx_depth, self.rx_depth = config.tx_depth, config.rx_depth
        self._clear_fifos()
        self.restart(words.start)
        self.recompile()

    def recompile(self) -> None:
        """Decode the instruction memory again (settings or memory changed)."""
        memory = self.block.memory
        self.forced_ops.clear()
        self.hidden.clear()
        self.ops = [decode(self, word, address) for address, word in enumerate(memory)]
        self.spins = {a: r for a, word in enumerate(memory) if (r := spin_register(word, a))}
        self.uses = uses_of(memory, self.config.wrap_bottom, self.config.wrap_top)
        self.counter_loops = find_counter_loops(memory, self)
        self.chains = with_chains(self)
        for watch in self.watches.values():
            watch.count = None

    def _clear_fifos(self) -> None:
        self.tx.clear()
        self.rx.clear()

    def _clear_hidden_state(self) -> None:
        self.isr = self.isr_count = 0
        self.osr_count = 32
        self.latched: Op | None = None
        self.push_owed = self.irq_raised = False
        self._unstall()
        self.forget_loop()

    def _unstall(self) -> None:
        self.stalled = self.waits_irq = False
        self.stall_watch: Watch | None = None

    def forget_loop(self) -> None:
        """What is known of a loop in work does not hold any more."""
        self.last_head: Head | None = None
        self.visited = 0
        self.log.clear()

    # What the CPU does. The caller has computed everything up to now.

    def settle(self) -> None:
        """Bring the registers of a machine that only counted to now: somebody looks at them."""
        if self.enabled and not self.stalled:
            self.run(self.block.clock.now_ns)

    def restart(self, pc: int) -> None:
        """SM_RESTART and a jump: shift counters, ISR, delay and stall go; FIFO, OSR, x, y stay."""
        self._clear_hidden_state()
        self.pc = pc
        self.cycle = self._next_cycle() if self.enabled else 0

    def enable(self) -> None:
        """Run on from here; what was left of a delay is still waited for."""
        if not self.enabled:
            if not self.ops:
                self.recompile()
            self.grid = Grid(self.block.clock.now_ns, self.divider, self.block.sysclk_hz)
            self.enabled = True
            self._unstall()
            self.forget_loop()

    def disable(self) -> None:
        """Stop between two cycles; `cycle` keeps the rest of a delay for the next enable."""
        if self.enabled:
            self.cycle = 0 if self.stalled else max(0, self.cycle - self._next_cycle())
            self.enabled = False
            self._unstall()

    def put(self, word: int) -> None:
        """Into the TX FIFO; a full one ignores it, as the hardware does."""
        if len(self.tx) < self.tx_depth:
            self.tx.append(word)
        if self.config.autopull and self.enabled and not self.stalled:
            self.refill()
        self.wake()

    def get(self) -> int:
        """From the RX FIFO, which must not be empty."""
        if len(self.rx) >= self.rx_depth:
            self.wake()
        return self.rx.popleft()

    def wake(self) -> None:
        """Something a stalled machine may wait for has changed: look again next cycle."""
        if self.stalled:
            self.stalled = self.waits_irq = False
            self.stall_watch = None
            grid, block = self.grid, self.block
            cycle = grid.last_by(block.clock.now_ns) + 1
            if cycle > self.cycle:
                self.cycle = cycle
            block.quiet.until_ns = 0

    def _next_cycle(self) -> int:
        return self.grid.last_by(self.block.clock.now_ns) + 1

    # Instructions.

    def run(self, t_ns: int) -> None:
        """Do every cycle up to and including t_ns."""
        grid = self.grid
        self.limit = limit = ((t_ns - grid.t0_ns + 1) * grid.den - 1) // grid.num  # last_by(t_ns)
        if self.latched is not None and not self._run_latched():
            return
        ops, block = self.ops, self.block
        chained, longest = self.chains
        early = limit - longest
        pc, visited = self.pc, self.visited
        while self.cycle <= limit:
            mask, bits, core, cost, bit = (chained if self.cycle <= early else ops)[pc]
            if block.levels & mask != bits:
                self.write_levels(mask, bits)
            following = core(self)
            if following >= 0:
                self.cycle += cost
                visited |= bit
                if following < pc:
                    self.pc, self.visited = following, visited
                    if self.uses.heads >> following & 1:
                        arrive(self)
                    elif self.last_head is not None:
                        self.forget_loop()
                    visited = self.visited
                pc = following
            elif following == STALLED:
                self.stalled = True
                break
            elif self.latched is not None:  # the core has set self.pc
                self.visited = visited
                if not self._run_latched():
                    return
                pc = self.pc
        self.pc, self.visited = pc, visited

    def _run_latched(self) -> bool:
        """Run words put in by exec until the program may go on; False: not before the limit."""
        while self.latched is not None:
            if self.cycle > self.limit:
                return False
            op, self.latched = self.latched, None
            if not self._run_op(op) and self.latched is None:
                self.latched = op
            if self.stalled:
                return False
        return True

    def _run_op(self, op: Op) -> bool:
        """A latched op in the program's place; False when it has to be tried again."""
        mask, bits, core, cost, _ = op
        if mask:
            self.write_levels(mask, bits)
        following = core(self)
        if following == STALLED:
            self.stalled = True
            return False
        if following == RETRY:
            return False
        if following >= 0:
            self.pc = following
        self.cycle += cost
        return True

    # What instructions use.

    def pull_osr(self) -> None:
        """The oldest word of the TX FIFO becomes the OSR, all bits unshifted."""
        self.osr, self.osr_count = self.tx.popleft(), 0

    def push_isr(self) -> None:
        """The ISR goes to the RX FIFO, which has room, and is empty."""
        self.rx.append(self.isr)
        self.isr = self.isr_count = 0
        self.push_owed = False

    def latch(self, word: int) -> None:
        """out(exec) and mov(exec): the word runs in the next cycle."""
        self.latched = decode(self, word, None)

    def refill(self) -> None:
        """Autopull in the background."""
        if self.tx and not self.fifo_stuck and self.osr_count >= self.config.pull_threshold:
            self.pull_osr()

    def irq_flag(self, index: int) -> int:
        """Mask of an IRQ flag; relative numbers add the machine's own to the low two bits."""
        if index & 0x10:
            return 1 << (index & 4 | index + self.index & 3)
        return 1 << (index & 7)

    def write_levels(self, mask: int, bits: int) -> None:
        """Output levels of the pins in `mask`."""
        block = self.block
        changed = (block.levels ^ bits) & mask
        if changed:
            block.levels ^= changed
            block.quiet.until_ns = 0
            t_ns = self._change_ns(changed, False, bits)
            for pin in bits_of(changed & block.routed):
                block.lines[pin].set_pio_level(t_ns, bits >> pin & 1)

    def write_dirs(self, mask: int, bits: int) -> None:
        """Output enables of the pins in `mask`."""
        block = self.block
        changed = (block.dirs ^ bits) & mask
        if changed:
            block.dirs ^= changed
            t_ns = self._change_ns(changed, True, bits)
            for pin in bits_of(changed & block.routed):
                block.lines[pin].set_pio(t_ns, out=bool(bits >> pin & 1))

    def _change_ns(self, changed: int, is_dir: bool, bits: int) -> int:
        """The instant of the present change of pins, which a loop in work takes down."""
        if self.last_head is not None:
            for pin in bits_of(changed):
                self.log.append((self.cycle, pin, is_dir, bits >> pin & 1))
        return self.grid.time_ns(self.cycle) if self.forced_ns is None else self.forced_ns
