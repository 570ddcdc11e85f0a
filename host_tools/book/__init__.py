"""The host's record: what every pump has told, kept and never changed."""

from host_tools.book.errors import BookError
from host_tools.book.pulling import pull
from host_tools.book.store import IN_MEMORY, Book, Pump, default_path
from host_tools.book.told import Changed, Gap, Told

__all__ = [
    "IN_MEMORY",
    "Book",
    "BookError",
    "Changed",
    "Gap",
    "Pump",
    "Told",
    "default_path",
    "pull",
]
