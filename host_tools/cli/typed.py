"""What a person types after a command: amounts with units, spans, dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import typer

_Value = TypeVar("_Value")


def reader(read: Callable[[object], _Value]) -> Callable[[str], _Value]:
    """A parser for typer out of one that raises ValueError with what to write."""

    def parse(text: str) -> _Value:
        try:
            return read(text)
        except ValueError as problem:
            raise typer.BadParameter(str(problem)) from None

    return parse


def volume_nl(text: str) -> int:
    """`4 uL` or `4uL` in nL; raises typer.BadParameter."""
    from host_tools.rx import quantity

    return reader(quantity.volume)(text).volume_nl(0)


def rate_nl_h(text: str) -> int:
    """`60 mL/h` in nL/h; raises typer.BadParameter."""
    from host_tools.rx import quantity

    found = reader(quantity.rate)(text)
    if found.is_mass:
        raise typer.BadParameter("write a volume per time, such as 60 mL/h")
    return found.volume_nl(0)


def span_ms(text: str) -> int:
    """`10 min` in ms; raises typer.BadParameter."""
    from host_tools.rx import quantity

    return reader(quantity.span_ms)(text)


def wall_s(text: str) -> int:
    """`2026-12-24 18:00` in seconds since 2000; raises typer.BadParameter."""
    from host_tools.rx import quantity

    return reader(quantity.wall_s)(text)


def concentration_ug_ml(text: str) -> int:
    """`500 ug/mL` in ug/mL; raises typer.BadParameter."""
    from host_tools.rx import quantity

    return reader(quantity.concentration_ug_ml)(text)
