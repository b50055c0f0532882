"""Redaction: a copy of a picture in which what was found can no longer be seen, screened again before it counts.

Filling is the default. Print that was blurred or made coarse can be guessed back by trying which text looks like that:
here both keep no more than a few cells across a place, whatever its size, but a filled place holds nothing at all.
"""

from __future__ import annotations

import contextlib
import enum
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box, Finding, ScreeningError
from screening.office import audit
from screening.office.office import Office, put_in_place, stage
from screening.photo.files import FileError, Limits
from screening.photo.photo import Photo
from screening.pipeline import Pipeline
from screening.policy import ERROR, Judgement, Verdict
from screening.report import PhotoReport
from screening.run import copies
from screening.run import run as stored
from screening.run.decisions import SAME_PLACE
from screening.weights import sha256_of

ENDING = ".redacted"
# How many cells of a blurred or coarse place its shorter side is left with.
CELLS = 4
GREY = 90
# How often what else a copy shows under the same rules is redacted too.
ROUNDS = 3
QUALITY = 95
# Formats whose pixels are kept as they are; the copy of any other is a JPEG.
LOSSLESS = (".png", ".bmp", ".gif", ".tif", ".tiff")
# What a copy keeps of a file's metadata: who made it and whose it is. Everything else is left behind.
KEPT = (
    ("exif", "Exif.Image.Artist"),
    ("exif", "Exif.Image.Copyright"),
    ("iptc", "Iptc.Application2.Byline"),
    ("iptc", "Iptc.Application2.Credit"),
    ("iptc", "Iptc.Application2.Copyright"),
    ("xmp", "Xmp.dc.creator"),
    ("xmp", "Xmp.dc.rights"),
    ("xmp", "Xmp.photoshop.Credit"),
    ("xmp", "Xmp.xmpRights.UsageTerms"),
)


class RedactionError(ScreeningError):
    """A picture that cannot be redacted."""


class Style(enum.StrEnum):
    """What a place is made into."""

    FILL = "fill"
    BLUR = "blur"
    PIXELATE = "pixelate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A redacted copy.

    Attributes:
        file: the picture's name in the report.
        copy: where its copy lies.
        sha256: of the copy.
        style, margin: what was done in the end.
        count: how many findings were redacted.
        still: what is still found there; empty where the redaction worked.
        report: the copy, screened again.
    """

    file: str
    copy: Path
    sha256: str
    style: Style
    margin: float
    count: int
    still: tuple[str, ...]
    report: PhotoReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """How pictures are redacted.

    Attributes:
        run: the run whose pictures are redacted; a copy without what was found becomes one of them.
        pipeline: what the copy is screened with; the run's own, or it is not cleared.
        folder: where copies go, below it as the pictures lie below the shoot.
        office: whose audit log notes each copy.
        style: what a place is made into; fill where the first try does not do.
        margin: how far beyond a finding's box it reaches, as a share of the box's shorter side.
        scene: whether the batch is from a scene.
    """

    run: Path
    pipeline: Pipeline
    folder: Path
    office: Office
    style: Style = Style.FILL
    margin: float = 0.2
    scene: bool = True

    def __call__(self, source: Path, photo: PhotoReport, chosen: Sequence[Judgement]) -> Redacted:
        """Writes the copy of a picture without the chosen findings, and screens it.

        Raises:
            RedactionError: if the file cannot be read, changed since it was screened or shows several pictures, or if
                something else has the copy's name.
            CopyError: if the copy cannot be made a picture of the run.
        """
        findings = [one.finding for one in chosen if not one.finding.is_a(ERROR)]
        if not findings:
            raise RedactionError(f"{photo.file}: nothing that holds it could be redacted")
        original = self._opened(source, photo)
        target, name = self._target(photo.file)
        # a program that is killed leaves it there, and the next one writes over it
        part = target.with_name(f".{target.name}.part")
        try:
            for _ in range(ROUNDS):
                style, margin, again, still = self._tried(original, part, name, findings)
                more = [] if still else _more(again, chosen, photo)
                if not more:
                    break
                findings += more
            self._keep(part, target, again, photo, still, rules=sorted({one.rule for one in chosen}), style=str(style))
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        return Redacted(
            file=photo.file,
            copy=target,
            sha256=again.sha256,
            style=style,
            margin=margin,
            count=len(findings),
            still=still,
            report=again,
        )

    def _keep(
        self, part: Path, target: Path, again: PhotoReport, photo: PhotoReport, still: Sequence[str], **said: Any
    ) -> None:
        """Puts the copy in its place, and makes it a picture of the run where nothing is found in it any more."""
        if not still:
            screened_by = self.pipeline.sha256
            copies.note(self.run, again, part, target, self.office, original=photo.sha256, pipeline=screened_by, **said)
            return
        log = self.office.audit_log
        audit.append(log, "redaction", copy=again.sha256, file=photo.sha256, still=len(still), **said)
        try:
            put_in_place(part, target)
        except OSError as error:
            raise RedactionError(f"{target}: cannot be written ({error.strerror})") from error

    def _tried(
        self, original: Photo, part: Path, name: str, findings: Sequence[Finding]
    ) -> tuple[Style, float, PhotoReport, tuple[str, ...]]:
        """Writes the copy as asked, or more thoroughly, until nothing of it is found again; gives what is still."""
        for style, times in ((self.style, 1), (Style.FILL, 2), (Style.FILL, 4)):
            boxes = [_wider(one.box, times * self.margin, original) for one in findings if one.box is not None]
            _write(redacted(original.rgb, boxes, style), original, part)
            again = self.pipeline.screen(part, name=name, scene=self.scene)
            still = _still(again, findings, boxes)
            if not still:
                break
        return style, times * self.margin, again, still

    def _opened(self, source: Path, photo: PhotoReport) -> Photo:
        limits: Limits = self.pipeline.limits
        try:
            original = Photo.open(source, name=photo.file, limits=limits)
        except FileError as error:
            raise RedactionError(f"{photo.file}: {error}") from error
        if original.sha256 != photo.sha256:
            raise RedactionError(f"{photo.file}: is not as it was screened; scan the shoot again")
        if next(original.others(), None) is not None:
            raise RedactionError(f"{photo.file}: holds several pictures; export the one that is meant and scan it")
        return original

    def _target(self, file: str) -> tuple[Path, str]:
        """Where the copy goes, and its name in the run."""
        there = [str(photo["file"]) for photo in stored.read(self.run)["photos"]]
        name = _named(there)[file]
        target = self.folder.joinpath(*(part for part in Path(name).parts if part not in ("..", "/")))
        if name in there:
            raise RedactionError(f"{name}: the shoot has a picture of this name; rename it there and scan again")
        if target.exists() and not (target.is_file() and copies.made(sha256_of(target), self.office)):
            raise RedactionError(f"{target}: is there already; move it away, or name another folder with --out")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RedactionError(f"{target.parent}: cannot be made ({error.strerror})") from error
        return target, name


def _named(files: Sequence[str]) -> dict[str, str]:
    """The name of each file's copy: no two files share one, whatever their endings and their letters' case."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for file in files:
        names[file] = next(name for name in _names(PurePosixPath(file)) if name.casefold() not in taken)
        taken.add(names[file].casefold())
    return names


def _names(file: PurePosixPath) -> Iterator[str]:
    """What the copy of a file may be called: `car.webp` gives car.redacted.jpg, then car.webp.redacted.jpg."""
    ending = ".png" if file.suffix.lower() in LOSSLESS else ".jpg"
    yield str(file.with_name(f"{file.stem}{ENDING}{ending}"))
    yield str(file.with_name(f"{file.name}{ENDING}{ending}"))
    yield from (str(file.with_name(f"{file.name}.{number}{ENDING}{ending}")) for number in itertools.count(2))


def to_redact(photo: PhotoReport, rules: Sequence[str]) -> list[Judgement]:
    """The findings of a picture that are held or blocked, under these rules or under any.

    What has no place in it stands in its metadata, which a copy leaves behind; or in its name, and is found again.
    """
    held = [one for one in photo.judgements if one.verdict > Verdict.CLEAR and not one.finding.is_a(ERROR)]
    return [one for one in held if not rules or one.rule in rules]


def redacted(rgb: Pixels, boxes: Sequence[Box], style: Style) -> Pixels:
    """A copy of the picture (height, width, 3) with every box redacted."""
    import cv2

    out = rgb.copy()
    for box in boxes:
        place = out[box.top : box.bottom, box.left : box.right]
        if style is Style.FILL:
            place[:] = GREY
            continue
        # few cells, so that neither letters nor features are left, whatever the size
        cell = max(1.0, min(place.shape[:2]) / CELLS)
        size = max(1, round(place.shape[1] / cell)), max(1, round(place.shape[0] / cell))
        coarse = cv2.resize(place, size, interpolation=cv2.INTER_AREA)
        how = cv2.INTER_NEAREST if style is Style.PIXELATE else cv2.INTER_CUBIC
        place[:] = cv2.resize(coarse, (place.shape[1], place.shape[0]), interpolation=how)
    return out


def _more(again: PhotoReport, chosen: Sequence[Judgement], photo: PhotoReport) -> list[Finding]:
    """What a copy shows under the same rules that its original was not known to: the next best reading, mostly."""
    held = to_redact(again, sorted({one.rule for one in chosen}))
    return [
        one.finding
        for one in held
        if one.finding.box is not None
        and not any(one.rule == known.rule and _meet(one.finding, known.finding) for known in photo.judgements)
    ]


def _meet(one: Finding, other: Finding) -> bool:
    return one.box is not None and other.box is not None and one.box.iou(other.box) >= SAME_PLACE


def _wider(box: Box, margin: float, photo: Photo) -> Box:
    more = max(2, round(margin * min(box.width, box.height)))
    wider = Box(box.left - more, box.top - more, box.right + more, box.bottom + more)
    return wider.clip(photo.width, photo.height) or box


def _still(again: PhotoReport, findings: Sequence[Finding], boxes: Sequence[Box]) -> tuple[str, ...]:
    """What was redacted and is found again there, at any score; all of it where the copy could not be screened."""
    if not again.screened:
        return (again.reason() or "the copy could not be screened",)
    kinds = {".".join(finding.kind.split(".")[:2]) for finding in findings}
    without_place = {finding.kind for finding in findings if finding.box is None}

    def same(found: Finding) -> bool:
        if found.box is None:
            return found.kind in without_place
        return any(map(found.is_a, kinds)) and any(found.box.inside(box) > 0.3 for box in boxes)

    return tuple(one.finding.evidence for one in again.judgements if same(one.finding))


def _write(rgb: Pixels, original: Photo, part: Path) -> None:
    """The picture as a file of its own, on disk when this returns: its pixels, and who made it."""
    from PIL import Image

    stream = io.BytesIO()
    if Path(part.stem).suffix == ".png":
        Image.fromarray(np.ascontiguousarray(rgb)).save(stream, "PNG")
    else:
        Image.fromarray(np.ascontiguousarray(rgb)).save(stream, "JPEG", quality=QUALITY, subsampling=0)
    try:
        stage(part, stream.getvalue())
        _keep_credits(original, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise RedactionError(f"{part}: cannot be written ({error.strerror})") from error


def _keep_credits(original: Photo, target: Path) -> None:
    """Puts creator, credit, copyright and rights of the original into the copy; a file without any gets none."""
    import exiv2

    try:
        source = exiv2.ImageFactory.open(original.data)
        source.readMetadata()
    except exiv2.Exiv2Error:
        return  # a format that carries none
    copy = exiv2.ImageFactory.open(str(target))
    copy.readMetadata()
    for group, key in KEPT:
        there, here = (getattr(image, f"{group}Data")() for image in (source, copy))
        for datum in there:
            if datum.key() == key:
                here[key] = datum.getValue()
    copy.writeMetadata()
