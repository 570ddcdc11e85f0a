"""What was committed: prescription, calibration with its raw points, and the present fill of the
reservoir. One payload: whatever changes, changes in one slot write.
"""

import struct

from micropython import const

from picodose.codes import MemoryFault
from picodose.record import fill as fills
from picodose.record import past as pasts

UNKNOWN_S = 0xFFFFFFFF
_HEAD = "<BxHHH16sIIII64s"  # version, lengths of prescription, calibration and fill; the rest
_HEAD_BYTES = const(104)
# A shorter file would lie in the folder's own blocks, where no erasing of free flash reaches what
# was deleted (THER-12): littlefs keeps files up to an eighth of a block there.
_LEAST_BYTES = const(600)
_VERSION = const(2)


class Settings:
    """profile: id of the pump profile (at most 16 ASCII bytes); nl_num / steps_den: the exact
    calibration in force (nL per steps); calibrated_s, loaded_s: wall seconds, UNKNOWN_S while not
    known; rx_raw: canonical prescription bytes, cal_raw: canonical calibration bytes, each empty
    while there is none; fill: record/fill.py; past: rows of record/past.py.
    """

    def __init__(
        self,
        profile: bytes,
        nl_num: int,
        steps_den: int,
        fill: "fills.Fill",
        calibrated_s: int = UNKNOWN_S,
        loaded_s: int = UNKNOWN_S,
        rx_raw: bytes = b"",
        cal_raw: bytes = b"",
        past: tuple = (),
    ) -> None:
        self.profile = profile
        self.nl_num = nl_num
        self.steps_den = steps_den
        self.fill = fill
        self.calibrated_s = calibrated_s
        self.loaded_s = loaded_s
        self.rx_raw = rx_raw
        self.cal_raw = cal_raw
        self.past = past

    def changed(
        self, rx_raw: "bytes | None" = None, fill=None, past: "tuple | None" = None
    ) -> "Settings":
        """A copy with another prescription and what ran before it, or with another fill."""
        return Settings(
            self.profile,
            self.nl_num,
            self.steps_den,
            fill or self.fill,
            self.calibrated_s,
            self.loaded_s,
            self.rx_raw if rx_raw is None else rx_raw,
            self.cal_raw,
            self.past if past is None else past,
        )

    def calibrated(
        self, nl_num: int, steps_den: int, at_s: int, cal_raw: bytes, steps: int
    ) -> "Settings":
        """A copy with another ratio; `steps` in all were counted in the old one. at_s UNKNOWN_S:
        a nominal ratio, which somebody accepted if there is cal_raw.
        """
        fill = self.fill.revalued(steps, self.nl_num, self.steps_den)
        copy = Settings(self.profile, nl_num, steps_den, fill, at_s, self.loaded_s, self.rx_raw)
        copy.cal_raw, copy.past = cal_raw, self.past
        return copy

    def under(self, profile: bytes, nl_num: int, steps_den: int, steps: int) -> "Settings":
        """These settings, or what is left of them under another profile or nominal ratio.

        What was counted (`steps` in all) keeps its value. A calibration outlives a new nominal
        ratio; calibration and prescription of another pump end, and those by an accepted nominal
        ratio that is another now.
        """
        same_pump = self.profile == profile
        nominal = self.calibrated_s == UNKNOWN_S
        if same_pump and (not nominal or (self.nl_num, self.steps_den) == (nl_num, steps_den)):
            return self
        left = self.calibrated(nl_num, steps_den, UNKNOWN_S, b"", steps)
        left.profile = profile
        left.rx_raw = self.rx_raw if same_pump and not self.cal_raw else b""
        return left

    def pack(self) -> bytes:
        """Encode for a slot; raises ValueError if the profile's id is too long."""
        if len(self.profile) > 16:
            raise ValueError("profile id")
        fill = self.fill.pack()
        head = struct.pack(
            _HEAD,
            _VERSION,
            len(self.rx_raw),
            len(self.cal_raw),
            len(fill),
            self.profile,
            self.nl_num,
            self.steps_den,
            self.calibrated_s,
            self.loaded_s,
            pasts.pack(self.past),
        )
        payload = head + self.rx_raw + self.cal_raw + fill
        return payload + bytes(max(_LEAST_BYTES - len(payload), 0))


def unpack(payload: bytes) -> Settings:
    """Decode a settings payload; raise MemoryFault if it is of another version or length."""
    if len(payload) < _HEAD_BYTES or payload[0] != _VERSION:
        raise MemoryFault("settings version")
    head = struct.unpack(_HEAD, payload[:_HEAD_BYTES])
    _version, rx, cal, fill, profile, nl_num, steps_den, calibrated_s, loaded_s, past = head
    cal_at = _HEAD_BYTES + rx
    fill_at = cal_at + cal
    if len(payload) != max(fill_at + fill, _LEAST_BYTES):
        raise MemoryFault("settings length")
    return Settings(
        profile.rstrip(b"\0"),
        nl_num,
        steps_den,
        fills.unpack(payload[fill_at : fill_at + fill]),
        calibrated_s,
        loaded_s,
        payload[_HEAD_BYTES:cal_at],
        payload[cal_at:fill_at],
        pasts.unpack(past),
    )
