"""What the pump owes an account of across resets: reservations, the long cap ring, running time, the day's mark.

Upstream: delivery/granter.py asks cover() before it passes the reserved total. Downstream: record/reservation.py
and two slot files. Invariant: flash always knows of a total at least as large as what was delivered (design 3).
"""
