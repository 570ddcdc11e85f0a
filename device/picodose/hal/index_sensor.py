"""Marks of the rotor's disk: the guard's edge counter at another pin. It counts while the CPU
cannot, and what the sensor chatters costs the CPU nothing.
"""

from machine import Pin

from picodose.hal.edge_counter import EdgeCounter


class IndexSensor(EdgeCounter):
    """low16_isr() are the marks since the start, modulo 2^16. sm_id: 4-7; pin: GPIO number."""

    def __init__(self, sm_id: int, pin: int):
        Pin(pin, Pin.IN, Pin.PULL_UP)  # slotted sensors have an open collector
        super().__init__(sm_id, pin)
