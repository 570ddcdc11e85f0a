"""No pure module of the device is left out of the cases that the unix port runs."""

from __future__ import annotations

from tests.upy.run import left_out, texts_of_cases


def test_every_pure_module_has_a_case() -> None:
    assert left_out(texts_of_cases()) == []


def test_a_module_without_a_case_is_named() -> None:
    texts = [text.replace("picodose.link.upload", "picodose.units") for text in texts_of_cases()]
    assert left_out(texts) == ["picodose.link.upload"]
    assert "picodose.delivery.plan" in left_out([])
