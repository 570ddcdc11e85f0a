"""Who may know whom: the table here is the architecture."""

from __future__ import annotations

from collections.abc import Iterable

from tests.tidy.sources import Source, imported, none_of, sources

HARDWARE = {
    "machine", "rp2", "time", "os", "sys", "select", "io", "gc", "uctypes", "vfs", "network",
    "_thread", "utime", "uos", "usys", "uselect", "uio",
}  # fmt: skip
EVERYWHERE = {
    "micropython", "array", "struct", "binascii", "json", "hashlib", "collections",
}  # fmt: skip

# main.py's other half, kept apart because bytecode loads with less memory than source.
WIRING = "device/picodose/assembly.py"

# A part of device/picodose to the parts that it may import, itself aside. What is not named
# here (controller, pump, report) knows everything but hal; hal is known by the wiring alone.
MAY_IMPORT = {
    "units": set(),
    "codes": {"units"},
    "therapy": {"units", "codes"},
    "delivery": {"units", "codes", "therapy"},
    "safety": {"units", "codes"},
    "record": {"units", "codes"},
    "link": {"units", "codes", "therapy"},
    "hal": {"units", "codes"},
}
PARTS = set(MAY_IMPORT)

# The guard is the third layer: it must not share an error with the other two.
STRANGERS = {
    "device/picodose/delivery/guard.py": (
        "picodose.therapy", "picodose.delivery.plan", "picodose.delivery.ledger",
        "picodose.delivery.granter", "picodose.delivery.dosing",
    ),
}  # fmt: skip


def part(module: str) -> str:
    """`picodose.therapy.caps` -> `therapy`; `device/picodose/units.py` -> `units`."""
    return module.replace("/", ".").removeprefix("device.").split(".")[1]


def hardware_outside_hal(source: Source) -> list[str]:
    """Imports that a pure module of the device may not make."""
    inside = EVERYWHERE | {"picodose", "profiles"} | (HARDWARE if _wires(source) else set())
    return [
        source.at(node, f"imports {module}")
        for node, module in imported(source)
        if module.split(".")[0] not in inside
    ]


def _wires(source: Source) -> bool:
    return source.is_hal or source.path == WIRING


def against_the_flow(source: Source) -> list[str]:
    """Imports that run against the table."""
    mine = part(source.path)
    others = PARTS if _wires(source) else PARTS - {"hal"}
    known = MAY_IMPORT.get(mine, others) | {mine}
    return [
        source.at(node, f"{mine} may not know {module}")
        for node, module in imported(source)
        if module.startswith("picodose.") and part(module) in PARTS and part(module) not in known
    ]


def circles(edges: dict[str, set[str]]) -> list[str]:
    """Modules that import each other, over any number of steps."""
    found = []
    for start in edges:
        reached, open_ends = set(), set(edges[start])
        while open_ends:
            reached |= open_ends
            open_ends = {n for e in open_ends for n in edges.get(e, ())} - reached
        if start in reached:
            found.append(start)
    return found


def import_edges(files: Iterable[Source]) -> dict[str, set[str]]:
    """Module name to the modules that it imports, within the device."""
    names = {
        f.path.removeprefix("device/").removesuffix(".py").replace("/", "."): f for f in files
    }
    edges = {}
    for name, source in names.items():
        wanted = {module for _, module in imported(source)}
        wanted |= {module.rsplit(".", 1)[0] for module in wanted}
        edges[name] = (wanted & set(names)) - {name}
    return edges


def test_only_hal_boot_and_main_know_hardware() -> None:
    pure = Source("device/picodose/therapy/x.py", "import machine\nfrom time import ticks_ms\n")
    assert len(hardware_outside_hal(pure)) == 2
    assert not hardware_outside_hal(Source("device/picodose/hal/x.py", "import machine\n"))
    none_of(w for s in sources("device") for w in hardware_outside_hal(s))


def test_parts_of_the_device_are_known_one_way() -> None:
    wrong = Source("device/picodose/therapy/x.py", "from picodose.delivery import plan\n")
    assert against_the_flow(wrong)
    assert not against_the_flow(
        Source("device/picodose/delivery/x.py", "from picodose import units")
    )
    none_of(w for s in sources("device/picodose") for w in against_the_flow(s))


def test_only_main_names_hal() -> None:
    knowing = [
        s.path
        for s in sources("device")
        for _, module in imported(s)
        if module.startswith("picodose.hal") and not _wires(s)
    ]
    none_of(knowing)


def test_no_module_of_the_device_imports_itself_over_others() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]
    none_of(circles(import_edges(sources("device"))))


def test_guard_shares_no_code_with_what_it_guards() -> None:
    for path, strangers in STRANGERS.items():
        (source,) = (s for s in sources("device") if s.path == path)
        assert [m for _, m in imported(source) if m.startswith(strangers)] == []


def test_plant_and_trace_know_nothing_of_the_device() -> None:
    device = ("picodose", "profiles", "device", "boot", "main")
    wrong = [
        s.at(node, f"imports {module}")
        for s in sources("shim/plant", "shim/trace")
        for node, module in imported(s)
        if module.split(".")[0] in device
    ]
    none_of(wrong)


def test_host_tools_and_shim_do_not_import_tests() -> None:
    wrong = [
        s.at(node, f"imports {module}")
        for s in sources("shim", "tools", "device")
        for node, module in imported(s)
        if module.split(".")[0] == "tests"
    ]
    none_of(wrong)


WRITTEN_ONCE = (
    "codes",
    "units",
    "link.canon",
    "link.frame",
    "record.journal",
    "therapy.prescription",
)
"""Pure parts of the device that the host uses instead of writing them again (design 2, rule 4)."""


def packing(source: Source) -> list[str]:
    """Places that lay out bytes by themselves: records and frames have one writer."""
    return [source.at(node, "packs") for node, module in imported(source) if module == "struct"]


def test_host_tools_use_the_pure_parts_of_the_device_and_do_not_write_them_again() -> None:
    host = list(sources("host_tools"))
    known = {module for source in host for _, module in imported(source)}
    for name in WRITTEN_ONCE:
        assert any(f"{module}.".startswith(f"picodose.{name}.") for module in known), name
    assert packing(Source("host_tools/x.py", "import struct\n"))
    none_of(place for source in host for place in packing(source))


PAGE = {"nicegui", "fastapi", "starlette", "uvicorn"}
CONSOLE = "host_tools/console/"
PAGE_FILES = ("server.py", "page.py", "shell.py", "hand.py", "panels/")


def of_the_console(source: Source) -> list[str]:
    """Imports of the bench console's by others, and of the page's packages by what is no page."""
    inside = source.path.startswith(CONSOLE)
    is_page = source.path.removeprefix(CONSOLE).startswith(PAGE_FILES) if inside else False
    return [
        source.at(node, f"imports {module}")
        for node, module in imported(source)
        if (module.startswith("host_tools.console") and not inside)
        or (module.split(".")[0] in PAGE and not is_page)
    ]


def test_nothing_but_the_console_knows_the_console_and_its_packages() -> None:
    assert of_the_console(Source("host_tools/cli/x.py", "from host_tools.console import deck\n"))
    assert of_the_console(Source("host_tools/console/deck.py", "from nicegui import ui\n"))
    assert not of_the_console(Source("host_tools/console/page.py", "from nicegui import ui\n"))
    none_of(w for s in sources("host_tools", "shim", "tools", "device") for w in of_the_console(s))
