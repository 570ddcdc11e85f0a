"""Keys without a pump: what is signed, who may do what, and wrong signatures (SEC-1)."""

from __future__ import annotations

import hmac
from types import SimpleNamespace as Facts
from typing import Any

import pytest

from host_tools.link.keyring import Key
from host_tools.link.table import rows
from picodose import codes
from picodose.link import keys as device
from picodose.link.keys import Keys

SECRETS = {number: bytes([number]) * 32 for number in range(1, 9)}
PATIENT, CLINICIAN, SERVICE = 1, 2, 3


class Slots:
    """A file that holds what was saved last; `broken`: it cannot be read."""

    def __init__(self) -> None:
        self.payload = b""
        self.broken = False

    def exists(self) -> bool:
        return bool(self.payload)

    def load(self) -> bytes:
        if self.broken:
            raise codes.MemoryFault("keys")
        return self.payload

    def save(self, payload: bytes) -> None:
        self.payload = payload

    def remove(self) -> None:
        self.payload = b""


class Desk:
    """Keys, what is around them, and a host that signs."""

    def __init__(self, roles: dict[int, int] | None = None, bench: int = 1) -> None:
        self.slots, self.told = Slots(), list[tuple[Any, ...]]()
        self.held, self.closed = True, False
        button = Facts(pressed=lambda: self.held)
        self.parts = Facts(
            profile=Facts(BENCH_MODE=bench),
            buttons=(None, button),
            noise=lambda: bytes(16),
            accounts=Facts(boot=1, record=Facts(seq30=7)),
            alerts=Facts(raise_=lambda *facts: self.told.append(("alarm", *facts))),
            journal=Facts(event=lambda *facts: self.told.append(facts)),
            ctrl_c=lambda allowed: setattr(self, "closed", not allowed),
        )
        self.boot()
        for number, role in (roles or {}).items():
            assert self.keys.enrol(role, SECRETS[number].hex()) == [("which", number)]

    def boot(self) -> None:
        self.keys = Keys(self.slots, self.parts)
        self.now_ms = 1_000
        self.challenge = bytes.fromhex(self.keys.greet(self.now_ms))

    def ask(self, role: int, key: int, body: str = '{"id":7,"cmd":"start"', **wrong: Any) -> int:
        """Sign and ask; wrong: secret, mac or challenge to take instead of the right one.
        Returns 0 or the code of the refusal.
        """
        secret = wrong.get("secret", SECRETS.get(key, b"").ljust(32, b"\0"))
        signed = f'{body},"key":{key}'
        mac = Key(key, role, secret).mac(wrong.get("challenge", self.challenge), signed)
        mac = wrong.get("mac", mac)
        try:
            whole = f'{signed},"mac":"{mac}"}}'
            assert self.keys.permit(role, key, mac, whole, self.now_ms) == key
        except codes.Refused as refused:
            return int(refused.code)
        return 0


@pytest.mark.req("SEC-1")
def test_the_signature_is_the_standard_hmac_of_challenge_and_text() -> None:
    for secret in (b"", b"k" * 32, b"k" * 64):
        wanted = hmac.digest(secret, b"challenge" + b"text", "sha256")
        assert device.hmac(secret, b"challenge", b"text") == wanted


class Watched(bytes):
    """Counts the bytes that are looked at."""

    looks = 0

    def __getitem__(self, at: Any) -> Any:
        type(self).looks += 1
        return super().__getitem__(at)


@pytest.mark.req("SEC-1")
def test_it_takes_as_long_to_compare_wherever_the_difference_is() -> None:
    right = b"0123456789abcdef" * 2
    looks = set()
    for at in (None, 0, 15, 31):
        wrong = right if at is None else right[:at] + b"x" + right[at + 1 :]
        Watched.looks = 0
        assert device.same(right, Watched(wrong)) == (at is None)
        looks.add(Watched.looks)
    assert looks == {32}


@pytest.mark.req("SEC-1")
def test_any_change_of_text_mac_challenge_or_key_is_refused() -> None:
    wrong: list[dict[str, Any]] = [
        {"mac": "0" * 32},
        {"mac": ""},
        {"challenge": bytes(32)},
        {"secret": SECRETS[2]},
        {"key": 2},
        {"key": 8, "secret": bytes(32)},
    ]
    for facts in wrong:
        desk = Desk({1: SERVICE, 2: PATIENT})
        key = facts.pop("key", 1)
        facts.setdefault("secret", SECRETS[1])
        assert desk.ask(CLINICIAN, key, **facts) == codes.KEY_WRONG, facts
    desk = Desk({1: SERVICE})
    signed = '{"id":7,"cmd":"start","key":1'
    mac = Key(1, 3, SECRETS[1]).mac(desk.challenge, signed)
    for given in (mac[:30], mac + "0", mac.upper() if mac.upper() != mac else mac[::-1]):
        assert desk.ask(CLINICIAN, 1, mac=given) == codes.KEY_WRONG
    with pytest.raises(codes.Refused):
        desk.keys.permit(2, 1, mac, signed.replace("7", "8") + f',"mac":"{mac}"}}', 1_000)
    assert desk.ask(CLINICIAN, 1) == 0


@pytest.mark.req("SEC-1")
def test_a_key_may_do_what_its_role_may_and_nothing_above() -> None:
    for have in (PATIENT, CLINICIAN, SERVICE):
        desk = Desk({1: have})
        for name, role, _, _, _ in rows():
            may = role <= have
            if role:
                assert desk.ask(role, 1) == (0 if may else codes.KEY_ROLE), name
            else:
                assert desk.keys.permit(role, None, None, "", 0) == 0, name


@pytest.mark.req("SEC-1")
def test_without_a_key_bench_mode_alone_opens_and_with_one_nothing_does() -> None:
    assert Desk().keys.permit(SERVICE, None, None, "", 0) == 0
    for desk, code in ((Desk(bench=0), codes.KEY_NONE), (Desk({1: 1}), codes.KEY_NEEDED)):
        with pytest.raises(codes.Refused) as refused:
            desk.keys.permit(PATIENT, None, None, "", 0)
        assert refused.value.code == code


@pytest.mark.req("SEC-1")
def test_a_challenge_is_never_given_twice_even_without_noise() -> None:
    desk, given = Desk({1: SERVICE}), set()
    for boot in range(3):
        desk.parts.accounts.boot = boot
        desk.boot()
        for _ in range(3):
            given.add(desk.keys.greet(desk.now_ms))
    desk.parts.accounts.record.seq30 += 1  # the boot number wraps at 65536, this does not
    desk.boot()
    assert len({*given, desk.challenge}) == 10


@pytest.mark.req("SEC-1")
def test_a_stranger_s_hello_ends_no_session_that_works() -> None:
    desk = Desk({1: SERVICE})
    assert desk.ask(CLINICIAN, 1) == 0
    desk.keys.greet(desk.now_ms + 9_999)
    assert desk.ask(CLINICIAN, 1) == 0
    desk.keys.end_session()
    desk.keys.greet(desk.now_ms)
    assert desk.ask(CLINICIAN, 1) == codes.KEY_WRONG, "signed for a session that is over"


@pytest.mark.req("SEC-1", "ALM-4")
def test_five_wrong_in_a_minute_pause_for_a_minute_and_alarm() -> None:
    desk = Desk({1: SERVICE})
    for _ in range(4):
        assert desk.ask(CLINICIAN, 1, mac="") == codes.KEY_WRONG
    desk.now_ms += 60_000
    assert desk.ask(CLINICIAN, 1, mac="") == codes.KEY_WRONG
    assert desk.ask(CLINICIAN, 1) == 0, "the fifth came after the minute"
    for _ in range(4):
        desk.now_ms += 10_000
        desk.ask(CLINICIAN, 1, mac="")
    assert desk.told[-1] == ("alarm", codes.AL_KEY_FAILURES, 1)
    assert desk.ask(CLINICIAN, 1) == codes.KEY_PAUSED
    desk.now_ms += 59_999
    assert desk.ask(CLINICIAN, 1) == codes.KEY_PAUSED
    desk.now_ms += 1
    assert desk.ask(CLINICIAN, 1) == 0


@pytest.mark.req("SEC-1")
def test_a_key_is_enrolled_while_service_is_held_and_there_are_eight_at_most() -> None:
    desk = Desk()
    for secret, held, code in (
        (SECRETS[1].hex(), False, codes.KEY_BUTTON),
        ("ab" * 31, True, codes.RANGE),
        ("xy" * 32, True, codes.RANGE),
    ):
        desk.held = held
        with pytest.raises(codes.Refused) as refused:
            desk.keys.enrol(SERVICE, secret)
        assert refused.value.code == code
    assert not desk.closed and desk.slots.payload == b""
    for number, raw in SECRETS.items():
        desk.keys.enrol(1 + number % 3, raw.hex())
    with pytest.raises(codes.Refused) as refused:
        desk.keys.enrol(SERVICE, "00" * 32)
    assert refused.value.code == codes.KEY_FULL
    assert desk.keys.roles() == "1:2,2:3,3:1,4:2,5:3,6:1,7:2,8:3"
    assert desk.closed, "Ctrl-C is off now"


@pytest.mark.req("SEC-1")
def test_keys_outlive_a_reset_until_they_are_removed_and_unreadable_ones_close_the_link() -> None:
    desk = Desk({1: SERVICE, 2: PATIENT})
    desk.boot()
    assert desk.ask(SERVICE, 1) == 0 and desk.ask(PATIENT, 2) == 0
    desk.keys.remove(1)
    desk.boot()
    assert (desk.keys.roles(), desk.ask(PATIENT, 1)) == ("2:1", codes.KEY_WRONG)
    assert SECRETS[1] not in desk.slots.payload
    with pytest.raises(codes.Refused):
        desk.keys.remove(1)
    desk.slots.broken = True
    desk.parts.noise = lambda: b"n" * 16
    desk.boot()
    assert desk.ask(PATIENT, 1) == desk.ask(PATIENT, 2) == codes.KEY_WRONG
    with pytest.raises(codes.Refused) as refused:
        desk.keys.permit(PATIENT, None, None, "", 0)
    assert refused.value.code == codes.KEY_NEEDED
