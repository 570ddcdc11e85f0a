"""`make sabotage`: break the code on purpose; a test that carries the id must notice.

Each patch is applied to a copy of the tree, and the tests of its ids run there. Wanted is a
failure of a test's own body, not code that no longer loads; and the same test must pass on an
unbroken copy. A patch that survives, or no longer applies, fails the run.

The tree is collected and compiled once, before it is copied, and all the tests that noticed
something are run on an unbroken copy together: most of a short run of pytest is its beginning.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tools.patches import Patch, patches
from tools.requirements import ROOT
from tools.table import table
from tools.trace import marks

WORKERS = 2
_LIMIT_S = 900  # of one run of the tests of one id
_HANG_S = 120  # of one test: a patch that makes it hang is noticed by that


@dataclass(frozen=True)
class Verdict:
    """What became of one patch under the tests of one id."""

    patch: str
    requirement: str
    killed: bool
    how: str
    took_s: float
    test: str = ""  # the one that noticed


@contextmanager
def snapshot(root: Path) -> Iterator[Path]:
    """What belongs to the project (tracked or not yet added), as it is now, in one folder.

    All copies are made from it: an edit meanwhile is in none of them.
    """
    with _folder() as tree:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        run = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        for name in filter(None, run.stdout.split("\0")):
            if (root / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, tree / name)
        if (root / ".cache").is_dir():
            (tree / ".cache").symlink_to(root / ".cache")  # the firmware image
        yield tree


@contextmanager
def copied(base: Path) -> Iterator[Path]:
    """A throw-away copy of a snapshot."""
    with _folder() as tree:
        shutil.copytree(base, tree, symlinks=True, dirs_exist_ok=True)
        yield tree


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        yield tree


def apply(patch: Patch, tree: Path) -> str:
    """Apply a patch to a copy; what git said when it did not fit, else nothing."""
    outside = os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)}
    command = ["git", "apply", "-p1", str(patch.file)]
    run = subprocess.run(command, cwd=tree, env=outside, capture_output=True, text=True)
    return run.stderr.strip().splitlines()[0] if run.returncode else ""


def files_naming(
    tests: Mapping[str, Sequence[str]], requirement: str, paths: Sequence[str] = ()
) -> list[str]:
    """The files (below these paths) in which a test carries an id, of every test with its ids."""
    found = {test.split("::")[0] for test, ids in tests.items() if requirement in ids}
    return sorted(f for f in found if not paths or any(Path(f).is_relative_to(p) for p in paths))


def compiled(base: Path) -> None:
    """Leave the bytecode of a snapshot beside its sources, for all copies of it.

    By their content, not their time: a patch may come within the second of a copy.
    """
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash"]
    subprocess.run([*command, str(base)], capture_output=True)


def run_tests(
    tree: Path, patch: Patch, requirement: str, files: Sequence[str]
) -> tuple[dict[str, str], str]:
    """Run the tests of one id in a tree: the first real failure, and pytest's closing line."""
    found = tree / "kill.json"
    chosen = ["--req", requirement, "--req-kill", str(found)]
    chosen += [] if patch.emulator else ["-m", "not emu"]
    output = _pytest(tree, [*chosen, "--continue-on-collection-errors", *(files or patch.tests)])
    kill: dict[str, str] = json.loads(found.read_text()) if found.is_file() else {}
    return kill, output


def _pytest(tree: Path, arguments: Sequence[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.req_plugin", "--tb=no", "-rN"]
    command += ["-p", "no:cacheprovider", "--hypothesis-profile=noticed"]
    command += [f"--timeout={_HANG_S}", *arguments]
    try:
        run = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"no end after {_LIMIT_S} s"
    lines = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    return lines[-1].strip("= ") if lines else "pytest said nothing"


def attempt(base: Path, patch: Patch, requirement: str, files: Sequence[str] = ()) -> Verdict:
    """One patch against the tests of one id (in these files); confirmed() has the last word."""
    started = time.perf_counter()
    test, how = _attempted(base, patch, requirement, files)
    took_s = time.perf_counter() - started
    return Verdict(patch.name, requirement, bool(test), how, took_s, test)


def _attempted(
    base: Path, patch: Patch, requirement: str, files: Sequence[str]
) -> tuple[str, str]:
    with copied(base) as tree:
        if refusal := apply(patch, tree):
            return "", f"does not apply: {refusal}"
        kill, closing = run_tests(tree, patch, requirement, files)
    if not kill:
        return "", f"survives: {closing}"
    return kill["test"], f"{kill['test'].split('/')[-1]} ({kill['by']})"


def confirmed(base: Path, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, less each kill by a test that fails without the patch too."""
    sound = passing(base, sorted({verdict.test for verdict in verdicts if verdict.killed}))
    return [v if not v.killed or v.test in sound else _noise(v) for v in verdicts]


def _noise(verdict: Verdict) -> Verdict:
    how = f"fails without the patch too: {verdict.test}"
    return replace(verdict, killed=False, how=how)


def passing(base: Path, tests: Sequence[str]) -> set[str]:
    """Those of the tests that pass in an unbroken copy: all at once, or else one by one."""
    with copied(base) as tree:
        if len(tests) > 1:
            closing = _pytest(tree, ["-n", str(WORKERS), *tests])
            if closing.startswith(f"{len(tests)} passed in "):
                return set(tests)
        return {test for test in tests if _pytest(tree, [test]).startswith("1 passed in ")}


def main() -> int:
    """Judge every patch (or those of --only), print the table; 1 when one got through."""
    parser = argparse.ArgumentParser(prog="make sabotage", description=__doc__)
    parser.add_argument("--only", help="a requirement id or a patch name")
    only = parser.parse_args().only
    jobs = [(p, i) for p in patches() for i in p.kills if only in (None, i, p.name)]
    jobs.sort(key=lambda job: not job[0].emulator)  # the longest first
    with snapshot(ROOT) as base, ThreadPoolExecutor(WORKERS) as pool:
        compiled(base)
        tests = marks(base)
        verdicts = []
        files = [files_naming(tests, requirement, patch.tests) for patch, requirement in jobs]
        for verdict in pool.map(lambda job, own: attempt(base, job[0], job[1], own), jobs, files):
            verdicts.append(verdict)
            print("." if verdict.killed else f"\nSURVIVES {verdict.patch}", end="", flush=True)
        verdicts = confirmed(base, verdicts)
    print()
    rows = [
        (v.patch, v.requirement, "killed" if v.killed else "SURVIVES", f"{v.took_s:.0f} s", v.how)
        for v in verdicts
    ]
    print(table(("patch", "id", "", "took", "by"), rows))
    lost = sum(not verdict.killed for verdict in verdicts)
    print(f"{len(jobs) - lost} of {len(jobs)} deliberate mistakes were noticed")
    return int(lost > 0 or not jobs)


if __name__ == "__main__":
    sys.exit(main())
