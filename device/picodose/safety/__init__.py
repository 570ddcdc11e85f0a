"""What could go wrong and how a person hears of it: pure decisions, no hardware."""
