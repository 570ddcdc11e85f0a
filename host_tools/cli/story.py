"""A simulated pump that lives on between commands: a file of everything that was done to it.

A virtual Pico does the same again when the same is done to it at the same instants (SIM-1). So a
story file holds its seed, the instant at which it began, and line by line what was sent, pressed,
broken and waited; a command plays that again and goes on from there. RAM is therefore not lost
between commands, and neither is power. At the end of every command the file says where the story
stood, and the next one checks that it got to the very same place.
"""

from __future__ import annotations

import fcntl
import json
import signal
import threading
from binascii import crc32
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from host_tools import simulated
from host_tools.cli import problems

VERSION = 1
NS_PER_MS = 1_000_000
BOOT_MS = 3_000
_EPOCH = datetime(2000, 1, 1)
_LIVE: dict[Path, tuple[int, Story]] = {}
"""Stories of this process by file, with the CRC of the file as they left it: no need to play one
again that is still in memory."""


class Story:
    """The world of one story file; carries bytes like any other (host_tools.link.transport)."""

    def __init__(self, path: Path, head: dict[str, Any]) -> None:
        self.path = path
        self.head = head
        self._acts: list[list[Any]] = []
        self._waited = [0, 0]  # ns, and how often one after the other
        self.pico, self.bench = simulated.make(head["kind"], head["seed"], head["profile"])

    @property
    def now_ns(self) -> int:
        """Virtual time since the story began."""
        return self.pico.now_ns

    @property
    def wall_s(self) -> int:
        """The story's own time of day: seconds since 2000-01-01 00:00 bench local time."""
        return int(self.head["wall_s"]) + self.now_ns // 1_000_000_000

    def run_for(self, ms: float) -> None:
        """Let virtual time pass."""
        span_ns = round(ms * NS_PER_MS)
        if span_ns != self._waited[0]:
            self._note_wait()
            self._waited[0] = span_ns
        self._waited[1] += 1
        with undisturbed():
            self.pico.run_for(span_ns / NS_PER_MS)

    def send(self, data: bytes) -> None:
        """The host writes to the serial port."""
        self.do("send", data.decode("latin-1"))

    def receive(self) -> bytes:
        """What came out of the serial port since the last call."""
        return self.pico.receive()

    def do(self, verb: str, *facts: Any) -> None:
        """Do something to the pump or its bench, and write it down; see `_play`."""
        self._note_wait()
        self._play([verb, *facts])
        self._acts.append([verb, *facts])

    def _note_wait(self) -> None:
        if self._waited[1]:
            self._acts.append(["run", *self._waited])
        self._waited = [0, 0]

    def _play(self, act: list[Any]) -> None:
        verb, *facts = act
        if verb == "run":
            for _ in range(facts[1]):  # in the same portions: an instruction may end behind one
                self.pico.run_for(facts[0] / NS_PER_MS)
        else:
            simulated.act(self.pico, self.bench, verb, *facts)

    def place(self) -> list[int]:
        """Where the story stands: virtual ns, CRC of the flash, steps of the motor."""
        return [self.now_ns, crc32(self.pico.flash_image()), self.bench.now.pulses]

    def play(self, lines: list[list[Any]]) -> None:
        """Live the story of a file again; raises Problem where it comes out differently."""
        for act in lines:
            if act[0] != "end":
                with undisturbed():
                    self._play(act)
                self._acts.append(act)
        self.pico.receive()
        ends = [act for act in lines if act[0] == "end"]
        if ends and ends[-1][1:] != self.place():
            raise problems.Problem(
                "file",
                f"the virtual pump of {self.path} does not come to where it was left",
                safe="It is a simulation; its file was not changed.",
                cause="its file was edited, or the firmware or the simulator is another one now",
                next_line="picodose sim new",
            )

    def text(self) -> str:
        """The whole file."""
        self._note_wait()
        lines = [self.head, *self._acts, ["end", *self.place()]]
        return "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines)


class Keeper:
    """Holds a story's file while a command works with it: `with Keeper(path) as story`."""

    def __init__(self, path: Path, kind: str, profile: str = "", wall_s: int | None = None):
        self._path = path
        self._new = {
            "picodose_story": VERSION,
            "kind": kind,
            "seed": 0,
            "profile": profile,
            "wall_s": host_wall_s() if wall_s is None else wall_s,
        }
        self._file: IO[str] | None = None
        self.story: Story | None = None

    def __enter__(self) -> Story:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file.seek(0)
            self.story = self._opened(self._file.read())
        except OSError as error:
            self._file.close()
            raise _held(self._path) from error
        except BaseException:
            self._file.close()
            raise
        return self.story

    def __exit__(self, *_: object) -> None:
        assert self._file is not None and self.story is not None
        text = self.story.text()
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.close()
        _LIVE.clear()
        _LIVE[self._path] = (crc32(text.encode()), self.story)

    def _opened(self, text: str) -> Story:
        crc, story = _LIVE.get(self._path, (0, None))
        if story is not None and crc == crc32(text.encode()):
            return story
        lines = _lines(self._path, text)
        story = Story(self._path, lines[0] if lines else self._new)
        if lines:
            story.play(lines[1:])
        else:
            story.run_for(BOOT_MS)
        return story


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back until the portion is over: it is meant for this program, and not for the
    device's, which runs in the same process.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if pressed:
        raise KeyboardInterrupt


def host_wall_s() -> int:
    """Seconds since 2000-01-01 00:00 on this host's clock, as the pump counts them."""
    return int((datetime.now() - _EPOCH).total_seconds())


def _lines(path: Path, text: str) -> list[Any]:
    """The lines of a file; raises Problem where it is no story."""
    try:
        lines = [json.loads(line) for line in text.splitlines()]
        if not lines or lines[0]["picodose_story"] == VERSION:
            return lines
    except (ValueError, TypeError, KeyError):
        pass
    raise problems.Problem(
        "file",
        f"{path} is no story of a virtual pump",
        safe="No pump is concerned; the file was not changed.",
        cause="another file of that name",
        next_line="picodose --port sim: status",
    )


def _held(path: Path) -> problems.Problem:
    return problems.Problem(
        "port",
        f"another command works with the virtual pump of {path}",
        safe="It is a simulation, and goes on in that command.",
        cause="another picodose with the same sim: file is running, perhaps a monitor",
        next_line="picodose --port sim:another status",
    )
