"""Files on the board's littlefs: the store port of record/. A file is durable when its call has
returned.
"""

import os

from micropython import const

_READ_ONLY = const(30)  # EROFS
_FILL_BYTES = const(256)
_FILL_PIECES = const(16)


class Storage:
    """Whole small files and appended blocks. Every method raises OSError when the flash
    refuses.
    """

    def __init__(self, root: str = "/data"):
        self._root = root
        self._filler = None
        self.sealed = False  # nothing may be written: what is there, or is not, is evidence

    def unseal(self) -> None:
        """Write again, in a folder that is made if need be."""
        self.sealed = False
        try:
            os.mkdir(self._root)
        except OSError:
            pass

    def _for_writing(self, name: str) -> str:
        if self.sealed:
            raise OSError(_READ_ONLY)
        return self._path(name)

    def _path(self, name: str) -> str:
        return self._root + "/" + name

    def read(self, name: str) -> "bytes | None":
        """The file's bytes, or None when there is no such file."""
        try:
            with open(self._path(name), "rb") as file:
                return file.read()
        except OSError:
            return None

    def read_at(self, name: str, offset: int, length: int) -> bytes:
        """`length` bytes from `offset`; short or empty at the end or without the file."""
        try:
            with open(self._path(name), "rb") as file:
                file.seek(offset)
                return file.read(length)
        except OSError:
            return b""

    def write(self, name: str, data: bytes) -> None:
        """Replace the file. A power cut leaves it old, new or empty: record/slots.py keeps two."""
        with open(self._for_writing(name), "wb") as file:
            file.write(data)

    def append(self, name: str, data: bytes) -> None:
        """Add whole entries at the end of the file."""
        with open(self._for_writing(name), "ab") as file:
            file.write(data)

    def size(self, name: str) -> int:
        """Length in bytes; 0 when there is no such file."""
        try:
            return os.stat(self._path(name))[6]
        except OSError:
            return 0

    def fill(self) -> bool:
        """Write 4 kB of zeros over free flash; True while there may be more of it. At the end, all
        of it overwritten, it is free again.
        """
        try:
            if self._filler is None:
                self._filler = open(self._path("filler"), "wb")
            for _ in range(_FILL_PIECES):
                self._filler.write(bytes(_FILL_BYTES))
            return True
        except OSError:  # no more room: what is closed now was never part of the folder
            self._close_filler()
            return False

    def _close_filler(self) -> None:
        try:
            if self._filler:
                self._filler.close()
        except OSError:
            pass
        self._filler = None
        self.remove("filler")

    def remove(self, name: str) -> None:
        """Delete the file if it is there."""
        try:
            os.remove(self._for_writing(name))
        except OSError:
            pass
