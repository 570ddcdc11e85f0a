"""Noise and spread that depend on the seed, a name and the instant only, never on who looked."""

from __future__ import annotations

import random
from hashlib import blake2b
from struct import Struct

_WORDS = Struct("<12H")


def normal(seed: int, name: str, t_ns: int, k: int = 0) -> float:
    """A sample with mean 0 and sigma 1 for the k-th look at instant t_ns (sum of 12 uniforms)."""
    raw = blake2b(f"{seed}:{name}:{t_ns}:{k}".encode(), digest_size=24).digest()
    words: tuple[int, ...] = _WORDS.unpack(raw)
    return sum(words) / 65536.0 - 6.0


def spread_ppm(seed: int, name: str, sigma_ppm: float) -> int:
    """One part's deviation in ppm, cut at three sigma: what left the factory was measured."""
    drawn = random.Random(f"{seed}:{name}").gauss(0.0, 1.0)
    return round(max(-3.0, min(3.0, drawn)) * sigma_ppm)
