"""The pump profiles by name, as a host finds them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import profiles


@cache
def profiles_by_name() -> dict[str, ModuleType]:
    """Every profile of a pump; the parts that profiles share (batteries) are none."""
    folder = Path(str(profiles.__file__)).parent
    stems = sorted(file.stem for file in folder.glob("*.py"))
    modules = [
        import_module(f"profiles.{stem}") for stem in stems if not stem.startswith(("_", "active"))
    ]
    return {module.NAME: module for module in modules if hasattr(module, "NAME")}
