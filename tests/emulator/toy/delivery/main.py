# ruff: noqa: I001
# mypy: ignore-errors
import sys

import bench

bench.prepare()
print("ready")
while True:
    line = sys.stdin.readline().split()
    getattr(bench, line[0])(*[int(word) for word in line[1:]])
    print("ok", *line)
