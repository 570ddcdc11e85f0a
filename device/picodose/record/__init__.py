"""What must survive a power cut: codecs and rings over a small store port."""
