"""The installed program against its manifest: paths line by line, last the SHA-256 of all of them
(SAF-1).
"""

import binascii
import hashlib

from micropython import const

MANIFEST = "/manifest.txt"
_CHUNK = const(512)


def program_intact() -> bool:
    """True when every file of the manifest is there and the hash over all their bytes is the
    manifest's.
    """
    digest = hashlib.sha256()
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    try:
        with open(MANIFEST) as manifest:
            lines = manifest.read().split()
        for path in lines[:-1]:
            _add_file(digest, path, view)
    except OSError:
        return False
    return bool(lines) and binascii.hexlify(digest.digest()).decode() == lines[-1]


def _add_file(digest, path: str, view) -> None:
    with open(path, "rb") as file:
        while True:
            count = file.readinto(view)
            if not count:
                return
            digest.update(view[:count])
