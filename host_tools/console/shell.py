"""What surrounds the panels: style sheet, script, and the STOP button, which is no part of the
page's machinery: it is there before it and works without it.
"""

from __future__ import annotations

from nicegui import ui

from host_tools.console import sounds

_HEAD = """
<link rel="stylesheet" href="/look/look.css">
<link rel="stylesheet" href="/look/parts.css">
<script src="/look/console.js" defer></script>
"""
_BODY = """
<a class="skip" href="#main">to the pump</a>
<div id="stop-place">
  <button id="stop" type="button" aria-keyshortcuts="Escape Escape"
    aria-label="Stop the pump at once">STOP<small>or Esc twice</small></button>
  <div id="stop-said" role="status" aria-live="assertive"></div>
</div>
<div id="cut-off" role="alert"></div>
"""


def dress() -> None:
    """Give the page its look, its script and its STOP."""
    ui.add_head_html(_HEAD)
    ui.add_body_html(_BODY)


def beat() -> None:
    """Tell the browser that the console lives; without it the page marks itself as old."""
    ui.run_javascript("window.bench && bench.beat()")


def sound(tone: str) -> None:
    """Play a tone of the pump's from now on, again and again if it is an alarm's; "" for none."""
    every_ms = sounds.every_ms(tone) if tone in sounds.NAMES else 0
    name = tone if tone in sounds.NAMES else ""
    ui.run_javascript(f"window.bench && bench.tone({name!r}, {every_ms})")
