"""The commands, one file a subject; app.py names them."""
