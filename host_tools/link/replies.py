"""What the pump's answers mean to a person: replies, refusals, and no answer at all."""

from __future__ import annotations

import json
from typing import Any

from host_tools.link.errors import (
    KEEPS_ON,
    BadReplyError,
    KeyRefusedError,
    LinkLostError,
    NoAnswerError,
    PumpRestartedError,
    RefusedError,
)
from picodose import codes

Reply = dict[str, Any]
Fields = dict[str, int | str]

KEY_CODES = (
    codes.KEY_NONE,
    codes.KEY_NEEDED,
    codes.KEY_WRONG,
    codes.KEY_ROLE,
    codes.KEY_PAUSED,
    codes.KEY_BUTTON,
    codes.KEY_FULL,
)
_STOP = "STOP"


def understood(body: str) -> Reply:
    """The reply that this text is; raises BadReplyError."""
    try:
        reply = json.loads(body)
        if type(reply) is dict and type(reply["id"]) is int and reply["ok"] in (0, 1):
            if reply["ok"] or all(key in reply for key in ("code", "name", "limit", "hint")):
                return reply
    except (ValueError, KeyError):
        pass
    raise BadReplyError(
        f"the pump answered something unknown: {body[:80]}",
        safe=KEEPS_ON,
        cause="host tools and firmware are of different versions",
        command="make flash",
    )


def refused(cmd: str, asked: Fields, reply: Reply) -> RefusedError:
    """The error for a refusal; asked: the fields of the request."""
    name, field = codes.name_of(reply["code"]), reply["name"]
    if reply["code"] == codes.LINK_STALE:
        return PumpRestartedError(cmd, name, reply, "connect again and read status first")
    if reply["code"] in KEY_CODES:
        return KeyRefusedError(cmd, name, reply, reply["hint"])
    if field in asked:
        return RefusedError(cmd, name, reply, f"correct {field} and repeat {cmd}")
    return RefusedError(cmd, name, reply, f"{reply['hint'] or 'read status'}; repeat {cmd}")


def no_answer(cmd: str, acts: bool, port: str, timeout_s: float) -> NoAnswerError:
    """Nothing came in time; acts: the request may have been carried out all the same."""
    error = NoAnswerError(
        f"no answer to {cmd} from {port} within {timeout_s:g} s",
        safe=_safe(cmd, acts),
        cause="another device on that port, a pump in maintenance, or one just restarting",
        command="connect again and read status",
    )
    error.unsure = acts
    return error


def lost(cmd: str, acts: bool, problem: LinkLostError) -> LinkLostError:
    """The link died with this request under way."""
    error = LinkLostError(
        f"{problem.what} while {cmd} was under way",
        safe=_safe(cmd, acts),
        cause=problem.cause,
        command="plug it in again, connect, and read status",
    )
    error.unsure = acts
    return error


def _safe(cmd: str, acts: bool) -> str:
    if cmd == _STOP:
        return f"{KEEPS_ON} IT MAY STILL BE RUNNING: switch its power off."
    if cmd.startswith("stage_"):
        return "The old prescription runs on; nothing of the new one is in force."
    if cmd == "commit":
        return (
            "Either the old prescription runs on or the new one does, whole: the digest in status "
            "tells which. It is not sent again."
        )
    return (
        f"{KEEPS_ON} {cmd} may have been carried out; it is not sent again." if acts else KEEPS_ON
    )
