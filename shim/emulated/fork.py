"""Boot once, then run every test in a copy of the booted process.

A boot with the whole firmware takes tens of wall seconds, a fork a few milliseconds.  The
child may do anything to the board; the parent's board is untouched.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_CHUNK_BYTES = 65536


class ForkFailed(AssertionError):
    """The child failed in a way that its own exception cannot tell."""


def in_fork(fn: Callable[[], T], wall_limit_s: float = 120.0) -> T:
    """Run `fn()` in a forked child and return its (picklable) result.

    An exception of `fn` is raised here again with the child's traceback as a note.  Raises
    ForkFailed when the child dies, or is killed because it needed more than `wall_limit_s`.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run_child(fn, writer)
    os.close(writer)
    try:
        answer = _read_all(reader, time.monotonic() + wall_limit_s)
    finally:
        os.close(reader)
        if not _ended(child):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if answer is None:
        raise ForkFailed(f"no result within {wall_limit_s} s of wall time")
    result: T = _unpacked(answer)
    return result


def _run_child(fn: Callable[[], Any], writer: int) -> None:
    try:
        try:
            packed = pickle.dumps((fn(), None, ""))
        except BaseException as error:
            packed = _packed_error(error)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(packed)
        sys.stdout.flush()
    finally:  # also when the parent is gone: no atexit, no pytest teardown, no second pytest
        os._exit(0)


def _packed_error(error: BaseException) -> bytes:
    trace = "".join(traceback.format_exception(error))
    try:
        packed = pickle.dumps((None, error, trace))
        pickle.loads(packed)  # some exceptions pickle but do not come back
        return packed
    except Exception:
        return pickle.dumps((None, ForkFailed(f"{type(error).__name__}: {error}"), trace))


def _read_all(reader: int, wall_end_s: float) -> bytes | None:
    """Everything until the child closes its end; None when the time is up."""
    parts: list[bytes] = []
    while (left_s := wall_end_s - time.monotonic()) > 0:
        if select.select([reader], [], [], left_s)[0]:
            part = os.read(reader, _CHUNK_BYTES)
            if not part:
                return b"".join(parts)
            parts.append(part)
    return None


def _ended(child: int) -> bool:
    """Collect the child; it gets a moment between closing its pipe and ending."""
    for _ in range(200):
        if os.waitpid(child, os.WNOHANG)[0] == child:
            return True
        time.sleep(0.005)
    return False


def _unpacked(answer: bytes) -> Any:
    if not answer:
        raise ForkFailed("the child died without a result")
    result, error, trace = pickle.loads(answer)
    if error is None:
        return result
    error.add_note(f"in the forked child:\n{trace}")
    raise error
