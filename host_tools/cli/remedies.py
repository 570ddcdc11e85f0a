"""The exact next command after an error: every line here is a command that exists (a test parses
each), with the port that the person named.
"""

from __future__ import annotations

from host_tools.cli import problems
from host_tools.cli.problems import Problem
from host_tools.link.errors import (
    OtherPumpError,
    PortError,
    PumpError,
    PumpRestartedError,
    RefusedError,
)
from host_tools.link.keyring import KeyringError
from host_tools.rx.read import BadPlanError
from picodose import codes

STATUS = "picodose status"
_STOP = "picodose stop"
_CHECK = "picodose program {argument} --check"

_LOST_KEY = (
    "A lost key: hold SERVICE down while picodose enroll makes another one; or hold it from "
    "power-on for 3 s, then let go: the prompt opens without any key, for picodose flash."
)

REFUSALS = {
    codes.NOT_PROGRAMMED: "picodose program host_tools/examples/day_night.toml",
    codes.NOT_STOPPED: _STOP,
    codes.BUSY_BOLUS: "picodose cancel",
    codes.NOT_FIT: "picodose alarms",
    codes.NO_ALARM: "picodose alarms",
    codes.ALARM_ACTIVE: "picodose alarms",
    codes.RX_MASS: "picodose calibrate",
    codes.RX_CALIBRATION: "picodose calibrate",
    codes.DECOMMISSIONED: "picodose decommission --help",
    codes.NOT_EXPLAINED: "picodose refill --help",
    codes.OTHER_FLUID: "picodose refill --help",
    codes.STAGE_OPEN: STATUS,
    codes.NOT_STAGED: "picodose program {argument}",
    codes.STAGED_OTHER: "picodose program {argument}",
    codes.MEMORY_BAD: "picodose doctor",
    codes.NO_TRIAL: "picodose program host_tools/examples/trial.toml",
    codes.TRIAL_OVER: "picodose trial report",
    codes.BATTERY_NOT_FULL: "picodose battery",
    codes.LINK_COMMAND: "picodose doctor",
    codes.OVERRIDE: "{again}",
    codes.KEY_NONE: "picodose enroll",
    codes.KEY_NEEDED: "picodose enroll",
    codes.KEY_WRONG: "picodose enroll",
    codes.KEY_ROLE: "picodose keys",
    codes.KEY_PAUSED: "picodose status",
    codes.KEY_BUTTON: "picodose enroll",
    codes.KEY_FULL: "picodose keys",
}
"""Refusals whose remedy is another command; after all others the status tells why."""


BY_HAND = {
    codes.KEY_NONE: "Hold SERVICE down while you type it.",
    codes.KEY_BUTTON: "Hold SERVICE down while you type it.",
    codes.KEY_NEEDED: _LOST_KEY,
    codes.KEY_WRONG: _LOST_KEY,
    codes.KEY_ROLE: _LOST_KEY,
    codes.KEY_FULL: _LOST_KEY,
}
"""What a hand must do beside the command."""


def by_hand(error: PumpError) -> str:
    """What a person must do at the pump for the next line to help; "" where nothing."""
    return BY_HAND.get(error.code, "") if isinstance(error, RefusedError) else ""


def next_line(error: PumpError, again: str = "", argument: str = "FILE", port: str = "") -> str:
    """What to type next. again: the command that failed, argument: its file if it had one, port:
    what the person gave as --port.
    """
    line = _line(error).format(again=again, argument=argument)
    elsewhere = problems.family_of(error) == "port"
    if port and line.startswith("picodose ") and " --port " not in line and not elsewhere:
        line += f" --port {port}"
    return line


def _line(error: PumpError) -> str:
    if isinstance(error, Problem):
        return error.command.replace("{", "{{").replace("}", "}}")
    if isinstance(error, BadPlanError):
        return _CHECK
    if isinstance(error, RefusedError) and not isinstance(error, PumpRestartedError):
        return REFUSALS.get(error.code, STATUS)
    if isinstance(error, KeyringError):
        return error.command
    if isinstance(error, PumpRestartedError | OtherPumpError) or getattr(error, "unsure", False):
        return STATUS
    if isinstance(error, PortError):
        return "picodose ports"
    return "picodose doctor"
