"""A PIO block (instruction memory, output latches, IRQ flags, four machines) and the pair of them.

`Pios.sync` is the one place where PIO time passes: machines that drive pins are computed before
machines that watch those pins, machines of a block that use IRQ flags take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from shim.clock import VirtualClock
from shim.lines import Lines
from shim.pio.config import SmConfig
from shim.pio.loops import quiet_ns
from shim.pio.machine import Machine
from shim.pio.pins import watched_pins
from shim.pio.turns import take_turns, turn_groups
from shim.pio.watch import FOREVER_NS, Quiet, Watch

RP2040_SYSCLK_HZ = 125_000_000
MEMORY_WORDS = 32
MACHINES = 4
Plan = list[tuple[Machine, list[Machine]]]
"""What is computed in turn: machines, each with those that it takes turns with, itself too."""
ENOMEM = 12


class PioCircularError(RuntimeError):
    """Two state machines each wait for a pin that the other drives: lazy time cannot do that."""


class PioBlock:
    """One of the two PIO blocks. `levels` and `dirs` are the output latches of its pins."""

    def __init__(self, clock: VirtualClock, lines: Lines, sysclk_hz: int, quiet: Quiet) -> None:
        self.clock = clock
        self.lines = list(lines)
        self.sysclk_hz = sysclk_hz
        self.quiet = quiet
        self.routed = 0
        self._clear()
        self.machines = [Machine(self, n) for n in range(MACHINES)]

    def _clear(self) -> None:
        self.memory = [0] * MEMORY_WORDS
        self.used = 0
        self.levels = self.dirs = self.irq_flags = 0

    def power_on(self) -> None:
        """Reset of the chip: memory, latches and machines as after power-on, no pin is ours."""
        self._clear()
        self.routed = 0
        for machine in self.machines:
            machine.power_on()

    def add_program(self, words: Sequence[int]) -> int:
        """Load at the highest free place; returns the offset; raises OSError(ENOMEM) when full."""
        span = (1 << len(words)) - 1
        for offset in range(MEMORY_WORDS - len(words), -1, -1):
            if not self.used & span << offset:
                break
        else:
            raise OSError(ENOMEM)
        self.used |= span << offset
        for n, word in enumerate(words):
            self.memory[offset + n] = word + offset if word >> 13 == 0 else word
        self._recompile()
        return offset

    def remove_program(self, offset: int, length: int) -> None:
        """Free instruction memory; the words stay, as on the hardware."""
        self.used &= ~(((1 << length) - 1) << offset)

    def patch(self, address: int, word: int) -> None:
        """Fault hook: overwrite one word of the instruction memory."""
        self.memory[address] = word
        self._recompile()

    def _recompile(self) -> None:
        self.quiet.until_ns = 0
        for machine in self.machines:
            if machine.words:
                machine.recompile()

    def set_irq(self, machine: Machine, flags: int) -> None:
        """A machine changed the block's IRQ flags: whoever waits for one looks again."""
        if flags == self.irq_flags:
            return
        self.irq_flags = flags
        now_ns = machine.forced_ns
        t_ns = machine.grid.time_ns(machine.cycle) if now_ns is None else now_ns
        for other in self.machines:
            if other.waits_irq and other is not machine:
                other.stalled = other.waits_irq = False
                other.cycle = max(other.cycle, other.grid.last_by(t_ns) + 1)

    def route(self, pins: Sequence[int]) -> None:
        """gpio_set_function(PIO): our latches drive the lines from now on."""
        now_ns = self.clock.now_ns
        for pin in pins:
            self.routed |= 1 << pin
            line = self.lines[pin]
            line.set_pio(now_ns, bool(self.dirs >> pin & 1), self.levels >> pin & 1)
            line.release_cpu()

    def drives(self, pin: int) -> bool:
        """The pin is ours and enabled as output."""
        return bool(self.routed & self.dirs & 1 << pin)

    def put_on_line(self, pin: int, t_ns: int, is_dir: bool, value: int) -> None:
        """A latch changed: the line follows if the pin is ours."""
        if self.routed >> pin & 1:
            if is_dir:
                self.lines[pin].set_pio(t_ns, out=bool(value))
            else:
                self.lines[pin].set_pio(t_ns, level=value)


class Pios:
    """Both blocks of the RP2040 on one clock and one set of lines."""

    def __init__(
        self, clock: VirtualClock, lines: Lines, sysclk_hz: int = RP2040_SYSCLK_HZ
    ) -> None:
        self.clock = clock
        self.lines = lines
        self.sysclk_hz = sysclk_hz
        self.quiet = Quiet()
        self.blocks = [PioBlock(clock, lines, sysclk_hz, self.quiet) for _ in range(2)]
        self._plan: Plan | None = []
        self._syncing = False
        lines.before_access.append(self.sync_now)

    def machine(self, number: int) -> Machine:
        """State machine 0..7 as MicroPython counts them."""
        return self.blocks[number // MACHINES].machines[number % MACHINES]

    def sync_now(self) -> None:
        """Bring pins and FIFOs to the clock's now; registers of a counting machine may lag."""
        t_ns = self.clock.now_ns
        if t_ns >= self.quiet.until_ns:
            self.sync(t_ns)

    def sync(self, t_ns: int) -> None:
        """Do every cycle up to and including t_ns (at most now); emits its edges and trains.

        A call out of a listener, during a sync, returns at once. Raises PioCircularError when
        machines wait for each other's pins.
        """
        if self._syncing:
            return
        plan = self._plan
        if plan is None:
            plan = self._plan = self._order()
        quiet = self.quiet
        self._syncing, quiet.until_ns = True, FOREVER_NS
        try:
            for machine, turns in plan:
                if turns:
                    take_turns(turns, t_ns)
                    quiet.until_ns = 0
                    continue
                if machine.stalled:
                    watch = machine.stall_watch
                    if watch is None or not watch.items:
                        continue
                    machine.stalled = False
                machine.run(t_ns)
                if not machine.stalled:
                    quiet.until_ns = 0
        finally:
            self._syncing = False
        if not quiet.until_ns:  # something moves, or brought news
            quiet.until_ns = self._quiet_ns(plan)

    @staticmethod
    def _quiet_ns(plan: Plan) -> int:
        """Machines that take turns are never known to be quiet."""
        until_ns = FOREVER_NS
        for machine, turns in plan:
            if turns:
                return 0
            if machine.stalled:
                watch = machine.stall_watch
                if watch is not None and watch.items:
                    return 0
            else:
                until_ns = min(until_ns, quiet_ns(machine))
        return until_ns

    def configure(self, number: int, config: SmConfig, div: int, words: range) -> None:
        """StateMachine.init: stop, clear FIFOs and hidden state, set up pins and route them."""
        self.set_active(number, False)
        self._change_plan(None)
        machine = self.machine(number)
        machine.configure(config, div, words)
        machine.forced_ns = self.clock.now_ns
        for group in (config.out, config.set, config.side):
            machine.write_levels(group.mask, group.spread(group.levels))
            machine.write_dirs(group.mask, group.spread(group.dirs))
            self._take_pins(machine, group.pins)
        machine.forced_ns = None
        machine.log.clear()

    def _take_pins(self, machine: Machine, pins: Sequence[int]) -> None:
        for block in self.blocks:
            if block is not machine.block:
                block.routed &= ~sum(1 << pin for pin in pins)
        machine.block.route(pins)

    def set_active(self, number: int, active: bool) -> None:
        """Enable or disable one machine at this instant."""
        self.sync(self.clock.now_ns)
        machine = self.machine(number)
        if machine.enabled == active:
            return
        (machine.enable if active else machine.disable)()
        self._attach_watches(machine)
        self._change_plan(None)

    def _change_plan(self, plan: Plan | None) -> None:
        self._plan = plan
        self.quiet.until_ns = 0

    def unroute(self, pin: int) -> None:
        """The pin's function was set to something else than PIO: our latches let the line go."""
        mask = 1 << pin
        if any(block.routed & mask for block in self.blocks):
            for block in self.blocks:
                block.routed &= ~mask
            self.lines[pin].release_pio()

    def reset(self) -> None:
        """Reset of the chip: everything stops where it is, memory and latches are lost."""
        for number in range(2 * MACHINES):
            self.set_active(number, False)
        for pin in range(len(self.lines)):
            self.unroute(pin)
        for block in self.blocks:
            block.power_on()
        self._change_plan([])

    def soft_reset(self) -> None:
        """MicroPython's soft reset: machines stop, programs are forgotten, pins stay."""
        for number in range(2 * MACHINES):
            self.set_active(number, False)
        for block in self.blocks:
            block.used = 0

    def _attach_watches(self, machine: Machine) -> None:
        for pin, watch in machine.watches.items():
            self.lines[pin].unlisten(watch)
        machine.watches = {}
        if machine.enabled:
            for pin in self._watched(machine):
                watch = machine.watches[pin] = Watch(self.lines[pin].level(), self.quiet)
                self.lines[pin].listen(watch)

    @staticmethod
    def _watched(machine: Machine) -> set[int]:
        memory = machine.block.memory
        return watched_pins([memory[n] for n in machine.words], machine.config)

    def _order(self) -> Plan:
        """Groups of enabled machines, those that drive a pin before those that watch it."""
        groups = [group for block in self.blocks for group in turn_groups(block)]
        sorter: TopologicalSorter[int] = TopologicalSorter({n: [] for n in range(len(groups))})
        for n, watcher in enumerate(groups):
            seen = sum(1 << pin for pin in {p for m in watcher for p in m.watches})
            for k, driver in enumerate(groups):
                if k != n and any(m.config.driven & m.block.routed & seen for m in driver):
                    sorter.add(n, k)
        try:
            ordered = [groups[n] for n in sorter.static_order()]
        except CycleError:
            raise PioCircularError("state machines wait for each other's pins") from None
        return [(group[0], group if len(group) > 1 else []) for group in ordered]
