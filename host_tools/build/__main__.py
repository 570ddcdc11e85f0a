"""`make board`: writes what a board gets into build/board, where device/package.json finds it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from host_tools.build import BuildError, installed
from host_tools.manifest import FRESH

FOLDER = Path("build/board")


def main(folder: Path = FOLDER) -> int:
    """Write the files, in place of older ones; 1 where one does not compile."""
    try:
        files = installed() | FRESH
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    print(f"{len(files)} files in {folder}; device/package.json names them for mip")
    return 0


if __name__ == "__main__":
    sys.exit(main())
