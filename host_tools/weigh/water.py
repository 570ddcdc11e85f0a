"""What a millilitre of water weighs on a scale in air."""

from __future__ import annotations

_AIR_KG_M3 = 1.2
_WEIGHTS_KG_M3 = 8000.0  # steel weights that the scale was adjusted with
COLDEST_C, WARMEST_C = 5.0, 40.0


def density_ug_ml(celsius: float) -> int:
    """ug that 1 mL of pure water of this temperature shows; ValueError outside 5 to 40 degrees C.

    Density: M. Tanaka et al., Metrologia 38 (2001) 301, equation 1. Buoyancy in air of 1.2 kg/m3
    against steel weights as in ISO 8655-6, whose factor Z is the inverse of this.
    """
    if not COLDEST_C <= celsius <= WARMEST_C:
        raise ValueError(f"water of {celsius} degrees C: between {COLDEST_C} and {WARMEST_C}")
    part = (celsius - 3.983035) ** 2 * (celsius + 301.797) / (522528.9 * (celsius + 69.34881))
    water_kg_m3 = 999.974950 * (1 - part)
    return round((water_kg_m3 - _AIR_KG_M3) / (1 - _AIR_KG_M3 / _WEIGHTS_KG_M3) * 1000)
