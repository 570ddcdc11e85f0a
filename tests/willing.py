"""The host of the tests: it agrees to whatever a summary says it needs."""

from __future__ import annotations

import json

from host_tools.link import LinkClient, RefusedError
from host_tools.link.replies import Reply
from picodose import codes


class WillingClient(LinkClient):
    """Programs in one call; the bytes of a single bolus become the bolus command."""

    def load(self, raw: bytes, override: str | None = None) -> Reply:
        """Stage and commit, with the needed overrides unless some are given."""
        fields = json.loads(raw)
        if fields["mode"] == "bolus":
            return self._give(fields["bolus_nl"], fields["bolus_ms"])
        summary = self._staged(raw)
        self.commit(summary["digest"], summary["needs"] if override is None else override)
        return summary

    def _staged(self, raw: bytes) -> Reply:
        try:
            return self.stage(raw)
        except RefusedError as refused:
            if refused.code != codes.RX_MASS:
                raise
            self.accept_nominal()
            return self.stage(raw)

    def _give(self, amount_nl: int, duration_ms: int) -> Reply:
        try:
            return self.bolus(amount_nl, duration_ms)
        except RefusedError as refused:
            if refused.code != codes.OVERRIDE:
                raise
            return self.bolus(amount_nl, duration_ms, refused.limit)
