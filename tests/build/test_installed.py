"""What a board gets of this firmware: complete, small, and of the same mind as the sources."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.build import DEVICE, BuildError, as_compiled, built, compiled, texts_of
from host_tools.build.install import APART, ENTRY, written
from picodose import codes
from shim.trace.recorder import Recorder
from shim.virtual_pico import VirtualPico
from tools import size

ROOT = DEVICE.parent
MICROPYTHON = Path(sys.executable).parent / "micropython"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The installation, built once."""
    return built()


def test_the_firmware_is_one_file_and_what_runs_before_it(files: dict[str, bytes]) -> None:
    assert {"boot.py", "main.py", "manifest.txt", "picodose/assembly.mpy"} <= set(files)
    apart = {name for name in files if name.startswith("picodose/")} - {"picodose/assembly.mpy"}
    assert apart == {f"{module.replace('.', '/')}.mpy" for module in APART}
    assert files["main.py"] == (DEVICE / "main.py").read_bytes()


def test_all_of_it_compiled_is_within_the_budget(files: dict[str, bytes]) -> None:
    found = size.sizes(files)
    assert {"boot.py", "main.py", "picodose/assembly.mpy"} <= set(found)
    assert sum(found.values()) <= size.BUDGET_BYTES


@pytest.mark.req("SAF-1")
def test_the_manifest_names_every_file_and_its_hash_covers_them(files: dict[str, bytes]) -> None:
    *names, digest = files["manifest.txt"].decode().split()
    rest = {f"/{name}" for name in files if name != "manifest.txt"}
    assert set(names) == rest
    content = b"".join(files[name[1:]] for name in names)
    assert digest == hashlib.sha256(content).hexdigest()


def test_an_overlay_takes_the_place_of_a_file(files: dict[str, bytes]) -> None:
    bench = built(overlay={"profiles/active.py": b"from profiles.bench_step import *\n"})
    changed = {name for name in bench if files.get(name) != bench[name]}
    assert changed == {"picodose/assembly.mpy", "manifest.txt"}


def test_a_board_gets_the_profile_that_it_runs_and_no_other(files: dict[str, bytes]) -> None:
    assert [name for name in files if name.startswith("profiles/")] == ["profiles/active.mpy"]
    text = b"from profiles.bench_step import *\nfrom profiles.battery_lipo import *\n"
    other = built(overlay={"profiles/active.py": text})
    assert b"bench-step" in other["picodose/assembly.mpy"]
    assert b"bench-step" not in files["picodose/assembly.mpy"]


@pytest.mark.req("SAF-2")
def test_two_values_change_places_without_a_tuple() -> None:
    text = "def tick_isr(a, b):\n    a.left, a.late = b.left, (b.late, 1)[0]\n    return (a, b)"
    assert written(ast.parse(text)) == text


def test_a_folder_without_the_firmware_is_compiled_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import pump\n")
    (tmp_path / "pump.py").write_text("def run():\n    return 3\n")
    (tmp_path / "package.json").write_text("{}")
    found = built(tmp_path)
    assert found["main.py"] == b"import pump\n"
    assert found["pump.mpy"][:2] == b"M\x06"
    assert set(found) == {"main.py", "pump.mpy", "manifest.txt"}


def test_a_file_that_micropython_cannot_compile_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"bad\.py"):
        compiled("bad.py", "match 3:\n    case 3: pass\n")
    (tmp_path / "worse.py").write_text("def (")
    with pytest.raises(BuildError, match=r"worse\.py"):
        built(tmp_path)


def _pure_program() -> dict[str, str]:
    """The cases of the unix port as an entry of their own, with numbers for refusals' names."""
    texts = {
        path.relative_to(DEVICE).as_posix(): path.read_text()
        for path in DEVICE.rglob("*.py")
        if path.parent != DEVICE
    }
    texts["cases.py"] = (ROOT / "tests/upy/cases.py").read_text()
    return texts


def test_joined_pure_modules_pass_every_case_on_micropython(tmp_path: Path) -> None:
    for name, text in as_compiled(_pure_program(), entry="cases", apart=()).items():
        if name == "cases.py":
            (tmp_path / "cases.mpy").write_bytes(compiled("cases.py", text))
    vectors = tmp_path / "tests" / "vectors"
    vectors.mkdir(parents=True)
    for source in (ROOT / "tests/vectors").iterdir():
        (vectors / source.name).write_text(_by_number(source.read_text()))
    (tmp_path / "run.py").write_text((ROOT / "tests/upy/run.py").read_text())
    run = subprocess.run(
        [str(MICROPYTHON), "run.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    assert int(run.stdout.split()[-4]) > 100  # "<n> checks, 0 wrong"


def _by_number(vectors: str) -> str:
    """On the board a refusal is a number: its name has been folded away."""
    lines = []
    for line in vectors.splitlines():
        name, tab, rest = line.partition("\t")
        number = getattr(codes, name, None) if name.isidentifier() else None
        lines.append(f"{number}{tab}{rest}" if tab and isinstance(number, int) else line)
    return "\n".join(lines) + "\n"


def _first_minute(folder: Path) -> tuple[str, bytes]:
    pico = VirtualPico(folder, seed=3)
    pico.set_adc_mv(0, 3000)
    recorder = Recorder()
    recorder.attach(pico.lines, {"STEP": 2, "ENABLE": 6, "BEEPER": 15})
    pico.until(lambda: b"ready" in pico.console, 5_000)
    pico.send(b'{"id":1,"cmd":"hello"} 00000000\n')
    pico.run_for(5_000)
    return recorder.digest(), pico.receive()


def test_the_joined_program_does_on_the_virtual_pico_what_the_sources_do(tmp_path: Path) -> None:
    texts = texts_of()
    for name in ("boot.py", "main.py"):
        (tmp_path / name).write_text(texts[name])
    for name, text in as_compiled(texts, ENTRY, APART).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ours = _first_minute(tmp_path)
    assert ours == _first_minute(DEVICE)
    assert ours[1]
