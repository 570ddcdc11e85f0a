"""Prescriptions on their way from a text on the page into force, and the one that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from host_tools.cli import programs
from host_tools.console import view
from host_tools.console.hearing import Overtaken
from host_tools.link.client import LinkClient, Reply
from host_tools.link.errors import LinkLostError, NoAnswerError, PumpError, RefusedError
from host_tools.rx import compare, write
from host_tools.rx.read import BadPlanError, Plan, limits_of, plan_of
from picodose import codes

NAME = "the plan"
LASTS_S = 120
"""What was staged waits so long for its commit (docs/PROTOCOL.md)."""
_READ = ("total_24h_nl", "boluses", "rate_max_nl_h", "change_percent", "needs", "bridge_nl_h")
_OLD_RUNS = "The old prescription stays in force; nothing was changed."
_EITHER = (
    "Either the old prescription runs on or the new one does, whole: the digest in status tells "
    "which. It is not sent again."
)


@dataclass(frozen=True)
class _Known:
    """A plan with the text that a person wrote, and the pump's summary that a person read."""

    plan: Plan
    text: str
    summary: Reply


class Programs:
    """keeps: what was committed is remembered for the next console and for the command line.
    hurries: the pump's time may pass faster than a person reads.
    """

    def __init__(self, keeps: bool, hurries: bool) -> None:
        self._keeps, self._hurries = keeps, hurries
        self._known: dict[int, _Known] = {}
        self._shown = view.Plan()

    def stage(self, client: LinkClient, hello: Reply, text: str) -> dict[str, Any]:
        """Check a text, send it, and return what the pump makes of it, beside the present one.

        Raises BadPlanError with every mistake by its line, and PumpError.
        """
        plan = _read(text, hello)
        try:
            summary = client.stage(plan.raw)
            status = client.status()
        except (NoAnswerError, LinkLostError, Overtaken) as error:
            error.safe = _OLD_RUNS
            raise
        self._known[plan.rx.digest] = _Known(plan, text, summary)
        self._shown = view.Plan()
        present = self._find(status["digest"], hello)
        told = {key: value for key, value in summary.items() if key not in ("id", "ok")}
        return {
            "digest": plan.rx.digest,
            "title": plan.title,
            "summary": told,
            "needs": [name for name in str(summary["needs"]).split(",") if name],
            "side_by_side": compare.rows(status, present, summary),
            "warnings": compare.warnings(summary),
            "lasts_s": LASTS_S,
        }

    def commit(self, client: LinkClient, digest: int, override: str) -> None:
        """Put what was staged into force; override: the needed names, with commas between.

        What lapsed while a person read, because time runs fast, is staged once more; it is
        committed only if the pump says the same of it.
        """
        try:
            self._commit(client, digest, override)
        except (NoAnswerError, LinkLostError, Overtaken) as error:
            error.safe = _EITHER
            raise
        known = self._known.get(digest)
        if known and self._keeps:
            programs.keep(known.plan)

    def _commit(self, client: LinkClient, digest: int, override: str) -> None:
        try:
            client.commit(digest, override)
        except RefusedError as error:
            known = self._known.get(digest)
            if error.code != codes.NOT_STAGED or known is None or not self._hurries:
                raise
            summary = client.stage(known.plan.raw)
            if any(summary[name] != known.summary[name] for name in _READ):
                raise
            client.commit(digest, override)

    def in_force(self, status: Reply, hello: Reply) -> view.Plan:
        """The prescription in force, as the page shows it."""
        digest = int(status["digest"])
        if digest != self._shown.digest or status["mode"] != self._shown.mode:
            plan = self._find(digest, hello)
            self._shown = view.Plan(mode=status["mode"], digest=digest)
            if plan is not None:
                known = self._known.get(digest)
                text = known.text if known else write.text_of(plan.rx, plan.title)
                self._shown = shown(plan, text)
        return self._shown

    def _find(self, digest: int, hello: Reply) -> Plan | None:
        if digest in self._known:
            return self._known[digest].plan
        return programs.find(digest, _limits(hello)) if self._keeps else None


def shown(plan: Plan, text: str) -> view.Plan:
    """A plan as rows; of a week, its Monday."""
    rx = plan.rx
    steps = rx.patterns[rx.week[0]] if rx.patterns else ()
    extra = [view.Bolus("", *rx.periodic[:2])] if rx.periodic else []
    return view.Plan(
        mode=rx.mode,
        digest=rx.digest,
        title=plan.title,
        steps=tuple((write.clock(step[0]), step[1]) for step in steps),
        boluses=(
            *(view.Bolus(write.clock(step[0]), *step[2:]) for step in steps if step[2]),
            *extra,
        ),
        patient=view.PatientBolus(*rx.patient) if rx.patient else None,
        fluid=rx.fluid,
        conc_ug_ml=rx.conc_ug_ml,
        total_24h_nl=rx.allowed_24h_nl(),
        has_trial=rx.trial is not None,
        text=text,
    )


def _limits(hello: Reply) -> Any:
    return limits_of(str(hello["profile"]).replace("-", "_"))


def _read(text: str, hello: Reply) -> Plan:
    try:
        text.encode()
        return plan_of(text, NAME, _limits(hello))
    except BadPlanError as error:
        error.command = "correct these lines, then show it beside the present one again"
        raise
    except (UnicodeError, RecursionError) as problem:
        raise PumpError(
            f"{NAME} cannot be read: {type(problem).__name__}",
            safe="Nothing was sent; the pump goes on with what it was doing.",
            cause="it is no text of a prescription",
            command="begin with one of host_tools/examples",
        ) from None
