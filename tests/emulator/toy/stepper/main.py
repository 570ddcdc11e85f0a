# ruff: noqa: I001
# mypy: ignore-errors
import machine
import sys

import toy

print("cause", machine.reset_cause(), "scratch", machine.mem32[0x4005800C])
pump = toy.Toy()
print("ready")
while True:
    line = sys.stdin.readline().strip()
    if line.startswith("run "):
        pump.start(int(line[4:]))
    elif line == "count":
        print("commanded", pump.commanded, "counted", pump.counted())
    elif line == "mark":
        machine.mem32[0x4005800C] = 4711
    elif line == "reset":
        machine.reset()
    elif line == "crash":
        machine.Timer(period=10, callback=lambda t: 1 // 0, hard=True)
    elif line.startswith("write "):
        with open("data.txt", "w") as out:
            out.write(line[6:] * 400)
    elif line == "read":
        with open("data.txt") as source:
            print("data", source.read())
    print("ok", line)
