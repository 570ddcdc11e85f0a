"""What an identity card says, from what a pump says of itself at one moment (REC-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_tools.book.export import local_time
from host_tools.link.client import LinkClient

NOTICE = "Bench demo, water only. Not a medical device."
CONTACT_MAX = 80  # letters
_NONE = "-"
_IDENTITY_PAGE = 3


@dataclass(frozen=True)
class Card:
    """Rows of name and value; the QR code holds `text`, which is the same rows. ASCII only, so
    that every reader of such codes shows it alike.
    """

    rows: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """One row a line, the notice first."""
        return "\n".join([NOTICE, *(f"{name}: {value}" for name, value in self.rows)])

    def save(self, path: Path) -> None:
        """Draw it to a file: SVG, PDF or PNG, by its ending."""
        from host_tools.card.picture import save_card

        save_card(self, path)


def read_card(client: LinkClient, wall_s: int, contact: str = "") -> Card:
    """The card of a connected pump, read now; wall_s: the host's clock; raises PumpError."""
    hello = client.request("hello")
    status = client.status()
    status.update(client.request("status", page=_IDENTITY_PAGE))
    return card_of(hello, status, wall_s, contact)


def card_of(
    hello: Mapping[str, Any], status: Mapping[str, Any], wall_s: int, contact: str = ""
) -> Card:
    """The card from a hello and all pages of a status that were read at wall_s.

    contact: whom a finder calls; what is not printable ASCII in it becomes "?". Raises ValueError
    where it is longer than CONTACT_MAX.
    """
    if len(contact) > CONTACT_MAX:
        raise ValueError(f"the contact has {len(contact)} letters, the card holds {CONTACT_MAX}")
    fluid = f"{status['fluid']}, {status['conc_ug_ml']} ug/mL" if status["fluid"] else _NONE
    rows = [
        ("Model", f"{hello['name']} {hello['profile']} {hello['version']}"),
        ("Serial", str(hello["serial"])),
        ("Build", str(status["build"]) or _NONE),
        ("Fluid", fluid),
        ("Most", f"{_ml(status['rate_max_nl_h'])}/h, bolus {_ml(status['bolus_max_nl'])}"),
        ("Caps", _caps(str(status["caps"]))),
        ("Refill by", _date(int(status["refill_wall_s"]))),
        ("Read", local_time(wall_s)[:16]),
        ("Contact", "".join(c if " " <= c <= "~" else "?" for c in contact) or _NONE),
    ]
    return Card(tuple(rows))


def _caps(text: str) -> str:
    windows = [row.split(":") for row in text.split(",")]
    return ", ".join(f"{_ml(int(nl))} in {int(span_s) // 3600} h" for span_s, nl in windows)


def _ml(nl: int) -> str:
    return f"{nl / 1e6:g} mL"


def _date(wall_s: int) -> str:
    return _NONE if wall_s < 0 else local_time(wall_s)[:10]
