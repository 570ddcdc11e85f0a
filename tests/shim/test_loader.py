"""Device code lives in a world of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tests.shim.conftest import MakePico, lines_of

Run = Callable[..., list[str]]


def test_packages_relative_and_nested_imports_work(run: Run) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/one.py": "from . import two\nfrom .two import VALUE\nfrom pkg.sub import deep\n",
        "pkg/two.py": "VALUE = 2\n",
        "pkg/sub/__init__.py": "",
        "pkg/sub/deep.py": "from ..two import VALUE\nDEEP = VALUE + 1\n",
        "lib/shared.py": "NAME = __name__\n",
    }
    assert run(
        """
        import pkg.one, shared
        from pkg import two as second
        from pkg.sub.deep import DEEP
        print(pkg.one.VALUE, pkg.one.two is second, DEEP, shared.NAME, __name__)
        try:
            from pkg import missing
        except ImportError:
            print("missing")
        """,
        files=files,
    ) == ["2 True 3 shared __main__", "missing"]


def test_a_module_whose_import_failed_is_tried_again(run: Run) -> None:
    assert (
        run(
            """
        for _ in range(2):
            try:
                import broken
            except ValueError as e:
                print(e)
        """,
            files={"broken.py": "raise ValueError('at import')"},
        )
        == ["at import"] * 2
    )


def test_the_hosts_module_table_and_built_ins_are_untouched(make_pico: Any) -> None:
    before = dict(sys.modules)
    pico = make_pico("import machine, micropython, time, os, sys, select\nprint('ok')")
    pico.run_for(100)
    assert pico.console.startswith(b"ok")
    assert {n for n in ("machine", "select", "rp2") if n in sys.modules} == {
        n for n in ("machine", "select", "rp2") if n in before
    }
    assert sys.modules["time"] is before["time"]


def test_names_of_desktop_python_are_not_there(run: Run) -> None:
    assert run("""
        for name in ("breakpoint", "TimeoutError", "aiter", "__loader__", "ModuleNotFoundError"):
            try:
                eval(name)
                print(name)
            except NameError:
                pass
        for module in ("typing", "functools", "threading", "enum", "dataclasses", "pathlib"):
            try:
                __import__(module)
                print(module)
            except ImportError:
                pass
        print("end")
    """) == ["end"]


def test_boot_runs_before_main_and_a_failing_boot_does_not_stop_main(make_pico: Any) -> None:
    pico = make_pico("print('main')", boot="print('boot')\nraise ValueError\n")
    pico.run_for(100)
    text = pico.console.decode()
    assert text.index("boot") < text.index("ValueError") < text.index("main")


def test_system_exit_is_a_soft_reset(make_pico: Any) -> None:
    pico = make_pico("""
        import sys, machine
        print("up")
        if machine.mem32[0x4005800C] == 0:
            machine.mem32[0x4005800C] = 1
            sys.exit()
        print("stays")
    """)
    pico.run_for(100)
    assert pico.console.startswith(b"up\r\nup\r\nstays\r\n") and pico.boots == 2


def test_an_overlay_takes_the_place_of_a_device_file_on_this_board_only(
    make_pico: MakePico,
) -> None:
    main = "from pumps import active\nprint(active.NAME, open('note.txt').read())"
    files = {"pumps/active.py": "NAME = 'small'", "note.txt": "own"}
    overlay = {
        "pumps/active.py": b"from pumps.large import *\n",
        "pumps/large.py": b"NAME = 'large'",
    }
    picos = [make_pico(main, files=files, **facts) for facts in ({}, {"overlay": overlay}, {})]
    for pico in picos:
        pico.run_for(100)
    assert [lines_of(pico) for pico in picos] == [["small own"], ["large own"], ["small own"]]
