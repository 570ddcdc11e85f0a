"""Finds boards by their USB identity, and tells why a port does not open, with a remedy that fits
this machine: the group that owns the port, the program that holds it.
"""

from __future__ import annotations

import errno
import getpass
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from host_tools.cli.problems import Problem

RASPBERRY_PI = 0x2E8A
"""USB vendor of every Pico that runs MicroPython."""

BOOTSEL = (
    "a Pico waits in BOOTSEL mode, without MicroPython: copy the official firmware (RPI_PICO, "
    "v1.27.0, a .uf2 file) to the drive that it shows"
)
_BOOTSEL_ID = ("2e8a", "0003")
NOT_OPENED = "Nothing was sent; a running pump goes on by itself."
_RULE = (
    'echo \'SUBSYSTEM=="tty", ATTRS{idVendor}=="2e8a", MODE="0660", GROUP="dialout"\' '
    "| sudo tee /etc/udev/rules.d/99-picodose.rules && sudo udevadm control --reload "
    "&& sudo udevadm trigger"
)


@dataclass(frozen=True)
class Found:
    """A board that is plugged in; serial: its USB serial number."""

    device: str
    serial: str
    product: str


@dataclass(frozen=True)
class Owner:
    """Who may use a port: the group, whether it may, whether this user is in it by the group file
    and by this login.
    """

    group: str
    group_may: bool
    enrolled: bool
    logged_in: bool


def boards() -> list[Found]:
    """Every Pico with a serial port, by name of the port."""
    from serial.tools import list_ports

    found = [port for port in list_ports.comports() if port.vid == RASPBERRY_PI]
    return sorted(
        (Found(one.device, one.serial_number or "", one.product or "") for one in found),
        key=lambda one: one.device,
    )


def in_bootsel(usb: Path = Path("/sys/bus/usb/devices")) -> bool:
    """A Pico waits for its firmware: it shows a drive and no port (told by Linux alone)."""
    for device in usb.glob("*"):
        names = (_quiet((device / name).read_text).strip() for name in ("idVendor", "idProduct"))
        if tuple(names) == _BOOTSEL_ID:
            return True
    return False


def only_board() -> str:
    """The port of the only board; raises Problem for none and for several."""
    found = boards()
    if len(found) == 1:
        return found[0].device
    if not found:
        raise Problem(
            "port",
            "no Pico with MicroPython is plugged in",
            safe="Nothing was sent; a pump without its cable goes on by itself.",
            cause=BOOTSEL if in_bootsel() else "a cable without data wires, or no board at hand",
            next_line="picodose doctor",
        )
    raise Problem(
        "port",
        f"{len(found)} boards are plugged in: " + ", ".join(_named(one) for one in found),
        safe=NOT_OPENED,
        cause="it was not said which one is meant",
        next_line=f"picodose status --port {found[0].device}",
    )


def why_not(url: str, error: BaseException | None) -> Problem:
    """Why a port did not open, as an error to raise."""
    number = _number(error)
    if "://" in url:
        return _problem(f"{url} does not answer ({error})", "no virtual pump listens there",
                        "make sim")  # fmt: skip
    if number in (errno.EACCES, errno.EPERM):
        return forbidden(url, owner_of(url))
    if number in (errno.EBUSY, errno.EAGAIN):
        return busy(url, holder(url))
    there = ", ".join(_named(one) for one in boards()) or "none"
    return _problem(
        f"there is no port {url}", f"another name, or unplugged; boards here: {there}",
        "picodose ports",
    )  # fmt: skip


def forbidden(url: str, owner: Owner) -> Problem:
    """This user may not use the port."""
    what = f"this user may not use {url}"
    if not owner.group_may:
        return _problem(what, f"neither may its group {owner.group}: a rule for it is missing",
                        _RULE)  # fmt: skip
    if owner.enrolled and not owner.logged_in:
        cause = f"you are in the group {owner.group} only from your next login on"
        return _problem(what, cause, f"newgrp {owner.group}")
    cause = f"the port belongs to the group {owner.group}, and you are not in it"
    return _problem(what, cause, f"sudo usermod -a -G {owner.group} {getpass.getuser()}")


def busy(url: str, held_by: str) -> Problem:
    """Another program has the port."""
    cause = f"{held_by} holds it" if held_by else "another program holds it"
    return _problem(f"{url} is in use", cause + ": end that one first", "picodose ports")


def owner_of(device: str) -> Owner:
    """Who may use this port."""
    import grp

    facts = os.stat(device)
    group = grp.getgrgid(facts.st_gid)
    both = stat.S_IRGRP | stat.S_IWGRP
    may = facts.st_mode & both == both and group.gr_gid != 0
    return Owner(
        group.gr_name, may, getpass.getuser() in group.gr_mem, group.gr_gid in os.getgroups()
    )


def holder(device: str, proc: Path = Path("/proc")) -> str:
    """Name and number of a process that has this port open, as far as this user can see."""
    wanted = os.path.realpath(device)
    for process in sorted(proc.glob("[0-9]*")):
        if process.name == str(os.getpid()):
            continue
        if any(_points_at(link, wanted) for link in _open_files(process)):
            return f"{_name(process)} ({process.name})"
    return ""


def _name(process: Path) -> str:
    return _quiet(lambda: (process / "comm").read_text().strip())


def _open_files(process: Path) -> list[Path]:
    try:
        return list((process / "fd").iterdir())
    except OSError:
        return []


def _points_at(link: Path, wanted: str) -> bool:
    return _quiet(lambda: os.readlink(link)) == wanted


def _quiet(read: Callable[[], str]) -> str:
    try:
        return read()
    except OSError:
        return ""


def _number(error: BaseException | None) -> int | None:
    """The errno inside pyserial's errors, which often stands only in their text."""
    number = getattr(error, "errno", None)
    if number is None and error is not None:
        known = (errno.EACCES, errno.EBUSY, errno.EAGAIN)
        number = next((one for one in known if f"[Errno {one}]" in str(error)), None)
    return number


def _named(board: Found) -> str:
    return f"{board.device} ({board.serial or board.product or 'no serial number'})"


def _problem(what: str, cause: str, next_line: str) -> Problem:
    return Problem("port", what, safe=NOT_OPENED, cause=cause, next_line=next_line)
