"""The command line: parse, call, print, exit. Exit codes: 0 all clear, 1 something is held or blocked, 2 something
could not be screened or answered, 130 stopped by the user."""

from __future__ import annotations

import functools
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from screening.cli.audit import audit
from screening.cli.clear import clear
from screening.cli.decide import decide
from screening.cli.evaluate import evaluate
from screening.cli.explain import explain
from screening.cli.export import export
from screening.cli.gate import gate
from screening.cli.keys import keys
from screening.cli.labels import labels
from screening.cli.models import models
from screening.cli.office import office
from screening.cli.purge import purge
from screening.cli.redact import redact
from screening.cli.register import register
from screening.cli.release_note import release_note
from screening.cli.retract import retract
from screening.cli.review import review
from screening.cli.say import print_line, say
from screening.cli.scan import scan
from screening.cli.serve import serve
from screening.cli.sidecars import sidecars
from screening.cli.summary import summary
from screening.cli.tokens import tokens
from screening.cli.tune import tune
from screening.cli.watch import watch


@contextmanager
def _inert_usage() -> Iterator[None]:
    """A usage error repeats what was typed, and a shell may have filled in the names of files."""
    from screening.inert import inert

    try:
        yield
    except Exception as error:
        # typer's usage errors have no public class in all its versions; their message is what is shown
        if isinstance(message := getattr(error, "message", None), str):
            error.message = inert(message)  # type: ignore[attr-defined]
        raise


class Commands(TyperGroup):
    """Runs a command; one that is stopped at a prompt exits with the same codes as any other."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Reads what comes before the command's name."""
        with _inert_usage():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        """Runs it.

        Raises:
            typer.Exit: with 130 after Ctrl-C, with 2 where a question was answered with Ctrl-D.
        """
        try:
            with _inert_usage():
                return super().invoke(ctx)
        except (typer.Abort, EOFError, KeyboardInterrupt) as left:
            # a prompt raises Abort for either key, which typer would turn into exit code 1: "some are held back"
            stopped = isinstance(left, KeyboardInterrupt) or isinstance(left.__context__, KeyboardInterrupt)
            print_line(err=True)  # the cursor is still on the question's line
            say("stopped" if stopped else "the question was not answered")
            raise typer.Exit(130 if stopped else 2) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Screens photographs before they are published.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print_line(f"screening {version('screening')}")
        raise typer.Exit


@app.callback()
def screening(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Its version.")] = False,
) -> None:
    """Screens photographs before they are published, and says why any of them must not go out."""
    if context.invoked_subcommand != "office":  # which mends a set-up that cannot be read
        context.default_map = _said_once()


def _said_once() -> dict[str, dict[str, str]]:
    """Options of commands that the office's set-up gives."""
    from screening.office import setup
    from screening.office.office import Office

    office = setup.read(Office.here())
    by_pipeline = ("scan", "watch", "serve", "gate", "export", "retract")
    said = {command: {"pipeline": office.pipeline} for command in by_pipeline}
    if office.reviewer:
        said |= {command: {"by": office.reviewer} for command in ("review", "decide")}
    return said | ({"clear": {"key": office.signer}} if office.signer else {})


# One module per command; each imports what it runs inside the function, so that the command line starts quickly. They
# are listed in the order of work.
PANELS: dict[str, dict[str, Any]] = {
    "Every shoot": {"scan": scan, "watch": watch, "review": review, "clear": clear},
    "Pictures and decisions": {"explain": explain, "decide": decide, "redact": redact},
    "Publishing": {
        "export": export,
        "gate": gate,
        "release-note": release_note,
        "retract": retract,
        "sidecars": sidecars,
        "purge": purge,
    },
    "For other programs": {"serve": serve, "tokens": tokens},
    "The office": {"office": office, "keys": keys, "register": register, "audit": audit},
    "How good it is": {"summary": summary, "labels": labels, "evaluate": evaluate, "tune": tune, "models": models},
}
for panel, commands in PANELS.items():
    for name, command in commands.items():
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, rich_help_panel=panel)
        else:
            app.command(name, rich_help_panel=panel)(command)


@functools.cache
def understood() -> Any:
    """All commands with their options, read from their signatures once: that takes a tenth of a second."""
    return typer.main.get_command(app)


def _usage(error: Exception) -> str | None:
    """What was wrong with the words of a command, in one line: nothing where help was shown; None for other errors."""
    context, message = getattr(error, "ctx", None), getattr(error, "format_message", None)
    if message is None or not message():
        return message and ""
    path = f"{context.command_path} " if context is not None else "screening "
    return f"{' '.join(message().split()).rstrip('.')}; {path}--help says more"


def main() -> None:
    """Runs the command line; every error becomes one line and an exit code."""
    from screening.finding import ScreeningError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file's name may contain characters that this terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        raise SystemExit(understood()(prog_name="screening", standalone_mode=False) or 0)
    except ScreeningError as error:
        say(str(error))
        raise SystemExit(2) from None
    except FileNotFoundError as error:
        say(f"{error.filename or error.args[0]}: there is no such file or folder")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        say("stopped")
        raise SystemExit(130) from None
    except Exception as error:
        if (usage := _usage(error)) is not None:
            if usage:
                say(usage)
            raise SystemExit(2) from None
        # nobody at a press office can use a traceback
        say(f"this is a fault in screening, please report it: {type(error).__name__}")
        raise SystemExit(2) from None
