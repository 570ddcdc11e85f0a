"""What a press does: PATIENT asks for the patient's bolus, either one ends a prime or calibration
run (THER-3, THER-4).

Upstream: hal/buttons.py, whose edges wake the loop. Downstream: facade.py, as for any request.
"""

from micropython import const

from picodose.codes import AL_BUTTON_STUCK
from picodose.safety import tones
from picodose.safety.debounce import Debounce
from picodose.states import CALIBRATING, PRIMING

_PATIENT = const(0)
_CLICKED_MS = const(60)  # the click is heard before the answer
_NEVER_MS = const(1 << 60)


class Buttons:
    """parts: the wired pump, with buttons (patient, service); pump: the state machine; ask: what
    the patient's press asks for.
    """

    def __init__(self, parts, pump, ask):
        self._parts = parts
        self._pump = pump
        self._ask = ask
        self._ask_ms = _NEVER_MS
        now_ms = parts.clock.now_ms()
        self._contacts = [Debounce(button.pressed(), now_ms) for button in parts.buttons]
        self.due_ms = 0

    def run(self, now_ms: int) -> None:
        """Loop part: due at every edge."""
        for which in range(len(self._contacts)):
            if self._contacts[which].look(self._parts.buttons[which].pressed(), now_ms):
                self._pressed(which, now_ms)
        if now_ms >= self._ask_ms:
            self._ask_ms = _NEVER_MS
            self._ask()
        stuck = [i for i in range(len(self._contacts)) if self._contacts[i].stuck]
        if stuck:
            self._parts.alerts.raise_(AL_BUTTON_STUCK, stuck[0])
        else:
            self._parts.alerts.clear(AL_BUTTON_STUCK)
        self.due_ms = min([contact.due_ms for contact in self._contacts] + [self._ask_ms])

    def _pressed(self, which: int, now_ms: int) -> None:
        if self._pump.state in (PRIMING, CALIBRATING):
            self._pump.stop("button")
        elif which == _PATIENT:
            self._parts.alerts.cue(tones.CLICK)
            self._ask_ms = now_ms + _CLICKED_MS
