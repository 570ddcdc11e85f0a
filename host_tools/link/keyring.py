"""The keys of this host's user: one for each pump, in a file that nobody else may read.

A key is 32 random bytes that pump and host share since it was enrolled. Whoever can read the file
can do what the key may; picodose keeps flash contents on neither side secret from their owner.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path

from host_tools.link.errors import PumpError

MAC_BYTES = 16
ROLES = ("observer", "patient", "clinician", "service")
_MODE = 0o600


class KeyringError(PumpError):
    """The file of keys cannot be used as it is."""


@dataclass(frozen=True)
class Key:
    """number: the pump's name for it, 1 to 8; role: index in ROLES; secret: 32 bytes."""

    number: int
    role: int
    secret: bytes

    def mac(self, challenge: bytes, text: str) -> str:
        """The signature of a request's text up to its `mac`, in hex (docs/PROTOCOL.md)."""
        whole = hmac.digest(self.secret, challenge + text.encode("ascii"), "sha256")
        return whole[:MAC_BYTES].hex()


def usual_path() -> Path:
    """Where the keys are unless somebody says otherwise."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "picodose" / "keys.json"


class Keyring:
    """Keys by the serial number of their pump, in one file."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or usual_path()

    def find(self, serial: str) -> Key | None:
        """This host's key for a pump; raises KeyringError."""
        return self.all().get(serial)

    def add(self, serial: str, key: Key) -> None:
        """Keep a key, in place of an older one for the same pump; raises KeyringError."""
        self._write({**self.all(), serial: key})

    def remove(self, serial: str) -> None:
        """Forget the key of a pump, if there is one; raises KeyringError."""
        kept = self.all()
        if kept.pop(serial, None):
            self._write(kept)

    def all(self) -> dict[str, Key]:
        """Every key; raises KeyringError where others could read them, or nobody can."""
        if not self.path.exists():
            return {}
        if os.name == "posix" and self.path.stat().st_mode & 0o077:
            raise self._unusable("others may read it", f"chmod 600 {self.path}")
        try:
            rows = json.loads(self.path.read_text())
            return {
                serial: Key(int(row["number"]), int(row["role"]), bytes.fromhex(row["secret"]))
                for serial, row in rows.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise self._unusable(str(problem), f"mv {self.path} {self.path}.bad") from problem

    def _write(self, keys: dict[str, Key]) -> None:
        rows = {
            serial: {"number": key.number, "role": key.role, "secret": key.secret.hex()}
            for serial, key in keys.items()
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(fd, "w") as file:
            json.dump(rows, file, indent=1)
        fresh.replace(self.path)

    def _unusable(self, why: str, command: str) -> KeyringError:
        return KeyringError(
            f"the file of keys {self.path} cannot be used: {why}",
            safe="Nothing was sent; a running pump goes on by itself.",
            cause="it was copied or edited by hand",
            command=command,
        )
