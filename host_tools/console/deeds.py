"""What can be asked of a console's pump, by verb; each deed returns the pump's answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from host_tools.console import bench
from host_tools.console.station import Station
from host_tools.link.errors import UNTOUCHED, PumpError

Deed = Callable[..., Mapping[str, Any]]
_KINDS: dict[str, Any] = {
    "int": int,
    "str": str,
    "float": (int, float),
    "int | None": (int, type(None)),
}


def carry_out(station: Station, verb: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Do it; raises PumpError, also for a verb or a fact that does not exist."""
    deed = OF_PUMP.get(verb) or OF_BENCH.get(verb)
    if deed is None:
        raise _bad(verb, f"nobody knows the request {verb}", f"known: {', '.join(ALL)}")
    _check(deed, verb, facts)
    if verb in OF_BENCH and station.world.kind != "sim":
        raise _bad(verb, f"{verb} is for a virtual pump alone", "this one is at a port")
    if verb in OF_PUMP and verb != "stop":
        station.require_link()
    reply = deed(station, **facts)
    station.done()
    return {key: value for key, value in reply.items() if key not in ("id", "ok")}


def _stop(station: Station) -> Mapping[str, Any]:
    """At once; a port that was lost is tried once more, for it may be back."""
    if not station.linked:
        station.hearing.reopen()
    return station.client.stop()


def _start(station: Station) -> Mapping[str, Any]:
    """The prescription in force; a trial's beginning goes into the record."""
    reply = station.client.request("start")
    plan = station.programs.in_force(station.client.status(), station.hello)
    if plan.has_trial:
        station.record.keep_trial("start", plan.title, station.world.wall_s())
    return reply


def _cancel(station: Station) -> Mapping[str, Any]:
    return station.client.cancel()


def _bolus(
    station: Station, amount_nl: int, duration_ms: int, override: str = ""
) -> Mapping[str, Any]:
    return station.client.bolus(amount_nl, duration_ms, override)


def _patient_bolus(station: Station) -> Mapping[str, Any]:
    return station.client.patient_bolus()


def _ack(station: Station, code: int | None = None) -> Mapping[str, Any]:
    """One alarm, or without a code all of them."""
    codes = _active(station) if code is None else [code]
    ended = [one for one in codes if station.client.request("ack", code=one)["ended"]]
    return {"acknowledged": codes, "ended": ended}


def _active(station: Station) -> list[int]:
    page = station.client.request("status", page=1)
    return [int(code) for code in str(page["active"]).split(",") if code]


def _pause_audio(station: Station, ms: int) -> Mapping[str, Any]:
    return station.client.request("audio_pause", span_s=ms // 1000)


def _sound_test(station: Station) -> Mapping[str, Any]:
    return station.client.request("sound_test")


def _clock(station: Station) -> Mapping[str, Any]:
    """Set the pump's clock to that of the world it is in."""
    return station.client.request("clock", wall_s=station.world.wall_s())


def _battery(station: Station) -> Mapping[str, Any]:
    """Fresh cells were fitted while the power was off."""
    return station.client.request("battery")


def _prime(station: Station, amount_nl: int) -> Mapping[str, Any]:
    return station.client.request("prime", amount_nl=amount_nl)


def _accept_nominal(station: Station) -> Mapping[str, Any]:
    summary = station.client.accept_nominal()
    station.record.keep_nominal(summary, station.world.wall_s())
    return summary


def _score(station: Station, points: int, text: str = "") -> Mapping[str, Any]:
    """An evaluation of the trial, 0 to 10, and at most 48 letters."""
    reply = station.client.score(points, text)
    station.record.keep_trial("score", f"{points} {text}".strip(), station.world.wall_s())
    return reply


def _stage(station: Station, text: str) -> Mapping[str, Any]:
    """A prescription file's text; see Programs.stage."""
    return station.programs.stage(station.client, station.hello, text)


def _commit(station: Station, digest: int, override: str = "") -> Mapping[str, Any]:
    """What was staged; override: the names that it needs, with commas between."""
    station.programs.commit(station.client, digest, override)
    return {"digest": digest}


def _discard(_station: Station) -> Mapping[str, Any]:
    """Somebody answered no: what was staged lapses in the pump by itself."""
    return {}


def _refill(
    station: Station, measured_nl: int, filled_nl: int, fluid: str = "water", conc_ug_ml: int = 0
) -> Mapping[str, Any]:
    return station.client.request(
        "refill", measured_nl=measured_nl, filled_nl=filled_nl, fluid=fluid, conc_ug_ml=conc_ug_ml
    )


def _explain(station: Station, text: str) -> Mapping[str, Any]:
    """Why the residue was another; the pump keeps that there is one, the record what it is."""
    station.client.request("explain")
    station.record.keep_explanation(text, station.world.wall_s())
    return {"explained": text}


def _check(deed: Deed, verb: str, facts: Mapping[str, Any]) -> None:
    """Refuse facts that the deed does not take, and values of another kind."""
    try:
        inspect.signature(deed).bind(None, **facts)
    except TypeError as problem:
        raise _bad(
            verb, f"{verb} was asked wrongly: {problem}", "see host_tools/console"
        ) from None
    for name, value in facts.items():
        kind = _KINDS[str(inspect.signature(deed).parameters[name].annotation)]
        if isinstance(value, bool) or not isinstance(value, kind):
            raise _bad(verb, f"{verb}: {name} cannot be {value!r}", "a number or a text is wanted")


def _bad(verb: str, what: str, cause: str) -> PumpError:
    return PumpError(what, safe=UNTOUCHED, cause=cause, command=f"correct it and ask {verb} again")


OF_PUMP: dict[str, Deed] = {
    "stop": _stop, "start": _start, "cancel": _cancel, "bolus": _bolus,
    "patient_bolus": _patient_bolus, "ack": _ack, "pause_audio": _pause_audio,
    "sound_test": _sound_test, "clock": _clock, "battery": _battery, "prime": _prime,
    "accept_nominal": _accept_nominal, "refill": _refill, "explain": _explain,
    "score": _score, "stage": _stage, "commit": _commit, "discard": _discard,
}  # fmt: skip
OF_BENCH: dict[str, Deed] = bench.DEEDS
ALL = (*OF_PUMP, *OF_BENCH)
