"""Looks at every photograph of a shoot before it is published, and blocks what must not go out."""

import importlib
from typing import TYPE_CHECKING, Any

from screening.finding import Box, Finding, ScreeningError
from screening.quiet import keep_quiet

if TYPE_CHECKING:
    from screening.config import load as load_pipeline
    from screening.evaluation import plots
    from screening.evaluation.intervals import wilson
    from screening.evaluation.labels import Label
    from screening.evaluation.labels import read as read_labels
    from screening.evaluation.sweep import scores, sweep
    from screening.evaluation.tables import by_group, evaluate
    from screening.evaluation.target import Target
    from screening.evaluation.tune import tune
    from screening.photo.photo import Photo
    from screening.release.gate import gate
    from screening.release.gate_result import GateResult
    from screening.report import Batch, Report
    from screening.run.batch import load_report, scan
    from screening.run.files import sources

__all__ = [
    "Batch",
    "Box",
    "Finding",
    "GateResult",
    "Label",
    "Photo",
    "Report",
    "ScreeningError",
    "Target",
    "__version__",
    "by_group",
    "evaluate",
    "gate",
    "load_pipeline",
    "load_report",
    "plots",
    "read_labels",
    "scan",
    "scores",
    "sources",
    "sweep",
    "tune",
    "wilson",
]
__version__ = "0.1.0"

keep_quiet()

# Imported on first use: a detector has no use for keys, logs and tables.
LATER = {
    "Batch": "screening.report:Batch",
    "GateResult": "screening.release.gate_result:GateResult",
    "Label": "screening.evaluation.labels:Label",
    "Photo": "screening.photo.photo:Photo",
    "Report": "screening.report:Report",
    "by_group": "screening.evaluation.tables:by_group",
    "evaluate": "screening.evaluation.tables:evaluate",
    "gate": "screening.release.gate:gate",
    "load_pipeline": "screening.config:load",
    "load_report": "screening.run.batch:load_report",
    "plots": "screening.evaluation.plots:",
    "read_labels": "screening.evaluation.labels:read",
    "scan": "screening.run.batch:scan",
    "scores": "screening.evaluation.sweep:scores",
    "sources": "screening.run.files:sources",
    "sweep": "screening.evaluation.sweep:sweep",
    "Target": "screening.evaluation.target:Target",
    "tune": "screening.evaluation.tune:tune",
    "wilson": "screening.evaluation.intervals:wilson",
}


def __getattr__(name: str) -> Any:
    """A public name, imported on first use."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    place, _, attribute = LATER[name].partition(":")
    module = importlib.import_module(place)
    return getattr(module, attribute) if attribute else module
