"""picodose: firmware of a bench infusion pump that moves water. Not a medical device."""

VERSION = "0.1.0"
