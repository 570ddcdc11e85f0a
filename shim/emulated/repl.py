"""Run a piece of source on an emulated board that sits at its prompt (raw REPL)."""

from __future__ import annotations

from shim.emulated.pico import EmulatedPico

_CTRL_A, _CTRL_B, _CTRL_C, _CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"
_LIMIT_MS = 5000


class GuestError(AssertionError):
    """The guest's code raised; the text is its traceback."""


def boot_to_prompt(pico: EmulatedPico) -> EmulatedPico:
    """Run until the port is enumerated and the prompt answers."""
    pico.until(lambda: pico.connected, _LIMIT_MS)
    start = len(pico.console)
    pico.send(b"\r\n")
    pico.until(lambda: b">>> " in pico.console[start:], _LIMIT_MS)
    return pico


def run_source(pico: EmulatedPico, source: str, limit_ms: float = 10_000) -> str:
    """Execute `source` and return what it printed; raises GuestError on a traceback."""
    start = len(pico.console)
    pico.send(b"\r" + _CTRL_C + _CTRL_C + _CTRL_A)
    pico.until(lambda: pico.console[start:].endswith(b"CTRL-B to exit\r\n>"), _LIMIT_MS)
    start = len(pico.console)
    pico.send(source.encode() + _CTRL_D)
    pico.until(lambda: pico.console[start:].count(_CTRL_D) >= 2, limit_ms)
    printed, raised = pico.console[start:].split(_CTRL_D)[:2]
    start = len(pico.console)
    pico.send(_CTRL_B)
    pico.until(lambda: b">>> " in pico.console[start:], _LIMIT_MS)
    if raised:
        raise GuestError(raised.decode() + printed.decode())
    return printed.removeprefix(b"OK").decode().replace("\r\n", "\n")
