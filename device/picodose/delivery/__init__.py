"""From an ideal volume to pulses, and back from counted pulses to delivered volume. Pure."""
