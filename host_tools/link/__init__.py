"""The host's end of the link: one client over any transport."""

from host_tools.link.client import LinkClient
from host_tools.link.clock import ClockOffset, clock_offset
from host_tools.link.errors import (
    BadReplyError,
    LinkLostError,
    NoAnswerError,
    PortError,
    PumpError,
    PumpRestartedError,
    RefusedError,
)
from host_tools.link.transport import SerialTransport, SimTransport, Transport, open_transport

__all__ = [
    "BadReplyError",
    "ClockOffset",
    "LinkClient",
    "LinkLostError",
    "NoAnswerError",
    "PortError",
    "PumpError",
    "PumpRestartedError",
    "RefusedError",
    "SerialTransport",
    "SimTransport",
    "Transport",
    "clock_offset",
    "open_transport",
]
