"""The report on one file: its findings, judged, and bound to the SHA-256 of the bytes that were screened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from screening.finding import Finding
from screening.lifting import lifted
from screening.policy import ERROR, Judgement, Policy, Verdict, strictest


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReport:
    """One file: what was found in it and what follows.

    Attributes:
        file: its path relative to the folder, with forward slashes.
        sha256: of the bytes that were screened; "" if they could not be read.
        width, height: of the upright picture in pixels; 0 where it could not be decoded.
        judgements: every reported finding with its rule and verdict, strictest first.
        seconds: how long it took.
        look: what the picture looks like, as `alike.look` gives it; "" where it could not be decoded.
        preview: a small JPEG of the picture for the report page; never in report.json.
    """

    file: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    judgements: tuple[Judgement, ...] = ()
    seconds: float = 0.0
    look: str = ""
    preview: bytes = field(default=b"", repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """The strictest verdict of its findings; blocked if the picture was not seen at all."""
        return strictest(self.judgements) if self.sha256 and self.width else Verdict.BLOCK

    @property
    def screened(self) -> bool:
        """Whether every stage that should have looked at it could."""
        return bool(self.sha256 and self.width) and not any(one.finding.is_a(ERROR) for one in self.judgements)

    def reason(self) -> str:
        """Why it got its verdict: the strictest finding, in a few words; "" if there is none."""
        return self.judgements[0].finding.evidence if self.judgements else ""


def judged(findings: list[Finding], policy: Policy, *, scene: bool) -> tuple[Judgement, ...]:
    """The reported findings, judged, the strictest and surest first; observations are left out.

    What the release register lifts is clear.
    """
    judgements = lifted([policy.judge(finding, scene=scene) for finding in findings if not finding.observation])
    return tuple(sorted(judgements, key=lambda one: (-one.verdict, -one.finding.score)))


def judged_anew(photo: PhotoReport, policy: Policy, *, scene: bool) -> PhotoReport:
    """A photo with its findings judged by another policy."""
    findings = [one.finding for one in photo.judgements]
    return replace(photo, judgements=judged(findings, policy.for_file(photo.file), scene=scene))


def photo_fields(photo: PhotoReport, *, show_text: bool = False) -> dict[str, Any]:
    """A photo as it is in report.json."""
    return {
        "file": photo.file,
        "sha256": photo.sha256,
        "width": photo.width,
        "height": photo.height,
        "verdict": str(photo.verdict),
        "findings": [_finding(one, show_text=show_text) for one in photo.judgements],
        "seconds": round(photo.seconds, 3),
        "look": photo.look,
    }


def _finding(one: Judgement, *, show_text: bool) -> dict[str, Any]:
    finding, box = one.finding, one.finding.box
    fields: dict[str, Any] = {
        "rule": one.rule,
        "kind": finding.kind,
        "verdict": str(one.verdict),
        "score": round(finding.score, 4),
        "hold": one.thresholds.hold,
        "block": one.thresholds.block,
        "box": [box.left, box.top, box.right, box.bottom] if box else None,
        "evidence": finding.evidence,
        "stage": finding.stage,
        "frame": finding.frame,
    }
    if len(finding.points) == 4:  # a face's landmarks are nobody's business
        fields["corners"] = [[round(x, 1), round(y, 1)] for x, y in finding.points]
    if show_text:
        fields["text"] = finding.text
    return fields
