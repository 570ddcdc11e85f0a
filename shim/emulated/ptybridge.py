"""A pseudo-terminal whose other end is an emulated board, for the real mpremote."""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty

from shim.emulated.pico import EmulatedPico

_SLICE_MS = 1.0
_READ_BYTES = 4096
_MOST_WAIT_S = 0.01


class PtyBridge:
    """Context manager: runs the board in a thread and joins it to the terminal at `path`.

    The board runs at most as fast as the wall clock, because the tool at the other end has
    time-outs of its own.  An error of the board is raised when the bridge is closed.
    """

    def __init__(self, pico: EmulatedPico) -> None:
        self._pico = pico
        self._error: BaseException | None = None
        self._unsent = b""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._guarded_loop, daemon=True)
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)

    def __enter__(self) -> PtyBridge:
        self._pico.receive()  # what was printed before the port was opened is gone
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(30)
        os.close(self._master)
        os.close(self._slave)
        if self._error is not None:
            raise self._error

    def _guarded_loop(self) -> None:
        try:
            self._loop()
        except BaseException as error:
            self._error = error

    def _loop(self) -> None:
        lead_ns = self._pico.now_ns - time.monotonic_ns()
        while not self._ending.is_set():
            busy = self._take() or self._give()
            self._pico.run_for(_SLICE_MS)
            ahead_s = (self._pico.now_ns - time.monotonic_ns() - lead_ns) / 1e9
            if ahead_s < 0:  # slower than real time: never run after the lost time
                lead_ns = self._pico.now_ns - time.monotonic_ns()
            elif not busy:
                select.select([self._master], [], [], min(ahead_s, _MOST_WAIT_S))

    def _take(self) -> bool:
        try:
            data = os.read(self._master, _READ_BYTES)
        except BlockingIOError:
            return False
        self._pico.send(data)
        return True

    def _give(self) -> bool:
        self._unsent += self._pico.receive()
        try:
            self._unsent = self._unsent[os.write(self._master, self._unsent) :]
        except BlockingIOError:
            pass
        return bool(self._unsent)
