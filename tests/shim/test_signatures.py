"""What is modelled takes the arguments that the official rp2 type stubs declare."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shim.modules.catalog import Catalog
from shim.surface import firmware, placeholder
from shim.virtual_pico import VirtualPico

TYPINGS = Path(__file__).resolve().parents[2] / "typings"
MODULES = "machine time micropython gc select os rp2".split()

REVIEWED = {
    "machine.freq": "the stub calls its first argument self; the bench knows one frequency",
    "machine.ADC.__init__": "atten belongs to other ports",
    "machine.Pin.irq": "priority and wake belong to other ports",
    "machine.Pin.init": "drive belongs to other ports",
    "os.unlink": "dir_fd belongs to desktop Python",
    "rp2.const": "the stub declares no argument at all",
    "rp2.PIOASMEmit.mov": "the third argument is the stub's way to write invert(x)",
}


def stub_of(module: str) -> ast.Module:
    for path in (f"{module}.pyi", f"{module}/__init__.pyi", f"stdlib/{module}.pyi"):
        if (TYPINGS / path).is_file():
            return ast.parse((TYPINGS / path).read_text())
    if (TYPINGS / "stdlib" / module / "__init__.pyi").is_file():
        return ast.parse((TYPINGS / "stdlib" / module / "__init__.pyi").read_text())
    pytest.fail(f"no stub of {module} in typings/: run `make setup` first")


def declared(
    module: str, names: dict[str, Any]
) -> Iterator[tuple[str, Callable[..., Any], ast.arguments]]:
    """(path, our callable, stub's arguments) of everything both stub and model have."""
    for node in stub_of(module).body:
        name = getattr(node, "name", "")
        entry = firmware()[module].get(name)
        if entry is None or names[name] is placeholder(module, name):
            continue
        if isinstance(node, ast.FunctionDef):
            yield f"{module}.{name}", names[name], node.args
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and part.name in {"__init__", *entry.members}:
                    yield (
                        f"{module}.{name}.{part.name}",
                        getattr(names[name], part.name),
                        part.args,
                    )


def accepts(function: Callable[..., Any], args: ast.arguments) -> bool:
    """True if the call with every argument and the call with only the needed ones both bind."""
    positional = [a.arg for a in args.posonlyargs + args.args]
    needed = positional[: len(positional) - len(args.defaults)]
    keywords = [a.arg for a in args.kwonlyargs]
    pairs = zip(keywords, args.kw_defaults, strict=True)
    needed_keywords = [name for name, default in pairs if default is None]
    signature = inspect.signature(function)
    try:
        signature.bind(*positional, **dict.fromkeys(keywords))
        signature.bind(*needed, **dict.fromkeys(needed_keywords))
    except TypeError:
        return False
    return True


@pytest.mark.slow
def test_every_modelled_callable_takes_what_the_stubs_declare_but_for_reviewed_ones(
    tmp_path: Path,
) -> None:
    pico = VirtualPico(tmp_path)
    pico.run_for(50)
    assert pico.program is not None
    catalog: Catalog = pico.program.catalog
    refused, compared = set(), 0
    for module in MODULES:
        names = catalog.names(module)
        assert names is not None
        for path, function, args in declared(module, names):
            compared += 1
            if not accepts(function, args):
                refused.add(path)
    assert refused == set(REVIEWED)
    assert compared > 80
