"""Who may do what over the link: signatures, roles and enrolment on the whole pump (SEC-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_tools.link import KeyRefusedError, Keyring, SimTransport
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx
from tests.willing import WillingClient

PATIENT, CLINICIAN, SERVICE = 1, 2, 3


def enrolled(tmp_path: Path, role: int = SERVICE) -> Rig:
    """A pump with one key, which this host has."""
    rig = Rig()
    rig.client.keyring = Keyring(tmp_path / "keys.json")
    rig.client.connect()
    rig.pico.press("service", 1_000)
    rig.client.enrol(role)
    rig.run_for(1_500)
    return rig


def stranger(rig: Rig) -> WillingClient:
    """Another host, without the key."""
    return WillingClient(SimTransport(rig.pico))


@pytest.mark.req("SEC-1")
def test_a_signed_start_is_accepted_and_an_unsigned_or_forged_one_refused(tmp_path: Path) -> None:
    rig = enrolled(tmp_path)
    rig.client.load(const_rx(100_000))
    forger = WillingClient(SimTransport(rig.pico), keyring=Keyring(tmp_path / "other.json"))
    forger.connect()
    with pytest.raises(KeyRefusedError) as unsigned:
        forger.request("start")
    assert unsigned.value.code == codes.KEY_NEEDED
    assert rig.status()["state"] == "stopped"
    rig.client.request("start")
    assert rig.status()["state"] == "running"
