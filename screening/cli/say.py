"""What the command line tells a person: one line on standard error."""

from __future__ import annotations

import sys


def say(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    from screening.render.inert import inert

    print(f"screening: {inert(message)}", file=sys.stderr)  # noqa: T201
