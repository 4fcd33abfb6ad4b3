"""The commands, each loaded only when it is called: a search should not wait for Scrapy."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.output import complain, err, print_json, print_wide
from news.errors import JarchiError, UsageError
from news.loading import end_loading

#: command → its module, and what help says of it, in the order that help shows
COMMANDS = {
    "demo": ("cli.demo", "Sample sites, three crawls, three alerts by mail, the web page: everything in a minute."),
    "run": ("cli.run", "The service: crawls that are due, alerts, the web page."),
    "crawl": ("cli.crawl", "Crawl sources now: what was seen, fetched, kept, skipped and why."),
    "sources": ("cli.sources", "The sources that are watched: add, test, list, enable."),
    "read": ("cli.read", "Read pages or texts and print the articles as JSON."),
    "ingest": ("cli.ingest", "Take the articles of any WARC file into the archive."),
    "reread": ("cli.reread", "Find names and memberships anew in every article."),
    "search": ("cli.search", "Search the archive, best first; without a query the newest first."),
    "show": ("cli.show", "One article: text, tags, claims, addresses, pages, story."),
    "similar": ("cli.similar", "Articles that share rare words and names with one."),
    "stories": ("cli.stories", "Articles that tell the same story."),
    "forget": ("cli.forget", "Blank an article everywhere, and never keep it again."),
    "export": ("cli.export", "Articles as JSON lines; the archive whole without filters."),
    "memberships": ("cli.memberships", "The register of memberships, and the lists of members known already."),
    "review": ("cli.review", "What waits for a person: unsure claims, and readers' answers."),
    "alerts": ("cli.alerting", "Who is told of what, and what was sent."),
    "db": ("cli.db", "The database: upgrade, check, backup, restore."),
    "doctor": ("cli.doctor", "Whether this machine has what Jarchi needs, and what to do where not."),
}


#: What a shell expects of a program that ended by Ctrl-C.
_STOPPED = 130


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are asked for, and stopped by Ctrl-C without a word more."""

    _lists = False

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
        """Import one; where all are only listed, none is."""
        if cmd_name not in COMMANDS:
            return None
        module, said = COMMANDS[cmd_name]
        if self._lists:
            return TyperCommand(cmd_name, help=said)
        command = typer.main.get_command(import_module(module).app)
        command.name = cmd_name
        _widen(command)
        end_loading()
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Every command with what it is for."""
        self._lists = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._lists = False


def _print_wide(value: bool) -> None:
    if value:
        print_wide()


def _carry(
    _: Annotated[
        bool,
        typer.Option(
            "--wide", callback=_print_wide, expose_value=False, help="Print tables whole, however narrow the terminal is."
        ),
    ] = False,
) -> None:
    """What --wide is made of."""


def _widen(command: Any) -> None:
    """Give --wide to whatever prints for people unless it is told --json, below a group too."""
    for child in getattr(command, "commands", {}).values():
        _widen(child)
    if any("--json" in parameter.opts for parameter in command.params):
        carrier = typer.Typer(add_completion=False)
        carrier.command()(_carry)
        command.params += typer.main.get_command(carrier).params


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


def _say(error: JarchiError) -> None:
    """For people on standard error, and for scripts that asked for JSON on standard output too."""
    complain(error)
    if "--json" in sys.argv[1:]:
        print_json({"error": str(error)})


def main() -> None:
    """The console script: 0 done, 1 something failed, 2 bad usage, 130 stopped by Ctrl-C."""
    try:
        app()
    except UsageError as error:
        _say(error)
        sys.exit(2)
    except JarchiError as error:
        _say(error)
        sys.exit(1)
    except KeyboardInterrupt:
        _say_stopped()
        sys.exit(_STOPPED)
