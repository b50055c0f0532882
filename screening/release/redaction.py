"""A picture redacted: a copy in which what was found can no longer be seen, screened again before it counts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from screening.finding import Finding
from screening.office import audit
from screening.office.office import Office, put_in_place
from screening.photo.files import FileError, Limits
from screening.photo.masks import Fill, Mask, Style, around
from screening.photo.others import STRETCHED
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport
from screening.pipeline import Pipeline
from screening.policy import ERROR, Judgement, Verdict
from screening.release.copy_file import Covering, RedactionError, copy_names, write_copy
from screening.release.shapes import shape
from screening.release.words import Words
from screening.run import copies, files
from screening.run.decision import SAME_PLACE
from screening.weights import sha256_of

# How many times anything else that a copy shows under the same rules is redacted too.
ROUNDS = 3
COPYRIGHT = "copyright"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A redacted copy.

    Attributes:
        file: the picture's name in the report.
        copy: the path of its copy.
        sha256: of the copy.
        style, margin: what was finally used.
        exact: whether the rest of the picture is exactly as it was; it was encoded anew otherwise.
        count: how many findings were redacted.
        still: what is still found there; empty if the redaction worked.
        report: the copy, screened again.
    """

    file: str
    copy: Path
    sha256: str
    style: Style
    margin: float
    exact: bool
    count: int
    still: tuple[str, ...]
    report: PhotoReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """How pictures are redacted.

    Attributes:
        run: the run whose pictures are redacted; a copy without what was found becomes one of them.
        pipeline: what the copy is screened with; only with the run's own can it be cleared.
        folder: where copies go, in the same subfolders as in the shoot.
        office: whose audit log notes each copy.
        style: how a place is redacted; fill if the first try is not enough.
        margin: how far beyond a finding's place the redaction reaches, as a share of its shorter side.
        fill: what a filled place is filled with.
        scene: whether the batch is from a scene.
        words: what the copies say besides; they are screened with it.
    """

    run: Path
    pipeline: Pipeline
    folder: Path
    office: Office
    style: Style = Style.FILL
    margin: float = 0.2
    fill: Fill = Fill.AUTO
    scene: bool = True
    words: Words = Words()

    def __call__(
        self, source: Path, photo: PhotoReport, chosen: Sequence[Judgement], *, without: Sequence[str] = ()
    ) -> Redacted:
        """Writes a copy of a picture without the chosen findings, and screens it.

        Args:
            source: the picture's file.
            photo: the picture as it was screened.
            chosen: what is redacted.
            without: the ids of the decisions that drew some of these.

        Raises:
            RedactionError: if the file cannot be read, changed since it was screened or shows several pictures, or if
                something else has the copy's name.
            CopyError: if the copy cannot be made a picture of the run.
        """
        findings = [one.finding for one in chosen if not one.finding.is_a(ERROR)]
        if not findings:
            raise RedactionError(f"{photo.file}: nothing that is held or blocked in it could be redacted")
        original = self._opened(source, photo)
        target, name = self._target(photo.file)
        # a program that is killed leaves it there, and the next one overwrites it
        part = target.with_name(f".{target.name}.part")
        try:
            for _ in range(ROUNDS):
                tried = self._tried(original, part, name, findings)
                again, still = tried.report, tried.still
                more = [] if still else _more(again, chosen, photo)
                if not more:
                    break
                findings += more
            said = {"style": str(tried.style), "encoding": "kept" if tried.exact else "new"}
            rules = sorted({one.rule for one in chosen})
            self._keep(part, target, again, photo, still, rules=rules, without=list(without), **said)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        return replace(tried, copy=target)

    def _keep(
        self, part: Path, target: Path, again: PhotoReport, photo: PhotoReport, still: Sequence[str], **said: Any
    ) -> None:
        """Puts the copy in its place, and makes it a picture of the run if nothing that was redacted is found in it."""
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

    def _tried(self, original: Photo, part: Path, name: str, findings: Sequence[Finding]) -> Redacted:
        """Writes the copy as asked, or more thoroughly, until nothing is found again; it is still in its temporary
        file."""
        for style, times in ((self.style, 1), (Style.FILL, 2), (Style.FILL, 4)):
            masks = _distinct(shape(one, times * self.margin) for one in findings if one.box is not None)
            covering = Covering(masks=masks, style=style, fill=self.fill)
            exact = write_copy(original, covering, part, limits=self.pipeline.limits)
            self.words.put(part)
            again = self.pipeline.screen(part, name=name, scene=self.scene)
            still = _still(again, findings, masks)
            if not still:
                break
        return Redacted(
            file=original.name,
            copy=part,
            sha256=again.sha256,
            style=style,
            margin=times * self.margin,
            exact=exact,
            count=len(findings),
            still=still,
            report=again,
        )

    def _opened(self, source: Path, photo: PhotoReport) -> Photo:
        limits: Limits = self.pipeline.limits
        try:
            original = Photo.open(source, name=photo.file, limits=limits)
        except FileError as error:
            raise RedactionError(f"{photo.file}: {error}") from error
        if original.sha256 != photo.sha256:
            raise RedactionError(f"{photo.file}: has changed since it was screened; scan the shoot again")
        if any(other.frame != STRETCHED for other in original.others()):
            raise RedactionError(f"{photo.file}: contains several pictures; export the one you want and scan it")
        return original

    def _target(self, file: str) -> tuple[Path, str]:
        """The path of the copy, and its name in the run."""
        there = [str(photo["file"]) for photo in files.report_fields(self.run)["photos"]]
        name = copy_names(there)[file]
        target = self.folder.joinpath(*(part for part in Path(name).parts if part not in ("..", "/")))
        if name in there:
            raise RedactionError(f"{name}: the shoot has a picture with this name; rename it there and scan again")
        if target.exists() and not (target.is_file() and copies.made(sha256_of(target), self.office)):
            raise RedactionError(f"{target}: already exists; move it away, or name another folder with --out")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RedactionError(f"{target.parent}: cannot be made ({error.strerror})") from error
        return target, name


def to_redact(photo: PhotoReport, rules: Sequence[str] = (), kinds: Sequence[str] = ()) -> list[Judgement]:
    """The findings of a picture that are held or blocked, under these rules or under any; and those of these kinds,
    whatever their verdict. Only those, if kinds and no rules are named.

    A finding without a box is in the metadata, which a copy drops; or in the file's name, where it is found again.
    Whose picture it is stays in the copy: what is held for that is for a person to decide.
    """
    return [
        one
        for one in photo.judgements
        if can_go(one.finding)
        and (
            any(map(one.finding.is_a, kinds))
            or (one.verdict > Verdict.CLEAR and (one.rule in rules or not (rules or kinds)))
        )
    ]


def can_go(finding: Finding) -> bool:
    """Whether a copy can be without it."""
    return not finding.is_a(ERROR) and not (finding.box is None and finding.is_a(COPYRIGHT))


def _more(again: PhotoReport, chosen: Sequence[Judgement], photo: PhotoReport) -> list[Finding]:
    """What a copy shows under the same rules and its original did not: mostly the next best reading."""
    held = to_redact(again, sorted({one.rule for one in chosen}))
    return [
        one.finding
        for one in held
        if one.finding.box is not None
        and not any(one.rule == known.rule and _meet(one.finding, known.finding) for known in photo.judgements)
    ]


def _meet(one: Finding, other: Finding) -> bool:
    return one.box is not None and other.box is not None and one.box.iou(other.box) >= SAME_PLACE


def _still(again: PhotoReport, findings: Sequence[Finding], masks: Sequence[Mask]) -> tuple[str, ...]:
    """What was redacted and is found again, at any score; all of it if the copy could not be screened."""
    if not again.screened:
        return (again.reason() or "the copy could not be screened",)
    kinds = {".".join(finding.kind.split(".")[:2]) for finding in findings}
    without_place = {finding.kind for finding in findings if finding.box is None}
    boxes = [around(mask) for mask in masks]

    def same(found: Finding) -> bool:
        if found.box is None:
            return found.kind in without_place
        return any(map(found.is_a, kinds)) and any(found.box.inside(box) > 0.3 for box in boxes)

    return tuple(one.finding.evidence for one in again.judgements if same(one.finding))


def _distinct(masks: Iterable[Mask]) -> list[Mask]:
    """Masks, each once: a face and its age have one place."""
    return list(dict.fromkeys(masks))
