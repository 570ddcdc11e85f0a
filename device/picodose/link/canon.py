"""Canonical form: one way, and only one, to write a message.

MicroPython's json accepts much that is not JSON (duplicate keys, missing commas, 01, 1e3). So a
request counts only if writing down what was understood, in the key order of the command table,
gives back the very same characters. Values are integers and printable-ASCII strings.
"""

import json

from micropython import const

from picodose import codes
from picodose.link.commands import COMMANDS, HEAD

_SHOWN_LEN = const(48)  # of a refused value; the reply must fit in a line
_HINT_LEN = const(160)


def text(value: str) -> str:
    """Return `value` as a JSON string; what is not printable ASCII becomes a question mark."""
    clean = "".join([c if " " <= c <= "~" else "?" for c in value])
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def flat(pairs: list) -> str:
    """Return a flat JSON object of (key, value) pairs in their order; None becomes null."""
    return "{" + ",".join(['"' + key + '":' + _value(value) for key, value in pairs]) + "}"


def _value(value: object) -> str:
    if value is None:
        return "null"
    return str(value) if type(value) is int else text(str(value))


def refusal(request_id: int, refused: codes.Refused) -> str:
    """Return the body of a refusal: code, the value's name, the value, its limit, what to do."""
    pairs: "list[tuple]" = [("id", request_id), ("ok", 0), ("code", refused.code)]
    for key in ("name", "value", "limit"):
        shown = getattr(refused, key)
        if shown is not None and len(str(shown)) > _SHOWN_LEN:
            shown = str(shown)[:_SHOWN_LEN]
        pairs.append((key, shown))
    pairs.append(("hint", refused.hint[:_HINT_LEN]))
    return flat(pairs)


def load(body: str) -> dict:
    """Return the flat object of numbers and texts in `body`; raise Refused (LINK_FORM)."""
    try:
        message = json.loads(body)
        if type(message) is not dict:
            raise ValueError
        for key in message:
            if type(key) is not str or type(message[key]) not in (int, str):
                raise ValueError
    except (ValueError, TypeError, IndexError):
        raise _bad_form() from None
    return message


def request_id(message: dict) -> int:
    """Return the id to answer to, 0 where there is none that can be trusted."""
    found = message.get("id")
    _, low, high, _ = HEAD[0]
    return found if type(found) is int and low <= found <= high else 0


def parse(message: dict, body: str) -> tuple:
    """Return (table row, values in key order, None for one left out); raise Refused.

    Checked in this order: command, keys, types, canonical form, ranges.
    """
    row = find(message.get("cmd"))
    specs = HEAD + row[4]
    known = [spec[0] for spec in specs]
    for key in message:
        if key not in known:
            raise _bad_field(key, message[key], "no such key here")
    pairs = []
    for key, low, _, needed in specs:
        value = message.get(key)
        if value is None and needed:
            raise _bad_field(key, None, "missing")
        if value is not None:
            pairs.append((key, value))
            if type(value) is not (str if low is None else int):
                raise _bad_field(key, value, "send text" if low is None else "send a number")
    if flat(pairs) != body:
        raise _bad_form()
    for spec in specs:
        _check_range(spec, message.get(spec[0]))
    return row, [message.get(key) for key in known[2:]]


def find(name: object) -> tuple:
    """Return the table row of command `name`; raise Refused (LINK_COMMAND) if there is none."""
    for row in COMMANDS:
        if row[0] == name:
            return row
    raise codes.Refused(codes.LINK_COMMAND, "cmd", name, None, "no such command")


def _check_range(spec: tuple, value) -> None:
    key, low, high, _ = spec
    if value is None:
        return
    size = len(value) if low is None else value
    if size > high:
        raise codes.Refused(codes.RANGE, key, value, high, "above the limit")
    if low is not None and size < low:
        raise codes.Refused(codes.RANGE, key, value, low, "below the limit")


def _bad_field(key: str, value: object, hint: str) -> codes.Refused:
    return codes.Refused(codes.LINK_FIELD, key, value, None, hint)


def _bad_form() -> codes.Refused:
    return codes.Refused(codes.LINK_FORM, "line", hint="not canonical JSON")
