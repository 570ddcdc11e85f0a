"""Canonical form: one way, and only one, to write a message.

MicroPython's json accepts much that is not JSON (duplicate keys, missing commas, 01, 1e3). So a
request counts only if writing down what was understood, in the key order of the command table,
gives back the very same characters. Values are integers and printable-ASCII strings.
"""

import json
from collections import OrderedDict

from micropython import const

from picodose import codes
from picodose.link.commands import COMMANDS, HEAD, MOST, SIGNATURE

_SHOWN_LEN = const(48)  # of a refused value; the reply must fit in a line
_HINT_LEN = const(160)
_TILDE = const(126)


def text(value: str) -> str:
    """Return `value` as a JSON string; what is not printable ASCII becomes a question mark."""
    return json.dumps(_clean(value))


def _clean(value: str) -> str:
    return "".join([c if " " <= c <= "~" else "?" for c in value])


def flat(pairs: list) -> str:
    """Return a flat JSON object of (key, value) pairs in their order; None becomes null."""
    body = _dumped(pairs)
    if "\\" in body or max(body.encode()) > _TILDE:  # escaped by json, each in its own way
        body = _dumped([(k, _clean(v) if type(v) is str else v) for k, v in pairs])
    return body


def _dumped(pairs: list) -> str:
    return json.dumps(OrderedDict(pairs), separators=(",", ":"))


def refusal(request_id: int, refused: codes.Refused) -> str:
    """Return the body of a refusal: code, the value's name, the value, its limit, what to do."""
    pairs: "list[tuple]" = [("id", request_id), ("ok", 0), ("code", refused.code)]
    for key in ("name", "value", "limit"):
        shown = getattr(refused, key)
        if shown is not None and (type(shown) is not int or len(str(shown)) > _SHOWN_LEN):
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
    """Return (table row, values of its keys in order, None for one left out); raise Refused.

    Checked in this order: command, keys, types, canonical form, ranges.
    """
    row = find(message.get("cmd"))
    specs = list(HEAD) + row[4] + list(SIGNATURE if row[1] else ())
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
    return row, [message.get(spec[0]) for spec in row[4]]


def find(name: object) -> tuple:
    """Return the row of command `name`: name, role, ordered, handler, specs of its keys: (name,
    low, high, needed), low None for a text. Raise Refused (LINK_COMMAND) if there is none.
    """
    at = COMMANDS.find("\n%s " % name) + 1
    row = COMMANDS[at : COMMANDS.find("\n", at)].split(" ")
    if not name or row[0] != name:
        raise codes.Refused(codes.LINK_COMMAND, "cmd", name, None, "no such command")
    return name, int(row[1]), int(row[2]), row[3], [_spec(key) for key in row[4:]]


def _spec(key: str) -> tuple:
    name, low, high = key.split(":")[:3]
    return name, int(low) if low else None, int(high) if high else MOST, key[-1] != "?"


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
