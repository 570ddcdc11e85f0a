"""Every small number that means something: refusals, alarms, journal events, states.

One table for device and host, so a code is never typed twice. All codes are below 256, unique in
this file, and are never renumbered: they stand in journals on flash. Ranges: 1-49 prescription,
50-99 requests and states, 100-149 alarms, 160-219 journal events.
"""

from micropython import const

# --- refusals of a prescription --------------------------------------------
RX_FORM = const(1)  # not canonical: re-encoding what was understood gives other bytes
RX_LONG = const(2)
RX_VERSION = const(3)
RX_MODE = const(4)
RX_FLUID = const(5)  # not in the library
RX_CONC = const(6)  # outside the range of the fluid
RX_RATE_LOW = const(7)
RX_RATE_HIGH = const(8)
RX_STEP_COUNT = const(9)
RX_STEP_TIME = const(10)
RX_STEP_ORDER = const(11)
RX_BOLUS_AMOUNT = const(12)
RX_BOLUS_TIME = const(13)
RX_BOLUS_RATE = const(14)
RX_BOLUS_OVERLAP = const(15)
RX_CAP = const(16)  # the program itself would pass a rolling cap
RX_WEEK = const(17)  # patterns, or the table of weekdays
RX_INTERVAL = const(18)  # from periodic bolus to periodic bolus
RX_PATIENT = const(19)  # lockout or count of the patient bolus
RX_TRIAL = const(20)
RX_MASS = const(21)  # a concentration, and the pump is not calibrated
RX_FLUID_LIMIT = const(24)  # past a hard limit of the fluid
RX_CALIBRATION = const(30)  # a number or the pump of a calibration

# --- refusals of a request -------------------------------------------------
LINK_FORM = const(50)
LINK_LONG = const(51)
LINK_CRC = const(52)
LINK_COMMAND = const(53)
LINK_FIELD = const(54)
LINK_ID = const(55)
NOT_DAMAGED = const(56)  # nothing stored is missing
LINK_PART = const(57)
LINK_DIGEST = const(58)
LINK_STALE = const(59)  # the request is from before the last reset
TRIAL_OVER = const(64)
NO_TRIAL = const(65)
DECOMMISSIONED = const(66)
WRONG_NAME = const(67)
KEY_NONE = const(68)  # none is enrolled, and this is no bench mode
KEY_NEEDED = const(69)  # the request must be signed
KEY_WRONG = const(87)  # not signed by this key for this session
KEY_ROLE = const(88)
KEY_PAUSED = const(89)  # five wrong ones in a minute
KEY_BUTTON = const(97)  # SERVICE is not held
KEY_FULL = const(98)
LINK_DONE = const(63)  # this very request was taken before, perhaps before a reset
NOT_STAGED = const(60)  # nothing is staged, or it lapsed
STAGED_OTHER = const(61)  # the digest is not that of what is staged
OVERRIDE = const(62)  # the commit does not name exactly the overrides that are needed
BUSY_BOLUS = const(70)
NOT_STOPPED = const(71)
NOT_PROGRAMMED = const(73)
NOT_FIT = const(74)  # a blocking alarm or a failed self-test
CAP_ROOM = const(75)  # admission: basal would be refused later
NO_ALARM = const(72)  # nothing to silence
ALARM_ACTIVE = const(76)  # a sound test would hide it
BATTERY_NOT_FULL = const(77)
MEMORY_BAD = const(78)  # flash did not read back what was written
PATIENT_NONE = const(80)  # the prescription in force has no patient bolus
PATIENT_LOCKOUT = const(81)
PATIENT_COUNT = const(82)  # as many as 24 h may have were given
BUTTON_STUCK = const(83)
NO_BOLUS = const(84)
NOT_RUNNING = const(85)
FIXED_RATE = const(86)  # this build is not programmable
RUN_AMOUNT = const(90)  # of a prime or calibration run
RUN_OFTEN = const(91)  # as many runs in 24 h as are allowed
NOTHING_TO_EXPLAIN = const(92)
NOT_EXPLAINED = const(93)  # a residue that was not the expected one
OTHER_FLUID = const(94)  # than the reservoir holds
STAGE_OPEN = const(95)  # something waits for its commit
BUSY_BRIDGE = const(96)  # the dead volume holds another concentration
RANGE = const(79)  # a number outside its unit's budget

# --- alarms ----------------------------------------------------------------
AL_EMPTY = const(100)
AL_END_OF_SERVICE = const(101)
AL_STALL = const(102)
AL_OVER_DELIVERY = const(103)
AL_MEMORY = const(104)
AL_SELF_TEST = const(105)
AL_WATCHDOG = const(106)  # one watchdog reset, therapy goes on
AL_WATCHDOG_STOP = const(107)  # three in an hour, stays stopped
AL_POWER_LOST = const(108)
AL_CLOCK_LOST = const(109)
AL_LOW_RESERVOIR = const(110)
AL_REPLACE_SOON = const(111)
AL_LOW_BATTERY = const(112)
AL_BATTERY_FAULT = const(113)
AL_UNDER_DELIVERY = const(114)
AL_CAP_REACHED = const(115)
AL_STOPPED_REMINDER = const(116)
AL_STOPPED_LONG = const(117)
AL_REFILL_DUE = const(118)
AL_CYCLES = const(119)  # three identical stop-start cycles in 10 min
AL_OCCLUSION = const(120)
AL_LEAK = const(121)
AL_REFILL_MISMATCH = const(122)  # residue and expected volume differ too much
AL_CALIBRATION_DUE = const(123)
AL_TEMPERATURE = const(124)
AL_KEY_FAILURES = const(125)
AL_BUTTON_STUCK = const(126)
AL_TRIAL_ENDED = const(127)
AL_ROTOR = const(128)  # driven, but its index sensor sees no motion; may end by itself

# --- overrides of a commit: names on the link, bits in the journal ----------
OVERRIDES = (
    "first",
    "change",
    "convert",
    "basal_low",
    "basal_high",
    "bolus_low",
    "bolus_high",
    "total_low",
    "total_high",
    "boluses_day",
    "nominal",
)

# --- journal events --------------------------------------------------------
EV_BOOT = const(160)  # a = 0 power, 1 watchdog, 2 forced, 3 soft; b = boot number modulo 65536
EV_START = const(161)  # a = digest
EV_STOP = const(162)  # a = confirmed steps, b = alarm that stopped it, 0: a person
EV_COMMIT = const(163)  # a = digest, b = total of a day in nL, c = bits of OVERRIDES
EV_REFUSED = const(164)  # a = refusal code
EV_BOLUS_BEGIN = const(165)  # a = nL, b = ms, c = number of the bolus x 16 + origin
EV_BOLUS_END = const(166)  # a = nL ordered so far, b = nL cancelled, c as at its begin
EV_BOLUS_MISSED = const(167)  # a = minute of the day, b = nL, c = step index
EV_ALARM = const(168)  # a = code, b = detail of its cause
EV_ALARM_CLEAR = const(169)  # a = code
EV_ALARM_ACK = const(170)  # a = code, b = 1 if that ended it
EV_CLOCK_SET = const(171)  # a = shift in s, b = scheduled boluses skipped
EV_MISSED = const(172)  # a = nL missed since the last, b = alarm code that says why
EV_TRIP = const(173)  # a = pin edges of this boot, b = guard's or granter's reason, c = alarm
EV_BATTERY_NEW = const(175)  # a = idle mV
EV_BATTERY_TIER = const(176)  # also once a boot; a = tier, b = load mV, c = idle mV
EV_SELF_TEST = const(177)  # a = failed mask, b = mask of checks that could not be made
EV_RESERVED = const(178)  # a = uncertain steps booked after a reset
EV_HOUR = const(179)  # a = steps confirmed in it, b = nL missed since the boot
EV_AUDIO_PAUSE = const(210)  # a = s asked for, 0 ends it
EV_SOUND_TEST = const(211)
EV_SERVICE_RESET = const(212)  # a = what was made anew, bits of the self-test
EV_BOLUS_CUT = const(181)  # by a reset; a = nL surely ordered, b = nL uncertain, c as above
EV_EXCEPTION = const(180)  # leaving the loop; a = length of the reason's name
EV_RUN_BEGIN = const(197)  # prime or calibration run; a = nL, b = ms, c = number x 16 + origin
EV_RUN_END = const(198)  # a = nL ordered so far, b = nL cancelled, c as at its begin
EV_REFILL = const(199)  # a = nL put in, b = nL more in it than expected, c = 1: to be explained
EV_REFILL_EXPLAINED = const(200)
EV_CALIBRATED = const(201)  # a nL are b steps now; c = speeds x repeats, 0: nominal
EV_BRIDGE = const(202)  # a = steps to go, 0: it has ended, b = ug/mL that leave until then
EV_SCORE = const(190)  # evaluation of a trial: a = 0 to 10, b = letters in the entries before it
EV_DECOMMISSION = const(192)  # a = 0 taken out of service, 1 commissioned again
EV_OVERRIDE = const(193)  # of a clinician's bolus; a = bits of OVERRIDES, b = nL
EV_KEY = const(194)  # who orders what comes next; a = number of the key, b = request id
EV_KEY_SET = const(195)  # a = number of the key, b = its role, 0: removed
EV_MAINTENANCE = const(196)
EV_TEXT = const(191)  # ten letters in a, b and c, bytes as they lie in flash


class Refused(Exception):
    """A request or value was refused and nothing changed.

    code: one of the refusal codes above; name: the field; value: what was asked; limit: the bound
    it broke (None where there is none); hint: what to do, a short plain sentence.
    """

    def __init__(
        self, code: int, name: str, value: object = None, limit: object = None, hint: str = ""
    ) -> None:
        super().__init__(code, name, value, limit, hint)
        self.code = code
        self.name = name
        self.value = value
        self.limit = limit
        self.hint = hint


class MemoryFault(Exception):
    """A stored item is missing, unreadable, or did not read back: alarm *memory*, no therapy."""


def name_of(code: int) -> str:
    """Return the constant's name of a code, or its number as text for an unknown one."""
    for name, value in globals().items():
        if value == code and name[:1] != "_":
            return name
    return str(code)
