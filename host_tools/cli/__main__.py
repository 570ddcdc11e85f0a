"""`python -m host_tools.cli`; `make` writes .venv/bin/picodose, which starts this."""

from __future__ import annotations

import sys

from host_tools.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
