"""The installed program against its manifest: paths line by line, last the SHA-256 of all of them
(SAF-1).
"""

import binascii
import hashlib

from micropython import const

MANIFEST = "/manifest.txt"
_CHUNK = const(512)


def program_intact() -> str:
    """The hash over the bytes of every file of the manifest, "" where one is missing or the hash
    is not the manifest's.
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
        return ""
    found = binascii.hexlify(digest.digest()).decode()
    return found if lines and found == lines[-1] else ""


def _add_file(digest, path: str, view) -> None:
    with open(path, "rb") as file:
        while True:
            count = file.readinto(view)
            if not count:
                return
            digest.update(view[:count])
