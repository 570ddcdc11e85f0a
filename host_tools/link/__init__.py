"""The host's end of the link: one client over any transport."""

from host_tools.link.client import LinkClient
from host_tools.link.clock import ClockOffset, clock_offset
from host_tools.link.errors import (
    BadReplyError,
    KeyRefusedError,
    LinkLostError,
    NoAnswerError,
    OtherPumpError,
    PortError,
    PumpError,
    PumpRestartedError,
    RefusedError,
)
from host_tools.link.keyring import Key, Keyring, KeyringError
from host_tools.link.transport import SerialTransport, SimTransport, Transport, open_transport
from host_tools.link.wire import Seen

__all__ = [
    "BadReplyError",
    "ClockOffset",
    "Key",
    "KeyRefusedError",
    "Keyring",
    "KeyringError",
    "LinkClient",
    "LinkLostError",
    "NoAnswerError",
    "OtherPumpError",
    "PortError",
    "PumpError",
    "PumpRestartedError",
    "RefusedError",
    "Seen",
    "SerialTransport",
    "SimTransport",
    "Transport",
    "clock_offset",
    "open_transport",
]
