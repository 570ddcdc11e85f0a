"""The main job on real input: one day of water from a prescription file, on the virtual Pico.

scenario (what happens to the bench) -> run (host, pump and bench, gives evidence) -> claims (every
figure held against the plant and against oracle.py) -> table and files (what a person sees).
"""
