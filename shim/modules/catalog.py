"""All modules of one boot by name, each built when it is first imported."""

from __future__ import annotations

import array
import binascii
import cmath
import collections
import errno
import hashlib
import heapq
import json
import math
import random
import re
import struct
from collections.abc import Callable
from types import ModuleType
from typing import Any

from shim.errors import NotModelled
from shim.modules import files, machine, streams, system, time_
from shim.modules.context import Pico
from shim.pio import make_rp2_module
from shim.surface import fill, firmware, pick

ALIKE: dict[str, ModuleType] = {
    "array": array,
    "binascii": binascii,
    "cmath": cmath,
    "collections": collections,
    "heapq": heapq,
    "json": json,
    "math": math,
    "re": re,
    "struct": struct,
}
"""Modules whose firmware names behave on the host as on the board for what they have in common."""


class _Hash:
    """hashlib's classes as MicroPython has them: update and digest, no more."""

    _kind: str

    def __init__(self, data: bytes = b"") -> None:
        self._state = hashlib.new(self._kind, data)

    def update(self, data: bytes) -> None:
        """Feed bytes."""
        self._state.update(data)

    def digest(self) -> bytes:
        """The digest."""
        return self._state.digest()


def _hashes() -> dict[str, Any]:
    return {name: type(name, (_Hash,), {"_kind": name}) for name in firmware()["hashlib"]}


def _deque(iterable: Any, maxlen: int, flags: int = 0) -> collections.deque[Any]:
    """MicroPython's deque: both arguments are needed; flags bit 0: IndexError when full."""
    if flags:
        raise NotModelled("collections.deque with flags has no model")
    return collections.deque(iterable, maxlen)


def _errno() -> dict[str, Any]:
    numbers = {n: e.value for n, e in firmware()["errno"].items() if e.kind == "constant"}
    codes = {code: name for name, code in numbers.items()}
    return {**numbers, "errorcode": codes} if errno.ENOENT in codes else numbers


class Catalog:
    """The built-in modules of one boot."""

    def __init__(self, pico: Pico, show: Callable[[BaseException], str]) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.path = ["", ".frozen", "/lib"]
        self._pico = pico
        self._show = show
        self._makers: dict[str, Callable[[], dict[str, Any]]] = {
            "machine": lambda: machine.make(pico),
            "micropython": lambda: fill("micropython", system.make_micropython(pico)),
            "time": lambda: fill("time", time_.make(pico)),
            "select": lambda: fill("select", streams.make_select(pico)),
            "os": lambda: fill("os", files.make_os(pico)),
            "io": lambda: fill("io", files.make_io(pico)),
            "gc": lambda: fill("gc", system.make_gc(pico)),
            "sys": self._sys,
            "hashlib": _hashes,
            "errno": _errno,
            "random": lambda: pick("random", random.Random(pico.seed)),
            "rp2": lambda: dict(vars(make_rp2_module(pico, pico.pios))),
        }

    def _sys(self) -> dict[str, Any]:
        return fill("sys", system.make_sys(self._pico, self.modules, self.path, self._show))

    def names(self, module: str) -> dict[str, Any] | None:
        """What a built-in module holds; None when the firmware has no such module."""
        if module in self._makers:
            return self._makers[module]()
        if module in ALIKE:
            names = pick(module, ALIKE[module])
            if module == "collections":
                names["deque"] = _deque
            return names
        if module in firmware():
            raise NotModelled(f"module {module} exists on the board, it has no model here")
        return None
