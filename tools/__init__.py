"""What the Makefile runs: tables, tiers, deliberate breakage, the way to a board."""
