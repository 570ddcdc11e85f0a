"""Walk the vector files and the hand-made cases with the pure modules under MicroPython.

Run by CPython it makes sure that no pure module is left out, and starts itself again under the
MicroPython unix port beside the interpreter; run by MicroPython it checks the files of cases that
are named, `cases` without a name. No framework: a wrong case is printed, and the exit code counts.
"""
# mypy: ignore-errors
# runs on MicroPython, which has no typing module

import sys

CASES = ("cases", "delivery_cases", "link_cases")
PURE = ("therapy", "delivery", "safety", "record", "link")


def imported(text: str) -> "set[str]":
    """CPython's part: every picodose module that a file of cases imports itself."""
    import ast

    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    names = {node.module for node in found}
    return names | {node.module + "." + one.name for node in found for one in node.names}


def left_out(texts: "list[str]") -> "list[str]":
    """CPython's part: the pure modules that none of these files of cases imports."""
    from pathlib import Path

    folder = Path(__file__).parents[2] / "device/picodose"
    files = [path for name in PURE for path in sorted((folder / name).glob("*.py"))]
    pure = ["picodose." + p.parent.name + "." + p.stem for p in files if p.stem != "__init__"]
    covered = set().union(*[imported(text) for text in texts])
    return [name for name in pure if name not in covered]


def texts_of_cases() -> "list[str]":
    """CPython's part: the files of cases as they stand."""
    from pathlib import Path

    return [(Path(__file__).parent / (name + ".py")).read_text() for name in CASES]


def hand_over():
    """CPython's part: find the unix port and run this file in it."""
    import subprocess
    from pathlib import Path

    missing = left_out(texts_of_cases())
    if missing:
        print("no case imports " + ", ".join(missing))
        return 1
    port = Path(sys.executable).parent / "micropython"
    command = [str(port), __file__] + list(CASES)
    return subprocess.run(command, cwd=Path(__file__).parents[2]).returncode


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
    check = Check()
    for name in sys.argv[1:] or ["cases"]:
        cases = __import__(name)
        for case in cases.ALL:
            getattr(cases, case)(check)
    return check.done()


if __name__ == "__main__":
    sys.exit(main() if sys.implementation.name == "micropython" else hand_over())
