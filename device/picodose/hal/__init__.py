"""The only folder that knows hardware: one small file a peripheral, no policy."""
