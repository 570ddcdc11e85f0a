"""The host of the tests: it agrees to whatever a summary says it needs."""

from __future__ import annotations

import json

from host_tools.link import LinkClient
from host_tools.link.client import Reply


class WillingClient(LinkClient):
    """Programs in one call; the bytes of a single bolus become the bolus command."""

    def load(self, raw: bytes, override: str | None = None) -> Reply:
        """Stage and commit, with the needed overrides unless some are given."""
        fields = json.loads(raw)
        if fields["mode"] == "bolus":
            return self.bolus(fields["bolus_nl"], fields["bolus_ms"])
        summary = self.stage(raw)
        self.commit(summary["digest"], summary["needs"] if override is None else override)
        return summary
