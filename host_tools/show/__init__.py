"""Short stories on the virtual pump, one for each thing that it can do (`make show WHAT=name`)."""
