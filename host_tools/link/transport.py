"""Ways to carry bytes to a pump, each with its own time.

A transport over a wire lives in real time; one over a simulated world lives in the world's
virtual time, so a time-out there costs no waiting and is the same on every run.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

import serial
from serial.tools import list_ports

from host_tools.link.errors import KEEPS_ON, LinkLostError, PortError


class Transport(Protocol):
    """Bytes to and from one pump."""

    name: str

    def now_ns(self) -> int:
        """The transport's own time in nanoseconds."""

    def write(self, data: bytes) -> None:
        """Send all of `data`; raises LinkLostError."""

    def read(self, wait_ns: int) -> bytes:
        """Return what has come, after at most `wait_ns` of the transport's time."""

    def close(self) -> None:
        """Let the port go."""

    def reopen(self) -> bool:
        """Try to open the port again, wherever the same device is now; False: not there yet."""

    def wait(self, span_s: float) -> None:
        """Let so much of the transport's time pass, with the port open or not."""


class World(Protocol):
    """The part of a simulated world (shim/world.py) that carries bytes."""

    @property
    def now_ns(self) -> int: ...
    def run_for(self, ms: float) -> None: ...
    def send(self, data: bytes) -> None: ...
    def receive(self) -> bytes: ...


class SerialTransport:
    """A real port, or any URL of pyserial: /dev/ttyACM0, COM5, socket://localhost:4000."""

    def __init__(self, url: str, **options: Any) -> None:
        self.name = url
        self._options = options
        self._identity = usb_serial(url)
        try:
            self._port = self._opened()
        except (OSError, ValueError) as problem:
            raise _not_opened(url, problem) from problem

    def now_ns(self) -> int:
        """Real time from an arbitrary start."""
        return time.monotonic_ns()

    def write(self, data: bytes) -> None:
        """Send all of `data`; raises LinkLostError."""
        try:
            self._port.write(data)
        except OSError as problem:
            raise _lost(self.name, problem) from problem

    def read(self, wait_ns: int) -> bytes:
        """Return as soon as a byte has come, with all that is there then."""
        try:
            self._port.timeout = wait_ns / 1e9
            first: bytes = self._port.read(1)
            self._port.timeout = 0
            return first + bytes(self._port.read(4096)) if first else b""
        except OSError as problem:
            raise _lost(self.name, problem) from problem

    def close(self) -> None:
        """Let the port go."""
        self._port.close()

    def reopen(self) -> bool:
        """Open the port of the device with the same USB serial number, else the same port."""
        self.close()
        if self._identity:
            same = [
                one.device for one in list_ports.comports() if one.serial_number == self._identity
            ]
            self.name = same[0] if same else self.name
        try:
            self._port = self._opened()
        except (OSError, ValueError):
            return False
        return True

    def wait(self, span_s: float) -> None:
        """Sleep."""
        time.sleep(span_s)

    def _opened(self) -> Any:
        return serial.serial_for_url(self.name, timeout=0, write_timeout=2, **self._options)


class SimTransport:
    """A pump in this process: waiting means letting its world run."""

    STEP_MS = 1.0

    def __init__(self, world: World, name: str = "sim:") -> None:
        self.name = name
        self._world = world

    def now_ns(self) -> int:
        """Virtual time since the world began."""
        return self._world.now_ns

    def write(self, data: bytes) -> None:
        """Put bytes on the virtual wire; raises LinkLostError when it is out."""
        try:
            self._world.send(data)
        except ConnectionError as problem:
            raise _lost(self.name, problem) from problem

    def read(self, wait_ns: int) -> bytes:
        """Let the world run until it says something, or for `wait_ns` of virtual time."""
        end_ns = self._world.now_ns + wait_ns
        data = self._world.receive()
        while not data and self._world.now_ns < end_ns:
            self._world.run_for(min(self.STEP_MS, (end_ns - self._world.now_ns) / 1e6))
            data = self._world.receive()
        return data

    def close(self) -> None:
        """Nothing to let go: the world belongs to whoever made it."""

    def reopen(self) -> bool:
        """Whether the virtual cable is in."""
        try:
            self._world.send(b"")
        except ConnectionError:
            return False
        return True

    def wait(self, span_s: float) -> None:
        """Let the world run."""
        self._world.run_for(span_s * 1000)


def usb_serial(url: str) -> str | None:
    """The serial number of the USB device that has this port, None where it tells none."""
    return next((one.serial_number for one in list_ports.comports() if one.device == url), None)


def open_transport(url: str) -> SerialTransport:
    """Open a real port or a socket:// URL; raises PortError."""
    return SerialTransport(url)


def _lost(name: str, problem: OSError) -> LinkLostError:
    return LinkLostError(
        f"the connection {name} broke ({problem})",
        safe=KEEPS_ON,
        cause="the cable was pulled, or the pump restarted",
        command="plug it in again and repeat the command",
    )


def _not_opened(url: str, problem: Exception) -> PortError:
    number = getattr(problem, "errno", None)
    text = str(problem).lower()
    if number == 13 or "permission" in text:
        cause = "this user may not use the port"
        command = "sudo usermod -a -G dialout $USER, then log in anew"
    elif number == 16 or "busy" in text or "lock" in text:
        cause, command = "another program holds the port", f"fuser {url}, and end what it names"
    elif url.startswith("socket://"):
        cause, command = "no virtual pump is listening there", "make sim"
    else:
        cause, command = "nothing is plugged in there", "python -m serial.tools.list_ports -v"
    return PortError(
        f"the port {url} cannot be opened ({problem})",
        safe="Nothing was sent; a running pump goes on by itself.",
        cause=cause,
        command=command,
    )
