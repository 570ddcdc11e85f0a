"""Prescriptions that this host has sent, by digest: the pump tells the digest of what is in force,
and its own bytes are found again here.
"""

from __future__ import annotations

from binascii import crc32

from host_tools.cli import state
from host_tools.cli.desk import Pump
from host_tools.rx.read import Plan, limits_of
from picodose.codes import Refused
from picodose.therapy import prescription
from picodose.therapy.limits import Limits


def profile_of(pump: Pump) -> str:
    """The file in device/profiles that this pump runs, as it says itself."""
    return str(pump.hello["profile"]).replace("-", "_")


def limits_for(pump: Pump) -> Limits:
    """The limits of this pump's profile."""
    return limits_of(profile_of(pump))


def keep(plan: Plan) -> None:
    """Remember a plan that was committed."""
    folder = state.folder() / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{plan.rx.digest:08x}.json").write_bytes(plan.raw)


def find(digest: int, limits: Limits) -> Plan | None:
    """The plan of that digest, None where this host has not sent it."""
    file = state.folder() / "programs" / f"{digest:08x}.json"
    try:
        raw = file.read_bytes()
        if crc32(raw) == digest:
            return Plan("present", raw, prescription.parse(raw, limits))
    except (OSError, Refused):
        pass
    return None
