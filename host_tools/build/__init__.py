"""From the device folder to what a board gets: constants folded, cross-compiled, with a manifest.
"""

from host_tools.build.install import AS_SOURCE, DEVICE, BuildError, compiled, installed

__all__ = ["AS_SOURCE", "DEVICE", "BuildError", "compiled", "installed"]
