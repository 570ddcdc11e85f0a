"""The names and one-line helps of all commands; a command's own file is imported when it runs."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "find and look": {
        "ports": ("board", "boards that are plugged in, and whether they can be used"),
        "status": ("look", "what the pump does, holds and delivered"),
        "alarms": ("alarm", "active alarms, what they mean and what ends them"),
        "monitor": ("monitor", "a live screen of one pump"),
        "log": ("log", "the journal: show it, follow it, write it as CSV or JSON lines"),
    },
    "treat": {
        "program": (
            "program",
            "check a prescription file, show it beside the present one, commit",
        ),
        "start": ("therapy", "start the prescription in force"),
        "stop": ("therapy", "stop the pump at once; asks nothing"),
        "bolus": ("therapy", "give an extra amount over a time"),
        "cancel": ("therapy", "end the running bolus alone"),
        "trial": ("trial", "a prescription that ends by itself: start, score, report, convert"),
    },
    "care": {
        "clock": ("care", "compare the pump's clock with the host's, or set it"),
        "prime": ("care", "fill the tube"),
        "refill": ("care", "tell the pump what was taken out and put in"),
        "bridge": ("care", "how far a change of concentration is"),
        "calibrate": ("calibrate", "weigh runs, show the fit, store it"),
        "battery": ("care", "the battery, or that a fresh one was fitted"),
        "ack": ("alarm", "acknowledge alarms"),
        "pause-audio": ("alarm", "silence the active alarms for a while"),
        "sound-test": ("alarm", "play every sound of the pump once"),
    },
    "on paper": {
        "report": ("paper", "the pump's record as one HTML page"),
        "card": ("paper", "the pump's identity card, as PDF or SVG"),
        "trumpet": ("paper", "start-up and trumpet curves of the flow"),
    },
    "the device": {
        "flash": ("flash", "put the program on a board; --dry-run tells what would be done"),
        "doctor": ("doctor", "check this host, the port and the pump, with remedies"),
        "enroll": ("keys", "make a key, while SERVICE is held"),
        "keys": ("keys", "the keys that the pump knows"),
        "maintenance": ("keys", "stop the pump and open the board's prompt"),
        "decommission": ("ending", "take a stopped pump out of service, its record read first"),
    },
    "simulate": {
        "sim": ("sim", "let time pass at a virtual pump, press its buttons, break things"),
    },
}
"""Panel -> command -> (file in commands/, help). A function has the name of its command."""

Port = Annotated[
    str,
    typer.Option(
        "--port",
        envvar="PICODOSE_PORT",
        help="serial port, socket://HOST:PORT, sim: or emu:; without it the only board",
        metavar="PORT",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")]


class Commands(TyperGroup):
    """Knows every command by name and imports only the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of the help."""
        return [name for panel in COMMANDS.values() for name in panel]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, None where there is none."""
        for panel in COMMANDS.values():
            if cmd_name in panel:
                return built(cmd_name, *panel[cmd_name])
        return None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands from the table."""
        for title, panel in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, about) for name, (_, about) in panel.items()])


def built(name: str, file: str, about: str) -> Any:
    """Import a command's file and make typer's command of its function (or of its `app`)."""
    module = importlib.import_module(f"host_tools.cli.commands.{file}")
    made = getattr(module, "FAMILY", None) or getattr(module, name.replace("-", "_"))
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    if isinstance(made, dict):  # a family: name -> function
        app.callback(invoke_without_command=True, help=inspect.cleandoc(module.__doc__ or about))(
            _group
        )
        for verb, function in made.items():
            app.command(verb)(command(function, f"{name} {verb}"))
    else:
        app.command(name)(command(made, name))
    found = typer.main.get_command(app)
    found.name = name
    return found


def _group(ctx: typer.Context) -> None:
    """A family of commands."""
    _help_without_command(ctx)


def _help_without_command(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit(2)


def command(run: Callable[..., None], name: str) -> Callable[..., None]:
    """What typer calls: `run` with a desk, and the options that every command has."""

    def called(ctx: typer.Context, **given: Any) -> None:
        from host_tools.cli.run import carry_out

        root = ctx.find_root().obj or {}
        port = given.pop("port") or root.get("port", "")
        as_json = given.pop("json") or root.get("json", False)
        carry_out(run, name, port, as_json, given)

    signature = inspect.signature(run, eval_str=True)
    own = list(signature.parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    common = [
        inspect.Parameter("port", keyword, default="", annotation=Port),
        inspect.Parameter("json", keyword, default=False, annotation=Json),
    ]
    context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    called.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [context, *(one.replace(kind=keyword) for one in own), *common]
    )
    called.__doc__ = run.__doc__
    return called


def _root(
    ctx: typer.Context,
    port: Port = "",
    json: Json = False,
    version: Annotated[bool, typer.Option("--version", help="print the version")] = False,
) -> None:
    """Programs and watches a picodose bench pump (water only, never connected to a person)."""
    if version:
        from picodose import VERSION

        typer.echo(f"picodose {VERSION}")
        raise typer.Exit()
    ctx.obj = {"port": port, "json": json}
    _help_without_command(ctx)


def app() -> typer.Typer:
    """The whole program."""
    made = typer.Typer(
        cls=Commands,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog="Example: picodose --port sim: status",
    )
    made.callback(invoke_without_command=True)(_root)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code (problems.FAMILIES)."""
    given = sys.argv[1:] if arguments is None else arguments
    whole = typer.main.get_command(app())
    try:
        code = whole.main(args=given, prog_name="picodose", standalone_mode=False)
    except typer.TyperException as error:
        from host_tools.cli.run import tell_usage

        return tell_usage(error, given)
    return code if isinstance(code, int) else 0
