"""Runs the stages over one photo. Whatever goes wrong becomes a finding that blocks; nothing is skipped."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from screening.alike import look
from screening.finding import Finding, ScreeningError
from screening.photo.carried import carried
from screening.photo.files import FileError, UnsupportedError, misnamed, read, refuse
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport, judged
from screening.settings import Settings
from screening.stages import Stage
from screening.text.outlines import outlined

log = logging.getLogger(__name__)
# Side of the small picture that the report page shows, in pixels.
PREVIEW = 960
# The most characters of a text that rules see at once, and how many of them the next part repeats.
PART, OVERLAP = 2000, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Settings):
    """A pipeline file, read: which stages run, in order, and how their findings are judged.

    Attributes:
        stages: the detectors, in the order in which they run.
    """

    stages: tuple[Stage, ...]

    @property
    def register_folder(self) -> str:
        """The folder of the registers that faces are compared with; "" for the office's own."""
        return next((getattr(stage, "folder", "") for stage in self.stages if stage.name == "register"), "")

    def screen(self, path: Path, *, name: str, scene: bool = True) -> PhotoReport:
        """The report on one file; never raises for a bad file or a failing stage."""
        began = time.perf_counter()
        sha256, width, height, preview, seen = "", 0, 0, b"", ""
        findings: list[Finding] = []
        try:
            refuse(name)
            data = read(path, limits=self.limits)
            sha256 = hashlib.sha256(data).hexdigest()
            photo = Photo.from_bytes(data, name=name, limits=self.limits)
            width, height = photo.width, photo.height
            preview, seen = _preview(photo), look(photo.scaled(PREVIEW)[0])
            if said := misnamed(photo.format, name):
                findings.append(Finding("metadata.misnamed", 1.0, said, stage="photo"))
            findings += run(self.stages, photo)
            for other in photo.others():
                findings += _elsewhere(photo, run(self.stages, other), other.frame, same_places=True)
            for more in carried(photo):
                if more.finding:
                    findings.append(more.finding)
                if more.photo:
                    findings += _elsewhere(photo, run(self.stages, more.photo), more.photo.frame, same_places=False)
        except FileError as error:
            kind = "error.unsupported" if isinstance(error, UnsupportedError) else "error.photo"
            findings.append(Finding(kind, 1.0, str(error), stage="photo"))
        except Exception as error:  # a photo that breaks the program is blocked, and the batch continues
            findings.append(failure("photo", error))
        return PhotoReport(
            file=name,
            sha256=sha256,
            width=width,
            height=height,
            judgements=judged(findings, self.policy.for_file(name), scene=scene),
            seconds=time.perf_counter() - began,
            look=seen,
            preview=preview,
        )


def run(stages: Sequence[Stage], photo: Photo) -> list[Finding]:
    """What the stages find in one picture, observations included; a stage that fails gives `error.<stage>`."""
    found: list[Finding] = []
    for stage in stages:
        try:
            found += [part for one in _checked(stage, photo, tuple(found)) for part in in_parts(one)]
        except Exception as error:  # the one place where a failing stage turns into a finding
            found.append(failure(stage.name, error))
    return outlined(found)


def in_parts(finding: Finding) -> Iterator[Finding]:
    """What stages hand to each other, with long texts split: rules search a text more than once, so what is instant on
    a page takes an hour on a book. The parts overlap, so that nothing is cut in two.
    """
    if not finding.observation or len(finding.text) <= PART:
        yield finding
        return
    start = 0
    while start < len(finding.text):
        yield replace(finding, text=finding.text[start : start + PART])
        if start + PART >= len(finding.text):
            return
        # at a space, if there is one: part of a word or number may look like another
        after = start + PART - OVERLAP
        start = finding.text.rfind(" ", after - OVERLAP // 2, after) + 1 or after


def failure(stage: str, error: Exception) -> Finding:
    """The finding for something that went wrong; only our own messages are repeated."""
    log.debug("%s failed", stage, exc_info=error)
    said = str(error) if isinstance(error, ScreeningError) else f"could not be screened ({type(error).__name__})"
    return Finding(f"error.{stage}", 1.0, said, stage=stage)


def _checked(stage: Stage, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
    """A stage's findings, marked with its name and checked to be within the photo."""
    for finding in stage(photo, found):
        if finding.box and finding.box.clip(photo.width, photo.height) != finding.box:
            raise ValueError(f"{stage.name} made a box outside the photo")
        if not any(finding.is_a(kind) for kind in stage.kinds):
            raise ValueError(f"{stage.name} made a {finding.kind}, which it does not declare")
        yield replace(finding, stage=stage.name)


def _elsewhere(photo: Photo, findings: list[Finding], frame: str, *, same_places: bool) -> Iterator[Finding]:
    """Findings in another picture of the same file: they name it, and have a box only if it fits the first picture.

    `same_places` is whether coordinates in it are those of the first; a preview is smaller.
    """
    for finding in findings:
        fits = same_places and finding.box and finding.box.clip(photo.width, photo.height) == finding.box
        box, points = (finding.box, finding.points) if fits else (None, ())
        yield replace(finding, evidence=f"{finding.evidence} ({frame})", box=box, points=points, frame=frame)


def _preview(photo: Photo) -> bytes:
    """A small JPEG for the report page."""
    import cv2

    small, _ = photo.scaled(PREVIEW)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return bytes(data) if done else b""
