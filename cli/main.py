"""The commands, each loaded only when it is called: a search should not wait for Scrapy."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.output import complain, err
from news.errors import JarchiError, UsageError

#: command → its module, in the order that help shows
COMMANDS = {
    "demo": "cli.demo",
    "run": "cli.run",
    "crawl": "cli.crawl",
    "sources": "cli.sources",
    "read": "cli.read",
    "ingest": "cli.ingest",
    "reread": "cli.reread",
    "search": "cli.search",
    "show": "cli.show",
    "export": "cli.export",
    "memberships": "cli.memberships",
    "review": "cli.review",
    "alerts": "cli.alerting",
    "db": "cli.db",
}


#: What a shell expects of a program that ended by Ctrl-C.
_STOPPED = 130


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are asked for, and stopped by Ctrl-C without a word more."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; Typer would call its being stopped a failure."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _say_stopped()
            raise typer.Exit(_STOPPED) from None

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import one."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(COMMANDS[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="jarchi", cls=LazyGroup, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Jarchi, the town crier: a news monitor for city diplomacy.",
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"jarchi {version('jarchi')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Jarchi, the town crier: a news monitor for city diplomacy."""


def _say_stopped() -> None:
    err.print("stopped", highlight=False)


def main() -> None:
    """The console script: 0 done, 1 something failed, 2 bad usage, 130 stopped by Ctrl-C."""
    try:
        app()
    except UsageError as error:
        complain(error)
        sys.exit(2)
    except JarchiError as error:
        complain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        _say_stopped()
        sys.exit(_STOPPED)
