"""What all browsers of one console share: the pump, and the program that is being written."""

from __future__ import annotations

from host_tools.console import draft
from host_tools.console.deck import Deck


class Desk:
    """text: the program as a file; rows: its rows, None where it says more than rows can;
    edition: grows with every change, so that another browser sees it; is_offered: nobody has
    written anything yet.
    """

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.edition = 0
        self.rows: draft.Draft | None = None
        self.why_text = ""
        self.text = ""
        self.write(draft.to_text(draft.EXAMPLE))
        self.is_offered = True

    def meet(self, in_force: str) -> None:
        """Nobody has written yet: begin with what the pump has."""
        if self.is_offered and in_force:
            self.write(in_force)

    def write(self, text: str) -> None:
        """Another text; its rows follow it."""
        self.text = text
        self.is_offered = False
        self.edition += 1
        try:
            self.rows, self.why_text = draft.from_text(text), ""
        except draft.NotRowsError as error:
            self.rows, self.why_text = None, str(error)

    def fill(self, rows: draft.Draft) -> None:
        """Other rows; the text follows them. What is typed stays as it is typed."""
        self.rows, self.why_text = rows, ""
        self.text = draft.to_text(rows)
        self.is_offered = False
        self.edition += 1
