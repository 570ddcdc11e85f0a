"""The pump's own sounds for a browser, from the device's table of tones."""

from __future__ import annotations

import io
import wave

from picodose.safety import alarms, tones
from shim.trace.wav import SAMPLE_HZ, samples

NAMES = {
    "low": tones.LOW,
    "medium": tones.MEDIUM,
    "high": tones.HIGH,
    "confirm": tones.CONFIRM,
    "refuse": tones.REFUSE,
    "click": tones.CLICK,
}
"""Name of a tone to its pattern."""


def every_ms(name: str) -> int:
    """From one burst of an alarm to the next; 0 for a sound that comes once."""
    pattern = NAMES[name]
    return alarms._FAST_MS[pattern] if pattern <= tones.HIGH else 0


def wav(name: str) -> bytes:
    """One burst as a WAV file: the piezo's square wave through its own resonance."""
    placed = [
        (start_ms * 1_000_000, length_ms * 1_000_000, 1_000_000 / period_us)
        for period_us, start_ms, length_ms in tones.notes(NAMES[name])
    ]
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_HZ)
        file.writeframes(samples(placed).astype("<i2").tobytes())
    return held.getvalue()
