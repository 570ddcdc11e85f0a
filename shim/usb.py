"""The USB serial port as MicroPython's firmware serves it: a 512-byte input ring, a full pipe out.

The host may be absent (output is thrown away, never blocks), reading (output leaves at once) or
connected without reading: then 256 bytes fit, after which each write waits 500 ms and drops.
"""

from __future__ import annotations

from collections.abc import Callable

from shim.clock import NS_PER_MS
from shim.cpu import Cpu

INPUT_RING_BYTES = 512
"""ports/rp2/mphalport.c; 511 usable, as its ring keeps one slot free."""

OUTPUT_FIFO_BYTES = 256
STALL_NS = 500 * NS_PER_MS
"""MICROPY_HW_USB_CDC_TX_TIMEOUT."""

CTRL_C = 3


class UsbPort:
    """One CDC port between the device and its host."""

    def __init__(self) -> None:
        self.connected = True
        self.reading = True
        self.attached = False
        self.interrupt_char = CTRL_C
        self.console = bytearray()
        self.on_input: Callable[[], None] = lambda: None
        self.on_interrupt: Callable[[], None] = lambda: None
        self.ring = bytearray()
        self._waiting_in = bytearray()
        self._takes: int | None = None  # so many bytes more, None: all that come
        self._fifo = bytearray()
        self._received = bytearray()

    # ------------------------------------------------------------------ host side

    def send(self, data: bytes) -> None:
        """The host writes; what does not fit the ring waits on the host's side (USB NAKs).

        Between a hard reset and the firmware's start the port is away (`attached` is False) and
        what is sent is lost. Raises ConnectionError after disconnect().
        """
        if not self.connected:
            raise ConnectionError("no host is connected")
        if self.attached:
            self._waiting_in += data
            self._fill_ring()

    def receive(self) -> bytes:
        """The host takes what came since the last call."""
        data = bytes(self._received)
        self._received.clear()
        return data

    def connect(self) -> None:
        """Plug in; the host reads."""
        self.connected = True
        self.resume_reading()

    def disconnect(self) -> None:
        """Unplug: what was under way on either side is lost."""
        self.connected = False
        self._waiting_in.clear()
        self._fifo.clear()

    def stop_reading(self, after: int = 0) -> None:
        """The host stays connected and reads no more, or only so many bytes more."""
        self._takes = after
        self.reading = after > 0

    def resume_reading(self) -> None:
        """The host reads again, what waited first."""
        self.reading, self._takes = True, None
        self._drain()

    # ------------------------------------------------------------------ device side

    def reset(self) -> None:
        """The device lost its power or was reset: the port is away, its buffers are empty."""
        self.attached = False
        self.ring.clear()
        self._fifo.clear()
        self._waiting_in.clear()
        self.interrupt_char = CTRL_C

    def readable(self) -> bool:
        """True when a byte waits in the ring."""
        return bool(self.ring)

    def writable(self) -> bool:
        """True when a byte can be written without waiting."""
        return len(self._fifo) < OUTPUT_FIFO_BYTES or not self.connected or self.reading

    def read(self, count: int) -> bytes:
        """Take up to `count` bytes out of the ring, without waiting."""
        data = bytes(self.ring[:count])
        del self.ring[:count]
        self._fill_ring()
        return data

    def write(self, data: bytes, cpu: Cpu | None) -> int:
        """Print; waits (virtual) time on `cpu` while a connected host does not read.

        Returns the number of bytes that left or were thrown away for want of a host.
        """
        self.console += data
        if not self.connected or self.reading:
            self._fifo += data
            self._drain()
            return len(data)
        return self._write_to_deaf_host(data, cpu)

    def _write_to_deaf_host(self, data: bytes, cpu: Cpu | None) -> int:
        done = 0
        while done < len(data):
            room = OUTPUT_FIFO_BYTES - len(self._fifo)
            if room <= 0:
                if cpu is not None:
                    self._wait_for_room(cpu)
                room = OUTPUT_FIFO_BYTES - len(self._fifo)
                if room <= 0:
                    return done
            self._fifo += data[done : done + room]
            done += room
            self._drain()
        return min(done, len(data))

    def _wait_for_room(self, cpu: Cpu) -> None:
        end_ns = cpu.clock.now_ns + STALL_NS
        while not self.writable() and cpu.clock.now_ns < end_ns:
            cpu.sleep_until(min(end_ns, cpu.clock.now_ns + NS_PER_MS))

    def _drain(self) -> None:
        if not self.connected:
            self._fifo.clear()
        elif self.reading:
            taken = self._fifo[: self._takes]
            self._received += taken
            del self._fifo[: len(taken)]
            if self._takes is not None:
                self._takes -= len(taken)
                self.reading = self._takes > 0

    def _fill_ring(self) -> None:
        while self._waiting_in and len(self.ring) < INPUT_RING_BYTES - 1:
            byte = self._waiting_in[0]
            del self._waiting_in[0]
            if byte == self.interrupt_char:
                self.ring.clear()
                self.on_interrupt()
            else:
                self.ring.append(byte)
        if self.ring:
            self.on_input()
