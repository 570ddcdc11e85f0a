"""Weighings in, the exact volume of a step out (DEL-4).

Canonical form is one flat JSON object without spaces, keys in this order: v, pump (the profile's
name), wall_s (the date), density_ug_ml (what a mL of the water weighs on a scale in air), points:
lists [rate_nl_h, steps, weighed_ug]. Without points, date and density 0, it is the explicit
acceptance of the profile's nominal value.

The fit is the ratio of the sums: volume of all the water by all steps. That is the least-squares
line through the origin where the square of a weighing's error grows with its volume (W. G.
Cochran, Sampling Techniques, ratio estimator), and exact in integers. More: docs/CALIBRATION.md.
"""

from micropython import const

from picodose import codes
from picodose.codes import Refused
from picodose.therapy.prescription import understood
from picodose.therapy.ranges import WALL_MAX_S, WALL_MIN_S, within
from picodose.units import mul_div_half_up

_LEAST = const(3)  # speeds, and weighings at each
_MOST = const(24)  # weighings: as many runs as 24 h allow
_MILLION = const(1000000)
_DENSITY_MIN = const(990000)  # ug/mL in air: water of 40 degrees C
_DENSITY_MAX = const(1010000)  # 0.9 % saline of 5 degrees C
_WEIGHED_MAX_UG = const(1073741823)
_KEYS = ("pump", "wall_s", "density_ug_ml", "points")
_FORM = '{"v":1,"pump":"%s","wall_s":%d,"density_ug_ml":%d,"points":[%s]}'


def encode(fields: dict) -> bytes:
    """Encode a fields dictionary canonically; raises KeyError, TypeError or ValueError."""
    points = ",".join(["[%d,%d,%d]" % tuple(point) for point in fields["points"]])
    return (_FORM % tuple([fields[key] for key in _KEYS[:3]] + [points])).encode()


def fit(raw: bytes, profile) -> tuple:
    """(nL, steps, wall seconds, ppm, speeds, repeats): nL per steps exactly, when it was weighed
    and how far the worst weighing lies from it; all after the second 0 for the nominal value.

    Raises Refused for another form or pump, fewer than three speeds or three repeats of each, a
    weighing further from the fit than the profile allows, and a fit too far from nominal.
    """
    fields = understood(raw, encode)
    pump, wall_s, density_ug_ml, points = [fields[key] for key in _KEYS]
    if pump != profile.NAME:
        raise Refused(codes.RX_CALIBRATION, "pump", pump, profile.NAME, "weigh this pump")
    if not (points or wall_s or density_ug_ml):
        return profile.NL_NUM, profile.STEPS_DEN, 0, 0, 0, 0
    rates = [point[0] for point in points]
    speeds, repeats = len(set(rates)), min([rates.count(rate) for rate in rates] or [0])
    least_nl, most_nl = profile.CALIBRATION_MIN_NL, 2 * profile.CALIBRATION_MAX_NL
    _check("wall_s", wall_s, WALL_MIN_S, WALL_MAX_S)
    _check("density_ug_ml", density_ug_ml, _DENSITY_MIN, _DENSITY_MAX)
    _check("points", len(points), 0, _MOST)
    _check("speeds", speeds, _LEAST, _MOST)
    _check("repeats", repeats, _LEAST, _MOST)
    for rate_nl_h, steps, weighed_ug in points:
        _check("rate_nl_h", rate_nl_h, profile.RATE_MIN_NL_H, profile.PRIME_RATE_NL_H)
        _check("run_nl", steps * profile.NL_NUM // profile.STEPS_DEN, least_nl, most_nl)
        _check("weighed_ug", weighed_ug, 1, _WEIGHED_MAX_UG)
    steps, weighed_ug = [sum([point[i] for point in points]) for i in (1, 2)]
    off_ppm = [_off_ppm(point[2] * steps, point[1] * weighed_ug) for point in points]
    worst_ppm = max(off_ppm)
    hint = "weigh %s again" % points[off_ppm.index(worst_ppm)]
    _check("off_ppm", worst_ppm, 0, profile.CALIBRATION_POINT_PPM, hint)
    volume_nl = mul_div_half_up(weighed_ug, _MILLION, density_ug_ml)
    nominal_ppm = _off_ppm(volume_nl * profile.STEPS_DEN, steps * profile.NL_NUM)
    hint = "look for air, tube and scale"
    _check("nominal_ppm", nominal_ppm, 0, profile.CALIBRATION_NOMINAL_PPM, hint)
    return volume_nl, steps, wall_s, worst_ppm, speeds, repeats


def _off_ppm(found: int, wanted: int) -> int:
    return abs(found - wanted) * _MILLION // wanted


def _check(name: str, value: int, low: int, high: int, hint: str = "keep to the limit") -> None:
    within(codes.RX_CALIBRATION, name, value, low, high, hint)
