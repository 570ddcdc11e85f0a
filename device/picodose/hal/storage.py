"""Files on the board's littlefs: the store port of record/. A file is durable when its call has
returned.
"""

import os


class Storage:
    """Whole small files and appended blocks. Every method raises OSError when the flash
    refuses.
    """

    def __init__(self, root: str = "/data"):
        self._root = root
        try:
            os.stat(root)
        except OSError:
            os.mkdir(root)

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
        with open(self._path(name), "wb") as file:
            file.write(data)

    def append(self, name: str, data: bytes) -> None:
        """Add whole entries at the end of the file."""
        with open(self._path(name), "ab") as file:
            file.write(data)

    def size(self, name: str) -> int:
        """Length in bytes; 0 when there is no such file."""
        try:
            return os.stat(self._path(name))[6]
        except OSError:
            return 0

    def remove(self, name: str) -> None:
        """Delete the file if it is there."""
        try:
            os.remove(self._path(name))
        except OSError:
            pass
