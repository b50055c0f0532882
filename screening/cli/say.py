"""What the command line tells a person. Nothing else in this package writes to a terminal: whatever comes from
outside, such as the name of a file or a person, a reason or an answer, is made inert here."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

# Columns of a table that goes to a file or a pipe, which have no width of their own.
WIDE = 140


def say(message: str) -> None:
    """One line on standard error, whatever the message contains."""
    print_line(f"screening: {message}", err=True)


def print_line(line: str = "", *, err: bool = False) -> None:
    """One line on standard output, or standard error."""
    from screening.inert import inert

    print(inert(line), file=sys.stderr if err else sys.stdout, flush=True)


def print_text(text: str) -> None:
    """Text of several lines on standard output, inert but for its line ends."""
    from screening.inert import inert

    # "\r\n" is how a table for a spreadsheet ends a line
    lines = [inert(line.removesuffix("\r")) + "\r" * line.endswith("\r") for line in text.split("\n")]
    print("\n".join(lines), end="", flush=True)  # noqa: T201


def print_data(text: str) -> None:
    """Text for another program, on standard output: unchanged, but inert on a terminal."""
    if sys.stdout.isatty():
        print_text(text)
    else:
        print(text, end="", flush=True)  # noqa: T201


def print_json(fields: Any) -> None:
    """JSON on standard output, plain ASCII."""
    from screening.inert import ascii_json

    print(ascii_json(fields), end="", flush=True)  # noqa: T201


def print_table(names: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """A table on standard output.

    Args:
        names: the names of the columns.
        rows: the cells of each row.
        right: the columns that are aligned right.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from screening.inert import inert

    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(Text(inert(name)), justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(inert(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def ask(question: str, default: str | None = None) -> str:
    """An answer typed on the terminal; with a default, an empty line means that."""
    import typer

    from screening.inert import inert

    return str(typer.prompt(inert(question), default=default, show_default=bool(default), err=True))


def confirm(question: str) -> bool:
    """Whether somebody says yes on the terminal."""
    import typer

    from screening.inert import inert

    return typer.confirm(inert(question), err=True)
