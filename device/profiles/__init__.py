"""Pumps and boards as data: every number that belongs to one bench, and no code."""
