"""What goes on paper: the report, the identity card, the curves of the flow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from host_tools import words
from host_tools.cli import record, typed
from host_tools.cli.desk import Desk
from host_tools.cli.problems import Problem

_OUT = Path("out")
_STANDARD_MIN = 120.0
_FLOW_PERIOD = "the second hour of two, as IEC 60601-2-24 has it, else the second half"


def report(
    desk: Desk,
    out: Annotated[Path, typer.Option(help="the page to write")] = _OUT / "report.html",
    kept: Annotated[
        str, typer.Option(help="serial number: from the port's record alone, no pump is asked")
    ] = "",
) -> None:
    """Write the pump's record as one HTML page: doses, alarms, refills, overrides, calibrations.

    The log is read on first, and the status of this moment stands at the top. The page needs no
    network and no script.

    Example: picodose report --out report.html
    """
    from host_tools.book import Book, pull
    from host_tools.report import report_html

    if kept:
        with Book(record.where(desk.port)) as book:
            page, told = report_html(book, book.pump(kept)), []
    else:
        with desk.pump() as pump, record.opened(pump) as (book, known):
            told = list(pull(book, known, pump.client).sentences())
            status, wall_s = pump.client.status(), pump.world.wall_s()
            page = report_html(book, known, status, wall_s)
            record.note_status(pump, status)
    _written(out, lambda path: path.write_text(page, encoding="utf-8"), "picodose report")
    desk.result({"file": str(out), "told": told}, *told, f"The report is {out}.")


def card(
    desk: Desk,
    out: Annotated[Path, typer.Option(help="the file to write: .svg, .pdf or .png")] = (
        _OUT / "card.pdf"
    ),
    contact: Annotated[str, typer.Option(help="whom a finder calls, at most 80 letters")] = "",
) -> None:
    """Draw the pump's identity card, with a QR code of its text, from a status read now.

    Two faces of 85.6 x 54 mm, to be printed, cut out and folded.

    Example: picodose card --contact "Robin, bench 3" --out card.pdf
    """
    from host_tools.card import read_card
    from host_tools.card.text import CONTACT_MAX

    if len(contact) > CONTACT_MAX:
        raise typer.BadParameter(f"the contact has more than {CONTACT_MAX} letters")
    if out.suffix not in (".svg", ".pdf", ".png"):
        raise typer.BadParameter(f"{out}: end it in .svg, .pdf or .png")
    with desk.pump() as pump:
        found = read_card(pump.client, pump.world.wall_s(), contact)
    _written(out, found.save, "picodose card")
    desk.result(
        {"file": str(out), "text": found.text, "card": dict(found.rows)},
        found.text,
        f"The card is {out}.",
    )


def trumpet(
    desk: Desk,
    rate: Annotated[str, typer.Option(help='the rate that was set, such as "400 uL/h"')],
    scale: Annotated[
        Path | None, typer.Option(help="a scale's log as CSV; without it a pump is simulated")
    ] = None,
    span: Annotated[str, typer.Option("--for", help="how long the simulated one runs")] = "2 h",
    cycle: Annotated[str, typer.Option(help="one pulse cycle of the pump of the log")] = "",
    celsius: Annotated[float, typer.Option(min=5, max=40, help="the water's, by the log")] = 20.0,
    out: Annotated[Path, typer.Option(help="the picture to write: .png, .svg or .pdf")] = (
        _OUT / "trumpet.png"
    ),
) -> None:
    """Draw start-up curve and trumpet curves, from a scale's log or from a simulated pump.

    The log's first line names its columns: time_s or time_min, and mass_mg, mass_g, volume_ul or
    volume_ml. Windows of 2, 5, 11, 19 and 31 min, and of whole pulse cycles.

    Example: picodose trumpet --rate "400 uL/h" --for "20 min"
    """
    from host_tools.trumpet import curves

    if out.suffix not in (".svg", ".pdf", ".png"):
        raise typer.BadParameter(f"{out}: end it in .png, .svg or .pdf")
    rate_ul_h = typed.rate_nl_h(rate) / 1000
    if scale is None:
        samples, cycle_min, whose = _simulated(rate_ul_h, typed.span_ms(span) / 60_000)
    else:
        samples, whose = _logged(scale, celsius), scale.name
        cycle_min = typed.span_ms(cycle) / 60_000 if cycle else 0.0
    length = samples[-1][0]
    long = length >= _STANDARD_MIN - 0.01
    period = (60.0, _STANDARD_MIN) if long else (length / 2, length)
    found = curves(samples, rate_ul_h, cycle_min, period)
    _written(out, lambda path: found.picture(path, f"Flow of {whose}"), "picodose trumpet")
    data = {"file": str(out), "source": whose, **found.as_dict()}
    desk.result(data, *_lines(found), f"The picture is {out}.")


def _lines(found: Any) -> list[Any]:
    from rich.table import Table

    table = Table(title="trumpet: error of the worst windows", title_justify="left")
    for head in ("window", "pulse cycles", "smallest", "largest"):
        table.add_column(head, justify="right")
    for one in found.windows:
        errors = (f"{one.min_percent:+.2f} %", f"{one.max_percent:+.2f} %")
        table.add_row(f"{one.minutes:g} min", str(one.cycles or ""), *errors)
    begin, end = found.period_min
    return [
        f"Set {words.rate(round(found.rate_ul_h * 1000))}; mean error {found.mean_percent:+.2f} % "
        f"from minute {begin:g} to {end:g} ({_FLOW_PERIOD}).",
        table,
    ]


def _simulated(rate_ul_h: float, minutes: float) -> tuple[list[tuple[float, float]], float, str]:
    from host_tools.trumpet.simulated import cycle_min, simulated

    return simulated(rate_ul_h, minutes), cycle_min(rate_ul_h), "a simulated pump"


def _logged(path: Path, celsius: float) -> list[tuple[float, float]]:
    from host_tools.trumpet import from_csv
    from host_tools.weigh import density_ug_ml

    try:
        with path.open(encoding="utf-8", newline="") as file:
            return from_csv(file, str(path), density_ug_ml(celsius))
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(
            "file",
            f"{path} cannot be read ({error})",
            safe="No pump was asked; nothing was changed.",
            cause="another name, no right to read it, or no text file",
            next_line="picodose trumpet --help",
        ) from error


def _written(path: Path, write: Callable[[Path], object], line: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
    except OSError as error:
        raise Problem(
            "file",
            f"{path} cannot be written ({error})",
            safe="The pump was only read; it goes on with what it was doing.",
            cause="another folder, or no right to write there",
            next_line=f"{line} --help",
        ) from error
