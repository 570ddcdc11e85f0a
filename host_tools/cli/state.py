"""Where the host keeps things: stories of virtual pumps, programs that it has sent."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """$PICODOSE_STATE, else the state folder of this user."""
    named = os.environ.get("PICODOSE_STATE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "picodose"


def beside(story: Path, what: str) -> Path:
    """A file that belongs to a story: its "book", its "keys"."""
    return story.with_name(f"{story.name}.{what}")


def story(name: str, kind: str) -> Path:
    """The story file of `sim:NAME`: a path where it has a slash or a dot, else one of the
    folder's.
    """
    if "/" in name or "." in name or os.sep in name:
        return Path(name)
    return folder() / f"{name or 'pump'}.{kind}"
