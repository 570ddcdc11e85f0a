"""Runs device sources in a world of their own: private modules, private built-ins, one per boot.

Nothing of the host's module table is touched, so that several Picos live in one process. Sources
are read from the device's file system; compiled code is kept by (path, bytes, transform), which
is a pure cache.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Protocol

from shim.filesystem import FileSystem

MICROPYTHON_BUILTINS = """
    ArithmeticError AssertionError AttributeError BaseException EOFError Ellipsis Exception
    False GeneratorExit ImportError IndentationError IndexError KeyError KeyboardInterrupt
    LookupError MemoryError NameError None NotImplemented NotImplementedError OSError
    OverflowError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemExit True
    TypeError UnicodeError ValueError ZeroDivisionError __build_class__ __debug__ abs all any bin
    bool bytearray bytes callable chr classmethod compile complex delattr dict dir divmod
    enumerate eval exec filter float frozenset getattr globals hasattr hash help hex id input int
    isinstance issubclass iter len list locals map max memoryview min next object oct ord pow
    property range repr reversed round set setattr slice sorted staticmethod str sum super tuple
    type zip
""".split()
"""The built-ins of the firmware that the host has too; `open` and `print` are its own."""

Transform = Callable[[str, str], CodeType]


class BuiltIns(Protocol):
    """Where the firmware's own modules come from."""

    modules: dict[str, ModuleType]
    path: list[str]

    def names(self, module: str) -> dict[str, Any] | None:
        """What a built-in module holds; None when there is none of that name."""


def plain_compile(source: str, filename: str) -> CodeType:
    """Compile device source without any of this file's future imports."""
    return compile(source, filename, "exec", dont_inherit=True)


@lru_cache(maxsize=4096)
def _compiled(source: bytes, filename: str, transform: Transform) -> CodeType:
    return transform(source.decode(), filename)


class Loader:
    """Finds, compiles and runs device modules. `folder` only names files in tracebacks."""

    def __init__(
        self,
        fs: FileSystem,
        builtin: BuiltIns,
        extra: dict[str, Any],
        folder: Path | None = None,
        transform: Transform = plain_compile,
    ) -> None:
        self._fs = fs
        self._builtin = builtin
        self._folder = folder
        self._transform = transform
        self._builtins = {n: getattr(builtins, n) for n in MICROPYTHON_BUILTINS}
        self._builtins.update(extra)
        self._builtins["__import__"] = self.import_

    def host_name(self, path: str) -> str:
        """The file name compiled code carries for a device path."""
        return str(self._folder / path) if self._folder is not None else f"<device>/{path}"

    def device_path(self, filename: str) -> str | None:
        """The device path of a compiled code's file name, None for host code."""
        prefix = self.host_name("")
        prefix = prefix if prefix.endswith("/") else prefix + "/"
        return filename.removeprefix(prefix) if filename.startswith(prefix) else None

    def run_main(self, path: str) -> bool:
        """Execute a file as __main__; False when the file system has none of that name."""
        if not self._fs.exists(path):
            return False
        main = self._module("__main__")
        exec(self._code(path), main.__dict__)
        return True

    def _code(self, path: str) -> CodeType:
        return _compiled(self._fs.read_bytes(path), self.host_name(path), self._transform)

    def _module(self, name: str, path: str | None = None) -> ModuleType:
        module = ModuleType(name)
        for host_name in ("__loader__", "__spec__", "__package__", "__doc__"):
            del module.__dict__[host_name]
        module.__dict__["__builtins__"] = self._builtins
        if path is not None:
            module.__file__ = path
        self._builtin.modules[name] = module
        return module

    # ------------------------------------------------------------------ import

    def import_(
        self,
        name: str,
        globals: dict[str, Any] | None = None,
        locals: dict[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = None,
        level: int = 0,
    ) -> ModuleType:
        """The device's __import__."""
        full = self._absolute(name, globals or {}, level)
        leaf = self._load(full)
        if not fromlist:
            return leaf if level else self._builtin.modules[full.partition(".")[0]]
        for item in fromlist:
            if not hasattr(leaf, item) and hasattr(leaf, "__path__"):
                self._load(f"{full}.{item}")
        return leaf

    @staticmethod
    def _absolute(name: str, globals: dict[str, Any], level: int) -> str:
        if not level:
            return name
        package: str = globals["__name__"]
        if "__path__" not in globals:
            level += 1
        parts = package.split(".")
        base = parts[: len(parts) - level + 1]
        if not base:
            raise ImportError("can't perform relative import")
        return ".".join([*base, name] if name else base)

    def _load(self, full: str) -> ModuleType:
        modules = self._builtin.modules
        if full in modules:
            return modules[full]
        parent_name, _, last = full.rpartition(".")
        parent = self._load(parent_name) if parent_name else None
        if full in modules:
            return modules[full]
        names = None if parent else self._builtin.names(full)
        module = self._make(full, names) if names is not None else self._from_files(full)
        if parent is not None:
            setattr(parent, last, module)
        return module

    def _make(self, name: str, names: dict[str, Any]) -> ModuleType:
        module = self._module(name)
        module.__dict__.update(names)
        return module

    def _from_files(self, full: str) -> ModuleType:
        for root in self._builtin.path:
            base = f"{root.strip('/')}/{full.replace('.', '/')}".lstrip("/")
            for path, folder in ((f"{base}/__init__.py", base), (f"{base}.py", None)):
                if self._fs.exists(path):
                    return self._execute(full, path, folder)
            if self._fs.exists(base):
                return self._namespace(full, base)
        raise ImportError(f"no module named '{full}'")

    def _execute(self, full: str, path: str, folder: str | None) -> ModuleType:
        module = self._module(full, path)
        if folder is not None:
            module.__dict__["__path__"] = folder
        try:
            exec(self._code(path), module.__dict__)
        except BaseException:
            self._builtin.modules.pop(full, None)
            raise
        return module

    def _namespace(self, full: str, folder: str) -> ModuleType:
        module = self._module(full)
        module.__dict__["__path__"] = folder
        return module
