"""Walk the vector files and the hand-made cases with the pure modules under MicroPython.

Run by CPython it starts itself again under the MicroPython unix port beside the interpreter; run
by MicroPython it checks. No framework: a wrong case is printed, and the exit code counts.
"""
# mypy: ignore-errors
# runs on MicroPython, which has no typing module

import sys


def hand_over():
    """CPython's part: find the unix port and run this file in it."""
    import subprocess
    from pathlib import Path

    port = Path(sys.executable).parent / "micropython"
    return subprocess.run([str(port), __file__], cwd=Path(__file__).parents[2]).returncode


class Check:
    """Counts what was checked and prints what is wrong."""

    def __init__(self):
        self.count = 0
        self.wrong = 0

    def equal(self, what, found, expected):
        self.count += 1
        if found != expected:
            self.wrong += 1
            print("%s: %r, expected %r" % (what, found, expected))

    def done(self):
        print("%d checks, %d wrong" % (self.count, self.wrong))
        return 1 if self.wrong else 0


def main():
    sys.path.insert(0, "device")
    sys.path.insert(0, "tests/upy")
    import cases

    check = Check()
    for name in cases.ALL:
        getattr(cases, name)(check)
    return check.done()


if sys.implementation.name == "micropython":
    sys.exit(main())
else:
    sys.exit(hand_over())
