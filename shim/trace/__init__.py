"""What happened, kept once and shown in many ways: VCD, CSV, sound and pictures.

Import the views where they are used (`plot` and `pins` need matplotlib, `wav` numpy, `vcd` pyvcd);
importing this package costs nothing.
"""

from shim.trace.recorder import Recorder

__all__ = ["Recorder"]
