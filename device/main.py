"""Composition root: proves the watchdog, builds every object, runs the loop; on any exit the pump
is off first.
"""

import gc
import sys

from micropython import kbd_intr

kbd_intr(-1)  # until the loop can be stopped: a start that is broken off stays half done
gc.threshold(32_768)  # collect while importing: the heap stays in one piece
from picodose.hal import bootstrap
from profiles import active as profile


def main() -> None:
    """Run the pump until the chip is reset. Returns only for maintenance or when it cannot be
    built.
    """
    boot = bootstrap.begin(profile.PIN_SERVICE)
    if boot.maintenance:
        print("picodose: maintenance. The pump is off, nothing runs. Reset to go back to work.")
        return
    from picodose import assembly

    try:
        loop = assembly.build(profile, boot)
        del assembly.build, bootstrap.begin  # done with; their code leaves the heap
    except BaseException as error:  # half built, nothing can tell it to stop: everything off
        sys.print_exception(error)
        return bootstrap.reset_to_maintenance()
    try:
        loop.listen()
        print("picodose: ready. Bench demo, water only, not a medical device.")
        loop.run()
    except KeyboardInterrupt:
        kbd_intr(-1)  # a second Ctrl-C must not leave a prompt over a running watchdog
        loop.shut_down("ctrl-c")
        bootstrap.reset_to_maintenance()
    except Exception as error:  # the one place that catches everything: the pump is halted first
        kbd_intr(-1)
        loop.shut_down("exception")
        sys.print_exception(error)
        bootstrap.wait_for_watchdog()


main()
