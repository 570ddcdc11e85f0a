"""USB serial between host and firmware: everything printed, and paced input.

The emulator answers each armed bulk-OUT endpoint with an empty packet at once; the firmware
arms it again, and a quarter of all instructions is spent in that interrupt.  A real host
sends nothing when it has nothing, and so does this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PUMP_NS = 1_000_000  # one USB frame


class UsbConsole:
    """Host end of the firmware's USB serial port."""

    def __init__(self, mcu: Any, clock: Any, cdc: Any) -> None:
        self.console = bytearray()  # everything the firmware printed since power-on
        self.connections = 0  # times the port was enumerated
        self.on_reset: list[Callable[[], None]] = []  # called at the end of every chip reset
        self._cdc = cdc
        self._queue = bytearray()
        self._armed: tuple[int, int] | None = None
        self._pump_alarm = clock.create_alarm(self._pump)
        self._answer = mcu.usb_ctrl.on_endpoint_read
        self._chip_reset = mcu.usb_ctrl.on_reset
        mcu.usb_ctrl.on_endpoint_read = self._endpoint_armed
        mcu.usb_ctrl.on_reset = self._reset
        cdc.on_serial_data = self.console.extend
        cdc.on_device_connected = self._on_connected

    @property
    def pending(self) -> int:
        """Bytes that the firmware has not yet taken."""
        return len(self._queue) + int(self._cdc.tx_fifo.item_count)

    def send(self, data: bytes) -> None:
        """Queue bytes for the firmware; they enter its port as fast as it takes them."""
        self._queue += data
        self._pump()

    def _pump(self) -> None:
        fifo = self._cdc.tx_fifo
        while self._queue and fifo.item_count < fifo.size:
            self._cdc.send_serial_byte(self._queue.pop(0))
        if self._armed and fifo.item_count:
            armed, self._armed = self._armed, None
            self._answer(*armed)
        if self._queue:
            self._pump_alarm.schedule(_PUMP_NS)

    def _endpoint_armed(self, endpoint: int, size: int) -> None:
        if endpoint == self._cdc._out_endpoint and not self._cdc.tx_fifo.item_count:
            self._armed = (endpoint, size)
        else:
            self._answer(endpoint, size)

    def _on_connected(self) -> None:
        self.connections += 1

    def _reset(self) -> None:
        self._armed = None
        self._queue.clear()  # the host's port is gone and its writes with it
        self._chip_reset()
        for hook in self.on_reset:
            hook()
