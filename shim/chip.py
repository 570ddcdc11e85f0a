"""The parts of the RP2040 that outlive a program: watchdog, scratch registers, reset cause, RTC.

Invariant: the scratch registers survive every reset but power-on and the RUN pin, as on silicon.
"""

from __future__ import annotations

from collections.abc import Callable

from shim.clock import NS_PER_MS, NS_PER_S, Alarm, VirtualClock
from shim.errors import NotModelled

WATCHDOG_REASON = 0x4005_8008
WATCHDOG_SCRATCH = 0x4005_800C
CHIP_RESET = 0x4006_4008
TIMER_RAWH = 0x4005_4024
TIMER_RAWL = 0x4005_4028
ENABLED_MARK = 0x6AB7_3121
"""What the SDK's watchdog_enable leaves in scratch 4; its reboot leaves 0 there."""

ALIAS_MASK = 0x3000
APB_START = 0x4000_0000
WORD = 0xFFFF_FFFF

REASON_TIMER = 1
REASON_FORCED = 2
HAD_POWER_ON = 1 << 8
HAD_RUN_PIN = 1 << 16

EPOCH_2021_S = 1_609_459_200
"""2021-01-01 in seconds since 1970: what the clock says after every hard reset."""

WATCHDOG_MAX_MS = 8388
"""24-bit counter that erratum RP2040-E1 makes count double: (2**24 - 1) / 2 / 1000 ms."""

Reader = Callable[[], int]
Writer = Callable[[int], None]


class Registers:
    """Memory-mapped registers that have a model; every other address raises NotModelled."""

    def __init__(self) -> None:
        self._map: dict[int, tuple[Reader, Writer]] = {}

    def add(self, address: int, read: Reader, write: Writer | None = None) -> None:
        """Give `address` a model."""

        def refuse(_value: int) -> None:
            raise NotModelled(f"register 0x{address:08x} has no model of a write")

        self._map[address] = (read, write or refuse)

    def read(self, address: int) -> int:
        """The 32-bit word at `address`."""
        return self._find(address)[0]() & WORD

    def write(self, address: int, value: int) -> None:
        """Write a word; addresses + 0x1000, 0x2000, 0x3000 flip, set and clear bits."""
        known = self._map.get(address)
        if known is not None:
            known[1](value & WORD)
            return
        alias = address & ALIAS_MASK if address >= APB_START else 0
        read, writer = self._find(address - alias)
        value &= WORD
        if alias == 0x1000:
            value ^= read()
        elif alias == 0x2000:
            value |= read()
        elif alias == 0x3000:
            value = read() & ~value
        writer(value & WORD)

    def _find(self, address: int) -> tuple[Reader, Writer]:
        if address not in self._map:
            raise NotModelled(f"register 0x{address:08x} has no model")
        return self._map[address]


class Watchdog:
    """The watchdog timer: once started it cannot be stopped, only fed."""

    def __init__(self, clock: VirtualClock, bite: Callable[[], None]) -> None:
        self._clock = clock
        self._bite = bite
        self._alarm: Alarm | None = None
        self._deadline_ns = 0
        self._timeout_ns = 0

    @property
    def running(self) -> bool:
        """True from the first start until a reset of the chip."""
        return self._alarm is not None

    def start(self, timeout_ms: int) -> None:
        """Start, or start again with another timeout (ms)."""
        self.stop()
        self._timeout_ns = timeout_ms * NS_PER_MS
        self.feed()
        self._book()

    def feed(self) -> None:
        """Begin the timeout anew."""
        self._deadline_ns = self._clock.now_ns + self._timeout_ns

    def stop(self) -> None:
        """Only a reset of the chip does this."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None

    def _book(self) -> None:
        self._alarm = self._clock.at(self._deadline_ns, self._expire)

    def _expire(self) -> None:
        if self._clock.now_ns < self._deadline_ns:
            self._book()
            return
        self._alarm = None
        self._bite()


class Chip:
    """Reset logic, scratch registers, watchdog, RTC and the register map of one RP2040."""

    def __init__(self, clock: VirtualClock, bite: Callable[[], None]) -> None:
        self._clock = clock
        self.watchdog = Watchdog(clock, bite)
        self.scratch = [0] * 8
        self.reason = 0
        self.reset_flags = HAD_POWER_ON
        self.start_ns = 0
        self.rtc_offset_ns = 0
        self.registers = Registers()
        self._map_registers()

    def _map_registers(self) -> None:
        add = self.registers.add
        add(WATCHDOG_REASON, lambda: self.reason)
        add(CHIP_RESET, lambda: self.reset_flags)
        add(TIMER_RAWH, lambda: self.timer_us() >> 32)
        add(TIMER_RAWL, lambda: self.timer_us())
        for k in range(len(self.scratch)):
            add(WATCHDOG_SCRATCH + 4 * k, self._scratch_reader(k), self._scratch_writer(k))

    def _scratch_reader(self, k: int) -> Reader:
        return lambda: self.scratch[k]

    def _scratch_writer(self, k: int) -> Writer:
        def write(value: int) -> None:
            self.scratch[k] = value

        return write

    def start_watchdog(self, timeout_ms: int) -> None:
        """What the SDK's watchdog_enable does."""
        self.scratch[4] = ENABLED_MARK
        self.watchdog.start(timeout_ms)

    def timer_us(self) -> int:
        """Microseconds since the chip's timer was reset."""
        return (self._clock.now_ns - self.start_ns) // 1000

    def reset(self, kind: str) -> None:
        """Bring the registers to what a reset of `kind` leaves.

        "power" and "run_pin" clear the scratch registers; "watchdog" and "forced" (machine.reset)
        keep them. All stop the watchdog, restart the timer and put the RTC to 2021.
        """
        self.watchdog.stop()
        self.start_ns = self._clock.now_ns
        self.rtc_offset_ns = EPOCH_2021_S * NS_PER_S - self._clock.now_ns
        self.reason = {"watchdog": REASON_TIMER, "forced": REASON_FORCED}.get(kind, 0)
        if kind == "forced":
            self.scratch[4] = 0
        if kind in ("power", "run_pin"):
            self.scratch[:] = [0] * 8
            self.reset_flags = HAD_POWER_ON if kind == "power" else HAD_RUN_PIN

    def wall_ns(self) -> int:
        """The RTC in nanoseconds since 1970."""
        return self._clock.now_ns + self.rtc_offset_ns

    def set_wall_s(self, wall_s: int) -> None:
        """Set the RTC to whole seconds since 1970."""
        self.rtc_offset_ns = wall_s * NS_PER_S - self._clock.now_ns
