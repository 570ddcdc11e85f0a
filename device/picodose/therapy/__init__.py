"""What should be delivered: pure functions of a prescription and time."""
