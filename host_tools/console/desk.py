"""What all browsers of one console share: the pump, and the program that is being written."""

from __future__ import annotations

from host_tools.console import draft
from host_tools.console.deck import Deck


class Desk:
    """text: the program as a file; rows: its rows, None where it says more than rows can;
    edition: grows with every change, so that another browser sees it.
    """

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.edition = 0
        self.rows: draft.Draft | None = None
        self.why_text = ""
        self.text = ""
        self.write(deck.view.plan.text or draft.to_text(draft.EXAMPLE))

    def write(self, text: str) -> None:
        """Another text; its rows follow it."""
        self.text = text
        self.edition += 1
        try:
            self.rows, self.why_text = draft.from_text(text), ""
        except draft.NotRowsError as error:
            self.rows, self.why_text = None, str(error)

    def fill(self, rows: draft.Draft) -> None:
        """Other rows; the text follows them. What is typed stays as it is typed."""
        self.rows, self.why_text = rows, ""
        self.text = draft.to_text(rows)
        self.edition += 1
