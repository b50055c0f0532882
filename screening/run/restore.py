"""Reads a report back from report.json and judges its findings again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from screening.alike import LOOK
from screening.finding import Box, Finding, ScreeningError
from screening.photo_report import PhotoReport, judged
from screening.policy import Policy
from screening.report import Batch, ModelInfo, PipelineInfo, Report

# No picture is so wide, in pixels.
FARTHEST = 1e6


class ReportError(ScreeningError):
    """A report cannot be reused."""


def restored_report(fields: Mapping[str, Any], policy: Policy) -> Report:
    """A report from report.json, judged by a policy.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: if the fields are not those of a report of this version.
        ReportError: as `restored_photo`.
    """
    batch = Batch(**_tuples(fields["batch"]))
    return Report(
        batch=batch,
        policy=policy,
        pipeline=PipelineInfo(**_tuples(fields["policy"])),
        models=tuple(ModelInfo(**model) for model in fields["models"]),
        photos=tuple(restored_photo(one, policy, scene=batch.scene) for one in fields["photos"]),
        aside=tuple(fields["aside"]),
        started=fields["started"],
        seconds=fields["seconds"],
        tool=fields["tool"],
        stopped=fields["stopped"],
        # a run of an earlier version lacks these, and cannot be cleared
        run=fields.get("run", ""),
        code=fields.get("code", ""),
        registers=fields.get("registers", {}),
        isolated=fields.get("isolated", False),
    )


def restored_photo(fields: Mapping[str, Any], policy: Policy, *, scene: bool) -> PhotoReport:
    """A photo from report.json, judged by a policy.

    Raises:
        KeyError, TypeError, ValueError: if the fields are not those of a photo.
        ReportError: if it is of an earlier version, and may be about other pictures of a file without saying which.
    """
    return PhotoReport(
        file=fields["file"],
        sha256=fields["sha256"],
        width=fields["width"],
        height=fields["height"],
        judgements=judged(
            [_finding(one) for one in fields["findings"]], policy.for_file(str(fields["file"])), scene=scene
        ),
        seconds=fields["seconds"],
        look=_look(fields.get("look", "")),
    )


def _look(said: str) -> str:
    if said and not LOOK.fullmatch(said):
        raise ValueError("this is not what a picture looks like")
    return said


def _finding(one: Mapping[str, Any]) -> Finding:
    # such a report has the frame in its evidence only, and decisions depend on it
    if "frame" not in one and one["evidence"].endswith(")"):
        raise ReportError("the report is of an earlier version; scan again into the same folder, which keeps decisions")
    box = Box(*one["box"]) if one["box"] else None
    return Finding(
        one["kind"],
        one["score"],
        one["evidence"],
        box,
        one.get("text", ""),
        _corners(one.get("corners", ())),
        stage=one["stage"],
        frame=one.get("frame", ""),
    )


def _corners(said: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    corners = tuple((float(x), float(y)) for x, y in said)
    if len(corners) not in (0, 4) or not all(abs(side) < FARTHEST for corner in corners for side in corner):
        raise ValueError("these are no corners of a picture's part")
    return corners


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
