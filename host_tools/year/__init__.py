"""A year of ordinary use of one pump, lived through on the virtual Pico."""
