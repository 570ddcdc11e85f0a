"""The link: lines of text in, one reply a request out. Pure; the port comes from hal.

frame (bytes to lines) -> canon (line to command and values) -> session (may it act, has it
acted) -> commands (the table of all commands and what each calls) -> output (ring to the port).
service.py joins them; upload.py collects a prescription sent in parts.
"""
