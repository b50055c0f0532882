"""Looks at every photograph of a shoot before it is published, and blocks what must not go out."""

from screening.finding import Box, Finding, ScreeningError

__all__ = ["Box", "Finding", "ScreeningError", "__version__"]
__version__ = "0.1.0"
