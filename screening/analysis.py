"""The libraries of the extras: imported where they are used, with one error if they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from screening.finding import ScreeningError


class AnalysisError(ScreeningError, ImportError):
    """A library of an extra is missing."""


@contextmanager
def wanted(extra: str = "analysis") -> Iterator[None]:
    """Wraps an import: a missing library is named, with the extra to install.

    Raises:
        AnalysisError: if it is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise AnalysisError(f'this needs {error.name}; install "screening[{extra}]"') from error
