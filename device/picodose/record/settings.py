"""The committed prescription and what it was committed under, as one settings payload."""

import struct

from micropython import const

from picodose.codes import MemoryFault

_HEAD = "<BxH16sIIII"  # version, prescription length, profile, calibration, times
_HEAD_BYTES = const(36)
_VERSION = const(1)


class Settings:
    """profile: id of the pump profile (at most 16 ASCII bytes); nl_num / steps_den: the exact
    calibration in force (nL per steps); calibrated_s, loaded_s: wall seconds, 0xFFFFFFFF unknown;
    rx_raw: canonical prescription bytes, empty while none was ever committed.
    """

    def __init__(
        self,
        profile: bytes,
        nl_num: int,
        steps_den: int,
        calibrated_s: int,
        loaded_s: int,
        rx_raw: bytes,
    ) -> None:
        self.profile = profile
        self.nl_num = nl_num
        self.steps_den = steps_den
        self.calibrated_s = calibrated_s
        self.loaded_s = loaded_s
        self.rx_raw = rx_raw

    def pack(self) -> bytes:
        """Encode for a slot; raises ValueError if the profile's id is too long."""
        if len(self.profile) > 16:
            raise ValueError("profile id")
        return (
            struct.pack(
                _HEAD,
                _VERSION,
                len(self.rx_raw),
                self.profile,
                self.nl_num,
                self.steps_den,
                self.calibrated_s,
                self.loaded_s,
            )
            + self.rx_raw
        )


def unpack(payload: bytes) -> Settings:
    """Decode a settings payload; raise MemoryFault if it is of another version or length."""
    if len(payload) < _HEAD_BYTES or payload[0] != _VERSION:
        raise MemoryFault("settings version")
    _version, length, profile, nl_num, steps_den, calibrated_s, loaded_s = struct.unpack(
        _HEAD, payload[:_HEAD_BYTES]
    )
    if len(payload) != _HEAD_BYTES + length:
        raise MemoryFault("settings length")
    return Settings(
        profile.rstrip(b"\0"), nl_num, steps_den, calibrated_s, loaded_s, payload[_HEAD_BYTES:]
    )
