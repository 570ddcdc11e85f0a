"""The table of codes: unique, small, named."""

from __future__ import annotations

from picodose import codes


def constants() -> dict[str, int]:
    return {n: v for n, v in vars(codes).items() if n.isupper() and isinstance(v, int)}


def test_a_code_is_told_by_its_name() -> None:
    assert codes.name_of(1) == "RX_FORM"
    assert codes.name_of(100) == "AL_EMPTY"
    assert codes.name_of(255) == "255"


def test_every_code_is_unique_and_fits_a_journal_byte() -> None:
    values = list(constants().values())
    assert len(values) > 60
    assert len(set(values)) == len(values)
    assert all(0 < v < 256 for v in values)


def test_a_refusal_carries_all_five_fields() -> None:
    refused = codes.Refused(codes.RX_RATE_HIGH, "rate_nl_h", 7, 5, "lower the rate")
    assert (refused.code, refused.name, refused.value, refused.limit, refused.hint) == (
        codes.RX_RATE_HIGH,
        "rate_nl_h",
        7,
        5,
        "lower the rate",
    )
