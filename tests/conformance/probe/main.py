# ruff: noqa: I001
# mypy: ignore-errors
"""Conformance probe: prints `section.key: value` for every section that is asked for by name."""

import sys

from report import kind, say

MODULES = ("surface", "numbers", "library", "files", "pins", "timers", "waiting", "pio", "resets")

print("probe ready")
while True:
    asked = sys.stdin.readline().strip()
    if not asked:
        continue
    name, _, argument = asked.partition(" ")
    module, _, function = name.partition(".")
    if module in MODULES:
        try:
            section = getattr(__import__(module), function)
            section(argument) if argument else section()
        except Exception as error:
            say(name + ".ended", kind(error))
        say("done", asked)
