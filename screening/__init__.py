"""Looks at every photograph of a shoot before it is published, and blocks what must not go out."""

from typing import TYPE_CHECKING, Any

from screening.finding import Box, Finding, ScreeningError

if TYPE_CHECKING:
    from screening.workflow.gate import GateResult, gate

__all__ = ["Box", "Finding", "GateResult", "ScreeningError", "__version__", "gate"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The gate, imported when somebody asks for it: a detector has no use for keys and logs."""
    if name not in ("gate", "GateResult"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from screening.workflow import gate as module

    return getattr(module, name)
