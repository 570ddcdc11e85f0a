"""Every alarm, as data only (ALM-1). Device, host, README and tests read it here and nowhere else.

Columns: code, priority (also its tone, safety/tones.py), pump action, latched, cleared by, words
for the person.
action: STOP halts the pump and blocks a start while the alarm is active. A latched alarm stays
until the cause is gone and a person acknowledged it. "Cleared by" says what ends the cause:
CAUSE the cause itself goes, ACK acknowledging is enough, POWER only a power-on self-test.
The words are for the host: a board gets the columns before them (host_tools/build/columns.py).
"""

from micropython import const

from picodose import codes

HIGH = const(3)
MEDIUM = const(2)
LOW = const(1)
GO_ON = const(0)
STOP = const(1)
CAUSE = const(0)
ACK = const(1)
POWER = const(2)

# fmt: off
ROWS = (
    (codes.AL_OVER_DELIVERY, HIGH, STOP, True, POWER,
     "The pump moved more than it was told. It has stopped. Switch it off."),
    (codes.AL_MEMORY, HIGH, STOP, True, POWER,
     "Stored data cannot be read or written. The pump has stopped."),
    (codes.AL_SELF_TEST, HIGH, STOP, True, POWER,
     "A self-test failed. The pump stays stopped."),
    (codes.AL_WATCHDOG_STOP, HIGH, STOP, True, ACK,
     "The pump restarted three times in an hour. It stays stopped."),
    (codes.AL_END_OF_SERVICE, HIGH, STOP, True, CAUSE,
     "The battery is used up. The pump has stopped. Replace the battery."),
    (codes.AL_EMPTY, HIGH, STOP, True, CAUSE,
     "The reservoir is empty. The pump has stopped. Refill it."),
    (codes.AL_OCCLUSION, HIGH, STOP, True, CAUSE,
     "The outlet is blocked. The pump has stopped. Free the tube first."),
    (codes.AL_LEAK, HIGH, STOP, True, ACK,
     "Fluid is lost on its way. The pump has stopped. Check the tube."),
    (codes.AL_STALL, HIGH, STOP, True, POWER,
     "The pump does not move as it should. It has stopped."),
    (codes.AL_ROTOR, HIGH, GO_ON, True, CAUSE,
     "The motor is driven but does not turn. Keep magnets away from it."),
    (codes.AL_REFILL_MISMATCH, HIGH, STOP, True, CAUSE,
     "The residue is not what was expected. Find out why before a start."),
    (codes.AL_STOPPED_LONG, HIGH, GO_ON, True, CAUSE,
     "The pump has been stopped for two days."),
    (codes.AL_CYCLES, HIGH, STOP, True, ACK,
     "Stopped and started the same way three times. Find out why first."),
    (codes.AL_UNDER_DELIVERY, MEDIUM, GO_ON, True, CAUSE,
     "Less was delivered than was ordered."),
    (codes.AL_CAP_REACHED, MEDIUM, GO_ON, False, CAUSE,
     "The most that is allowed has been given. The pump gives less for now."),
    (codes.AL_POWER_LOST, MEDIUM, GO_ON, True, ACK,
     "The power was lost. Nothing is made up. Check that the pump runs."),
    (codes.AL_WATCHDOG, MEDIUM, GO_ON, True, ACK,
     "The pump restarted by itself."),
    (codes.AL_CLOCK_LOST, MEDIUM, GO_ON, False, CAUSE,
     "The time of day is unknown. Set the clock to resume the day program."),
    (codes.AL_TRIAL_ENDED, MEDIUM, GO_ON, True, ACK,
     "The trial is over. The pump has stopped as planned."),
    (codes.AL_TEMPERATURE, MEDIUM, GO_ON, False, CAUSE,
     "The pump is too hot or too cold."),
    (codes.AL_BATTERY_FAULT, MEDIUM, GO_ON, False, CAUSE,
     "The battery cannot be measured. Check its wires."),
    (codes.AL_LOW_BATTERY, MEDIUM, GO_ON, False, CAUSE,
     "The battery is low. Replace it now."),
    (codes.AL_KEY_FAILURES, MEDIUM, GO_ON, True, ACK,
     "Someone used a wrong key five times in a minute."),
    (codes.AL_BUTTON_STUCK, MEDIUM, GO_ON, False, CAUSE,
     "A button is held down or stuck. It is ignored until it comes free."),
    (codes.AL_LOW_RESERVOIR, LOW, GO_ON, False, CAUSE,
     "The reservoir is low. Refill it soon."),
    (codes.AL_REPLACE_SOON, LOW, GO_ON, False, CAUSE,
     "Replace the battery within 90 days."),
    (codes.AL_STOPPED_REMINDER, LOW, GO_ON, False, CAUSE,
     "The pump is stopped."),
    (codes.AL_REFILL_DUE, LOW, GO_ON, False, CAUSE,
     "The refill date has passed."),
    (codes.AL_CALIBRATION_DUE, LOW, GO_ON, False, CAUSE,
     "The calibration is old. Calibrate the pump anew."),
)
