"""Who may do what over the link: signatures, roles and enrolment on the whole pump (SEC-1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from host_tools.link import Key, KeyRefusedError, Keyring, RefusedError, SimTransport
from picodose import codes
from tests.scenario.delivery_rig import Rig, const_rx, patient_rx
from tests.scenario.journal_view import active, journal
from tests.unit.link_bench import framed, reply_of
from tests.willing import WillingClient

PATIENT, CLINICIAN, SERVICE = 1, 2, 3
NO_BENCH = "from profiles.therapy_step import *\nBENCH_MODE = 0\n"
NAME = "therapy-step"


def enrolled(tmp_path: Path, role: int = SERVICE, profile: str = "therapy_step") -> Rig:
    """A pump with one key, which this host has."""
    rig = Rig(profile)
    rig.client.keyring = Keyring(tmp_path / "keys.json")
    rig.client.connect()
    rig.pico.press("service", 1_000)
    rig.client.enrol(role)
    rig.run_for(1_500)
    return rig


def signed(rig: Rig, cmd: str, **fields: Any) -> bytes:
    """A request as this host would send it next; nothing is sent."""
    line: bytes = rig.client._encode(cmd, fields)[1]
    return line


def sent(rig: Rig, line: bytes) -> dict[str, Any]:
    """Send a line as it is; the one reply to it."""
    rig.pico.receive()
    rig.pico.send(line)
    rig.run_for(250)
    (reply,) = [reply_of(part) for part in rig.pico.receive().splitlines()]
    return reply


def changed(line: bytes, old: str, new: str) -> bytes:
    """The line with another text in it, and the CRC that belongs to that."""
    body = line[:-10].decode()
    assert old in body
    return framed(body.replace(old, new))


def wrong_key(rig: Rig) -> None:
    """One forged request."""
    line = signed(rig, "start")
    at = line.index(b'"mac":"') + 7
    assert sent(rig, framed(line[:at].decode() + "0" * 32 + '"}'))["code"] == codes.KEY_WRONG


@pytest.mark.req("SEC-1")
def test_a_signed_start_is_accepted_and_an_unsigned_or_forged_one_refused(tmp_path: Path) -> None:
    rig = enrolled(tmp_path)
    rig.client.load(const_rx(100_000))
    forger = WillingClient(SimTransport(rig.pico), keyring=Keyring(tmp_path / "other.json"))
    forger.connect()
    with pytest.raises(KeyRefusedError) as unsigned:
        forger.request("start")
    assert unsigned.value.code == codes.KEY_NEEDED
    forger._key = Key(1, SERVICE, b"not the secret of the pump......")
    with pytest.raises(KeyRefusedError) as forged:
        forger.request("start")
    assert forged.value.code == codes.KEY_WRONG
    assert rig.status()["state"] == "stopped"
    rig.client.request("start")
    assert rig.status()["state"] == "running", "and the failures ended nobody's session"


@pytest.mark.req("SEC-1")
def test_replayed_reordered_rekeyed_and_truncated_requests_act_no_second_time(
    tmp_path: Path,
) -> None:
    rig = enrolled(tmp_path)
    rig.client.load(const_rx(100_000))
    late, line = signed(rig, "battery"), signed(rig, "start")
    for old, new, code in (
        ('"key":1', '"key":2', codes.KEY_WRONG),
        ('"id":', '"id":1', codes.KEY_WRONG),
        ("start", "sound_test", codes.KEY_WRONG),
        (line[line.index(b',"mac"') : -10].decode(), "}", codes.KEY_NEEDED),
    ):
        assert sent(rig, changed(line, old, new))["code"] == code, new
    assert sent(rig, line[:-12] + line[-10:])["code"] == codes.LINK_CRC
    assert rig.status()["state"] == "stopped"
    done = sent(rig, line)
    rig.stop()
    assert sent(rig, line) == done, "the very same line: the very same reply"
    assert sent(rig, late)["code"] == codes.LINK_ID, "it comes after one that was sent later"
    rig.client.connect()
    assert sent(rig, line) == done
    assert rig.status()["state"] == "stopped"


@pytest.mark.req("SEC-1")
def test_what_was_signed_for_an_earlier_session_or_boot_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = enrolled(tmp_path)
    monkeypatch.setattr(rig.pico, "random_bytes", bytes)  # an emulator's noise
    rig.client.load(const_rx(100_000))
    kept = signed(rig, "start")
    rig.run_for(11_000)
    rig.client.connect()
    assert sent(rig, kept)["code"] == codes.KEY_WRONG
    kept = signed(rig, "start")
    rig.power_cut()
    assert sent(rig, kept)["code"] == codes.KEY_WRONG
    assert rig.status()["state"] == "stopped"
    rig.client.request("start")


@pytest.mark.req("SEC-1", "ALM-4")
def test_after_five_wrong_keys_stop_status_and_the_patient_go_on(tmp_path: Path) -> None:
    rig = enrolled(tmp_path)
    rig.client.load(patient_rx(100_000, [500, 60_000, 60_000, 4]))
    rig.client.request("start")
    for _ in range(5):
        wrong_key(rig)
    assert active(rig) == [codes.AL_KEY_FAILURES]
    with pytest.raises(KeyRefusedError) as paused:
        rig.client.request("cancel")
    assert paused.value.code == codes.KEY_PAUSED
    rig.pico.press("patient", 200)
    rig.run_for(5_000)
    assert rig.status()["bolus_nl"] > 0
    rig.client.stop()
    assert rig.status()["state"] == "stopped"
    rig.client.request("ack", code=codes.AL_KEY_FAILURES)
    rig.run_for(60_000)
    rig.client.request("start")
    assert active(rig) == [] and rig.status()["state"] == "running"


@pytest.mark.req("SEC-1")
def test_without_key_and_bench_mode_only_reading_stop_ack_and_enrol_are_answered(
    tmp_path: Path,
) -> None:
    rig = Rig(NO_BENCH)
    rig.client.keyring = Keyring(tmp_path / "keys.json")
    assert (rig.client.connect()["bench"], rig.status()["bench"]) == (0, 0)
    for command, fields in (
        ("start", {}),
        ("patient_bolus", {}),
        ("clock", {"wall_s": 850_000_000}),
        ("stage_end", {}),
        ("maintenance", {}),
    ):
        with pytest.raises(KeyRefusedError) as refused:
            rig.client.request(command, **fields)
        assert refused.value.code == codes.KEY_NONE, command
    with pytest.raises(RefusedError) as nothing:
        rig.client.request("ack", code=codes.AL_EMPTY)
    assert nothing.value.code == codes.RANGE
    list(rig.client.log(0))
    rig.client.stop()
    with pytest.raises(KeyRefusedError) as refused:
        rig.client.enrol(CLINICIAN)
    assert refused.value.code == codes.KEY_BUTTON
    rig.pico.press("service", 1_000)
    rig.client.enrol(CLINICIAN)
    rig.client.load(const_rx(100_000))
    rig.power_cut()
    rig.client.request("start")
    assert rig.client.keys() == [(1, CLINICIAN)]


@pytest.mark.req("SEC-1", "THER-4")
def test_a_patient_s_key_starts_primes_and_calibrates_nothing(tmp_path: Path) -> None:
    rig = enrolled(tmp_path, PATIENT)
    for command, fields in (
        ("start", {}),
        ("prime", {"amount_nl": 1_000}),
        ("calibrate_run", {"amount_nl": 1_000, "rate_nl_h": 1_000_000}),
        ("key_remove", {"which": 1}),
        ("maintenance", {}),
    ):
        with pytest.raises(KeyRefusedError) as refused:
            rig.client.request(command, **fields)
        assert refused.value.code == codes.KEY_ROLE, command
    with pytest.raises(RefusedError) as nothing:
        rig.client.request("cancel")
    assert nothing.value.code == codes.NO_BOLUS


@pytest.mark.req("THER-4")
def test_a_signed_prime_ends_when_its_host_falls_silent(tmp_path: Path) -> None:
    rig = enrolled(tmp_path, CLINICIAN)
    rig.client.request("prime", amount_nl=400_000)
    rig.run_for(1_500)
    assert rig.client.request("status", page=0)["state"] == "priming"
    rig.run_for(2_200)
    assert rig.client.request("status", page=0)["state"] == "stopped"


@pytest.mark.req("THER-11", "SEC-1")
def test_the_journal_tells_whose_key_ordered_a_bolus_before_its_first_step(
    tmp_path: Path,
) -> None:
    rig = enrolled(tmp_path)
    rig.pico.press("service", 1_000)
    second = rig.client.enrol(CLINICIAN)
    rig.run_for(1_500)
    rig.client.bolus(500, 60_000)
    rig.power_cut()
    entries = journal(rig)
    (at,) = [n for n, entry in enumerate(entries) if entry.kind == codes.EV_BOLUS_BEGIN]
    who = entries[at - 1]
    assert (who.kind, who.a) == (codes.EV_KEY, second.number)
    assert who.b == rig.client.connect()["last_id"]


@pytest.mark.req("THER-12", "SEC-1")
def test_a_decommissioned_pump_has_no_byte_of_a_key_in_flash(tmp_path: Path) -> None:
    rig = enrolled(tmp_path, profile=NO_BENCH)
    key = rig.client._key
    assert key and key.secret in rig.pico.flash_image()
    rig.client.decommission(NAME)
    rig.run_for(120_000)
    assert rig.client.connect()["keys"] == ""
    image = rig.pico.flash_image()
    assert [n for n in range(25) if key.secret[n : n + 8] in image] == []
    rig.power_cut()
    with pytest.raises(KeyRefusedError):
        rig.client.request("commission", name=NAME)
    rig.pico.press("service", 1_000)
    rig.client.enrol(CLINICIAN)
    rig.client.request("commission", name=NAME)
    assert rig.status()["state"] == "stopped"


@pytest.mark.req("SEC-1")
def test_maintenance_stops_the_pump_and_opens_the_prompt_which_keys_close(
    tmp_path: Path,
) -> None:
    rig = enrolled(tmp_path)
    rig.client.load(const_rx(100_000))
    rig.client.request("start")
    boots = rig.pico.boots
    rig.pico.send(b"\x03")
    rig.run_for(1_000)
    assert (rig.pico.boots, rig.status()["state"]) == (boots, "running")
    assert rig.client.maintenance()["state"] == 0
    rig.run_for(2_000)
    assert rig.pico.boots == boots + 1 and rig.pico.at_repl
    assert b"maintenance" in rig.pico.console
    rig.power_cut()
    assert rig.status()["state"] == "stopped"
    kinds = [entry.kind for entry in journal(rig)]
    assert codes.EV_MAINTENANCE in kinds
    rig.client.remove_key(1)
    rig.pico.send(b"\x03")
    rig.run_for(2_000)
    assert rig.pico.at_repl, "without a key Ctrl-C leads to maintenance as well"
