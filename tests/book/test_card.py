"""The identity card says what the pump says at that moment, and its code says the same."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from host_tools.card import Card, read_card
from host_tools.card.text import CONTACT_MAX, NOTICE
from host_tools.link import SimTransport
from host_tools.rx import limits_of, read_plan
from host_tools.sim_server import virtual_pump
from shim.filesystem import FileSystem
from shim.flash import NorFlash
from shim.virtual_pico import VirtualPico
from tests.book.log_maker import WALL_S
from tests.willing import WillingClient

PLAN = Path(__file__).resolve().parents[2] / "host_tools" / "examples" / "constant.toml"


def pump() -> tuple[VirtualPico, WillingClient]:
    """A pump that is to give water, with its clock set."""
    world = virtual_pump()
    world.run_for(3000)
    client = WillingClient(SimTransport(world))
    client.connect()
    client.request("clock", wall_s=WALL_S)
    client.load(read_plan(PLAN, limits_of()).raw)
    return world, client


def installed_hash(world: VirtualPico) -> str:
    """The last line of the manifest in the pump's flash."""
    files = FileSystem(NorFlash(bytearray(world.flash_image())))
    files.mount()
    return files.read_bytes("manifest.txt").split()[-1].decode()


def decoded(path: Path) -> str:
    """The text of the one code in a picture."""
    with Image.open(path) as picture:
        (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text)


@pytest.mark.req("REC-6")
def test_the_card_says_what_the_pump_says_now_and_its_code_the_same(tmp_path: Path) -> None:
    world, client = pump()
    contact = "Robin, bench 3, +44 20 7946 0000"
    before = dict(read_card(client, WALL_S, contact).rows)
    assert before["Fluid"] == "demo-baclofen, 500 ug/mL"
    client.request("refill", measured_nl=20_000_000, filled_nl=18_000_000,
                   fluid="dyed-water", conc_ug_ml=500)  # fmt: skip
    card = read_card(client, WALL_S + 60, contact)
    rows = dict(card.rows)
    assert rows["Fluid"] == "dyed-water, 500 ug/mL"
    assert rows["Model"] == "picodose therapy-step 0.1.0"
    assert rows["Build"] == installed_hash(world)[:12]
    assert len(rows["Serial"]) == 16 and rows["Serial"] == client.request("hello")["serial"]
    assert rows["Most"] == "1 mL/h, bolus 0.5 mL"
    assert rows["Caps"] == "1.5 mL in 1 h, 25 mL in 24 h"
    assert rows["Refill by"][:5] == "2026-" and rows["Read"] == "2026-11-14 19:34"
    for name in ("card.png", "card.svg", "card.pdf"):
        card.save(tmp_path / name)
    assert decoded(tmp_path / "card.png") == card.text
    assert card.text.startswith(NOTICE) and all(value in card.text for value in rows.values())
    assert ElementTree.parse(tmp_path / "card.svg").getroot().get("width", "").endswith("pt")
    assert (tmp_path / "card.pdf").read_bytes()[:5] == b"%PDF-"


@pytest.mark.req("REC-6")
def test_a_long_contact_is_on_the_card_and_in_the_code_and_a_longer_one_is_refused(
    tmp_path: Path,
) -> None:
    card = Card((("Contact", "x" * CONTACT_MAX), ("Model", "picodose"), ("Serial", "12")))
    card.save(tmp_path / "card.png")
    assert decoded(tmp_path / "card.png") == card.text
    _, client = pump()
    with pytest.raises(ValueError, match="81 letters"):
        read_card(client, WALL_S, "x" * (CONTACT_MAX + 1))
    assert dict(read_card(client, WALL_S, "Zoë").rows)["Contact"] == "Zo?"
