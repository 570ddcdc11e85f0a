"""The modules of the virtual Pico have the firmware's names and constants, no more, no fewer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shim.errors import NotModelled
from shim.modules.catalog import Catalog
from shim.surface import firmware, gaps, placeholder
from shim.virtual_pico import VirtualPico

MODULES = (
    "machine micropython time select os gc sys io rp2 hashlib struct array json binascii "
    "collections errno heapq math random re cmath"
).split()


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    pico = VirtualPico(tmp_path_factory.mktemp("device"))
    pico.run_for(50)
    assert pico.program is not None
    return pico.program.catalog


def names_of(catalog: Catalog, module: str) -> dict[str, Any]:
    names = catalog.names(module)
    assert names is not None
    return {name: value for name, value in names.items() if not name.startswith("__")}


def members(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_exactly_the_names_of_the_firmware(catalog: Catalog, module: str) -> None:
    assert set(names_of(catalog, module)) == set(firmware()[module])


@pytest.mark.parametrize("module", MODULES)
def test_every_constant_has_the_value_of_the_firmware(catalog: Catalog, module: str) -> None:
    names = names_of(catalog, module)
    for name, entry in firmware()[module].items():
        if entry.kind == "constant":
            assert names[name] == entry.value, name
        for member, value in entry.members.items():
            if value is not None:
                assert getattr(names[name], member) == value, f"{name}.{member}"


def test_every_name_without_a_model_and_every_class_that_differs_is_reviewed(
    catalog: Catalog,
) -> None:
    found = set()
    for module in MODULES:
        names = names_of(catalog, module)
        for name, entry in firmware()[module].items():
            value = names[name]
            if entry.kind != "constant" and value is placeholder(module, name):
                found.add(f"{module}.{name}")
            elif entry.kind == "class" and isinstance(value, type):
                public = {m for m in entry.members if not m.startswith("_")}
                if members(value) != public:
                    found.add(f"{module}.{name}")
    assert found == set(gaps())
    assert all(gaps().values())


def test_a_name_without_a_model_says_so_when_called(catalog: Catalog) -> None:
    machine = names_of(catalog, "machine")
    with pytest.raises(NotModelled, match=r"machine\.UART exists on the board"):
        machine["UART"](0)
    with pytest.raises(NotModelled, match=r"machine\.bootloader"):
        machine["bootloader"]()


def test_a_module_without_a_model_is_refused_and_an_unknown_one_is_unknown(
    catalog: Catalog,
) -> None:
    with pytest.raises(NotModelled, match="network"):
        catalog.names("network")
    assert catalog.names("typing") is None


def test_the_reviewed_file_is_the_one_in_the_repository() -> None:
    folder = Path(__file__).resolve().parents[2] / "shim"
    assert (folder / "firmware-surface-v1.27.0.txt").is_file()
    assert (folder / "surface_gaps.txt").is_file()
