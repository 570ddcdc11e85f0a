"""`python -m host_tools.show week`: live one story on the virtual pump, draw it, tell it.

Without a name it lists the stories. Exit code 2: no such story.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from host_tools.show.picture import story_picture
from host_tools.show.stage import Seen, Stage
from host_tools.show.stories import STORIES
from shim.trace.wav import write_condensed

_ORDINARY = ("EV_HOUR", "EV_COMMIT", "EV_CLOCK_SET", "EV_RESERVED", "EV_SELF_TEST")
_TOLD = 40  # lines at most


def main(argv: list[str] | None = None) -> int:
    """Live the story on each of its pumps; files go to --out."""
    args = _arguments(argv)
    if args.what not in STORIES:
        print("one of:", *(f"  {name:10} {s.about}" for name, s in STORIES.items()), sep="\n")
        return 0 if args.what is None else 2
    story = STORIES[args.what]
    hours = min(args.hours or story.hours, story.hours)
    runs = [Stage(story, pump, hours).live() for pump in story.pumps]
    args.out.mkdir(parents=True, exist_ok=True)
    _tell(runs[0])
    story_picture(args.what, story.about, runs, args.out / f"{args.what}.png")
    print(f"{args.out / args.what}.png: {story.about}")
    if runs[0].notes:
        seconds = write_condensed(args.out / f"{args.what}.wav", runs[0].notes)
        print(f"{args.out / args.what}.wav: what was heard, {seconds:.0f} s")
    return 0


def _tell(seen: Seen) -> None:
    """The journal in words; an alarm that stops the pump is in both rings."""
    told = [e for e in seen.entries if e.ring == "events" and e.kind not in _ORDINARY]
    for entry in told[:_TOLD]:
        print(f"{entry.mono_ms / 60_000:9.1f} min  {entry.words()}")
    if len(told) > _TOLD:
        print(f"           and {len(told) - _TOLD} entries more")


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m host_tools.show", description=__doc__)
    parser.add_argument("what", nargs="?", help="the story; none: a list")
    parser.add_argument("--hours", type=float, help="only so much of it")
    parser.add_argument("--out", type=Path, default=Path("out/show"), help="folder for the files")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
