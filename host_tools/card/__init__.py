"""The identity card of a pump (REC-6)."""

from host_tools.card.text import Card, card_of, read_card

__all__ = ["Card", "card_of", "read_card"]
