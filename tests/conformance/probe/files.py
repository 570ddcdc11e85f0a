# ruff: noqa: I001
# mypy: ignore-errors
"""The file system: modes, errors, order, sizes."""

import os

from report import say, try_all


def basics():
    """Write, append, read, rename over, remove; what is missing or in the way."""
    try_all("file", (
        ("missing", lambda: open("no.txt")),
        ("write", lambda: put("a.txt", "wb", b"12345")),
        ("append", lambda: put("a.txt", "ab", b"678")),
        ("read", lambda: get("a.txt")),
        ("stat_size", lambda: os.stat("a.txt")[6]),
        ("stat_mode", lambda: (os.stat("a.txt")[0], os.stat("/")[0])),
        ("stat_missing", lambda: os.stat("no.txt")),
        ("rename_over", lambda: (put("b.txt", "wb", b"new"), os.rename("b.txt", "a.txt"))),
        ("after_rename", lambda: get("a.txt")),
        ("rename_missing", lambda: os.rename("no.txt", "c.txt")),
        ("remove_missing", lambda: os.remove("no.txt")),
        ("mkdir", lambda: os.mkdir("d")),
        ("mkdir_again", lambda: os.mkdir("d")),
        ("write_in", lambda: put("d/e.txt", "wb", b"x")),
        ("rmdir_full", lambda: os.rmdir("d")),
        ("open_dir", lambda: open("d")),
        ("remove_inner", lambda: os.remove("d/e.txt")),
        ("rmdir", lambda: os.rmdir("d")),
        ("write_no_dir", lambda: put("nodir/x", "wb", b"")),
        ("seek_tell", seek_and_tell),
        ("plus", read_and_write),
        ("closed", use_after_close),
        ("statvfs", lambda: os.statvfs("/")[0:3]),
        ("remove", lambda: os.remove("a.txt")),
        ("sync", lambda: os.sync()),
    ))  # fmt: skip
    say("file.listing", sorted(name for name in os.listdir() if name in ("boot.py", "main.py")))
    say("file.ilist", sorted((entry[0], entry[1], len(entry)) for entry in os.ilistdir())[0])


def put(name, mode, data):
    """Write `data`; what write() returns."""
    with open(name, mode) as out:
        return out.write(data)


def get(name):
    """The whole content."""
    with open(name, "rb") as source:
        return source.read()


def seek_and_tell():
    """Positions from start and end."""
    put("a.txt", "wb", b"0123456789")
    with open("a.txt", "rb") as source:
        source.seek(-3, 2)
        at = source.tell()
        buffer = bytearray(8)
        return at, source.readinto(buffer), bytes(buffer)


def read_and_write():
    """Overwrite in the middle."""
    with open("a.txt", "r+b") as both:
        both.seek(2)
        both.write(b"xx")
        both.flush()
    return get("a.txt")


def use_after_close():
    """Write to a closed file."""
    out = open("a.txt", "wb")
    out.close()
    return out.write(b"x")
