"""The emulator, compiled for the Python that runs it: five times the speed of its wheel.

The wheel's own binaries are made for every Python from 3.11 on and look each inner method up by
name, at every emulated instruction. The C texts that lie beside them, compiled for one Python,
call it. The package reads the faster ones by itself; what they compute is the same (record 0017).
Our own inner loop (shim/emulated/batch.pyx) is compiled after them, into the environment. Without
a C compiler the wheel's binaries stay in use.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "rp2040py.native"
LOOP = Path(__file__).resolve().parents[1] / "shim/emulated/batch.pyx"
LOOP_NAME = "picodose_batch"
_SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))
_LINKER = shlex.split(str(sysconfig.get_config_var("LDSHARED") or "cc -shared"))
_HEADERS = sysconfig.get_path("include")


def sources(folder: Path) -> list[Path]:
    """The C texts of the package's modules, the longest first."""
    found = (path for path in folder.glob("_*.c") if path.stem != "__init__")
    return sorted(found, key=lambda path: path.stat().st_size, reverse=True)


def compiled(source: Path, command: Sequence[str] = tuple(_LINKER)) -> str:
    """Compile one module beside its text; what went wrong, "" when nothing did."""
    binary = source.with_suffix(_SUFFIX)
    options = ["-O2", "-fPIC", f"-I{_HEADERS}", str(source), "-o", str(binary)]
    return _said_wrong([*command, *options])


def compile_loop(target: Path, command: Sequence[str] = tuple(_LINKER)) -> str:
    """Compile our inner loop into a folder; what went wrong, "" when nothing did."""
    binary = target / f"{LOOP_NAME}{_SUFFIX}"
    with tempfile.TemporaryDirectory() as scratch:
        text = Path(scratch) / f"{LOOP_NAME}.c"
        cython = [sys.executable, "-m", "cython", "--module-name", LOOP_NAME, str(LOOP)]
        if wrong := _said_wrong([*cython, "-o", str(text)]):
            return wrong
        if wrong := compiled(text, command):
            return wrong
        shutil.copy(text.with_suffix(_SUFFIX), binary)
    if wrong := _refused(LOOP_NAME):
        binary.unlink()
    return wrong


def _said_wrong(command: Sequence[str]) -> str:
    try:
        run = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return "" if run.returncode == 0 else run.stderr.strip()[-400:] or f"exit {run.returncode}"


def remove(folder: Path) -> None:
    """Go back to the wheel's own binaries."""
    for binary in folder.glob(f"*{_SUFFIX}"):
        binary.unlink()


def compile_all(folder: Path, command: Sequence[str] = tuple(_LINKER)) -> str:
    """Compile every module, or none: what went wrong, "" when nothing did."""
    remove(folder)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = next(filter(None, pool.map(lambda s: compiled(s, command), sources(folder))), "")
    if wrong := wrong or _refused(*(f"{PACKAGE}.{source.stem}" for source in sources(folder))):
        remove(folder)
    return wrong


def _refused(*modules: str) -> str:
    """What Python says when it cannot load them, "" when it can."""
    return _said_wrong([sys.executable, "-c", f"import {', '.join(modules)}"])


def main() -> int:
    """Compile; 1 when that was not possible, which the next run of make tries again."""
    spec = find_spec(PACKAGE)
    assert spec is not None and spec.origin is not None
    print("compiling the emulator's core for this Python", flush=True)
    native = Path(spec.origin).parent
    packages = native.parents[1]
    (packages / f"{LOOP_NAME}{_SUFFIX}").unlink(missing_ok=True)  # made for the old core
    if wrong := compile_all(native) or compile_loop(packages):
        print(f"not compiled, the emulator takes up to five times as long: {wrong}")
        print("what it needs, on Debian and Ubuntu: apt-get install gcc python3-dev")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
