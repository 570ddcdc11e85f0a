"""The `picodose` command line: what a person at the bench types.

app.py (names and help, nothing else is imported for `--help`) -> commands/ (one file a subject)
-> desk.py (what every command has: its pump, its output, its questions) -> worlds.py (which pump)
-> host_tools.link. What goes wrong comes out as problems.py says it.
"""
