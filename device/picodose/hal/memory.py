"""Free heap, for status and for the budget of a board."""

import gc


def free_bytes() -> int:
    """Bytes free after a collection, which takes some 15 ms."""
    gc.collect()
    return gc.mem_free()
