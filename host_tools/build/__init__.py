"""From the device folder to what a board gets: folded, joined, compiled, with a manifest."""

from host_tools.build.install import (
    AS_SOURCE,
    DEVICE,
    as_compiled,
    compiled,
    built,
    texts_of,
)
from host_tools.build.kept import installed
from host_tools.build.scopes import BuildError

__all__ = [
    "AS_SOURCE", "DEVICE", "BuildError", "as_compiled", "built", "compiled", "installed",
    "texts_of",
]  # fmt: skip
