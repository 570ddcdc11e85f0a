"""The capture of docs/PROTOCOL.md: a real exchange with the pump on a virtual Pico."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from host_tools.link.keyring import Key
from picodose.link import canon, frame
from shim.virtual_pico import VirtualPico

SECRET = bytes(range(32))
WALL_S = 850_000_000
_ANSWER_MS = 500
_SERVICE_MS = 1000
_BATTERY_MV = 3000  # at the pin, half of the cells' 6 V


@dataclass(frozen=True)
class Exchange:
    """What a person is told about it, the line that went in, the line that came out."""

    words: str
    asked: str
    answered: str


class _Desk:
    def __init__(self) -> None:
        self.pico = VirtualPico(seed=1)
        self.pico.set_adc_mv(0, _BATTERY_MV)
        self.pico.run_for(3000)
        self.made: list[Exchange] = []

    def say(self, words: str, line: str) -> dict[str, Any]:
        self.pico.receive()
        self.pico.send(line.encode() + b"\n")
        self.pico.run_for(_ANSWER_MS)
        answered = self.pico.receive().decode().rstrip("\n")
        self.made.append(Exchange(words, line, answered))
        reply: dict[str, Any] = json.loads(answered[:-9])
        return reply

    def ask(self, words: str, *pairs: tuple[str, int | str]) -> dict[str, Any]:
        return self.say(words, _line(str(canon.flat(list(pairs)))))


def _line(body: str) -> str:
    return bytes(frame.encode(body)).decode().rstrip("\n")


@lru_cache(maxsize=1)
def exchanges() -> tuple[Exchange, ...]:
    """The whole of it; the same on every run."""
    desk = _Desk()
    desk.ask("Who is there? Nobody has a key yet: bench mode.", ("id", 1), ("cmd", "hello"))
    desk.ask("Reading needs nothing.", ("id", 2), ("cmd", "status"), ("page", 1))
    desk.pico.press("service", _SERVICE_MS)
    role = ("role", 3)
    enrol = (("id", 3), ("cmd", "enrol"), role, ("secret", SECRET.hex()))
    number = desk.ask("SERVICE is held: a service key.", *enrol)["which"]
    hello = (("id", 4), ("cmd", "hello"))
    challenge = bytes.fromhex(desk.ask("A challenge for this session.", *hello)["challenge"])
    clock: list[tuple[str, int | str]] = [("id", 5), ("cmd", "clock"), ("wall_s", WALL_S)]
    desk.ask("Whoever has no key changes nothing any more.", *clock)
    text = str(canon.flat([*clock, ("key", number)]))[:-1]
    mac = Key(number, 3, SECRET).mac(challenge, text)
    signed = _line(f'{text},"mac":"{mac}"}}')
    desk.say("The same, signed: the clock is set.", signed)
    desk.say("The very same line once more: the same reply, and nothing happens.", signed)
    desk.say("STOP needs nothing at all.", "STOP")
    return tuple(desk.made)


def markdown() -> str:
    """The exchange, and how to compute its signature with tools that everybody has."""
    parts = [_told(number, one) for number, one in enumerate(exchanges(), 1)]
    challenge = json.loads(exchanges()[3].answered[:-9])["challenge"]
    text = exchanges()[5].asked.split(',"mac"')[0]
    parts.append(
        f"The signature of line 6, with the secret of line 3 and the challenge of line 4:\n\n"
        f"```sh\n(printf {challenge} | xxd -r -p; printf %s '{text}') |\n"
        f"  openssl dgst -sha256 -mac HMAC -macopt hexkey:{SECRET.hex()} -r | cut -c -32\n```"
    )
    return "\n\n".join(parts)


def _told(number: int, one: Exchange) -> str:
    return f"{number}. {one.words}\n\n```\n> {one.asked}\n< {one.answered}\n```"
