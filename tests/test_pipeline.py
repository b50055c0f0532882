"""Whatever a stage or a file does, there is a verdict, and not knowing blocks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from screening import config
from screening.finding import Box, Finding, ScreeningError
from screening.photo.files import Limits
from screening.photo.photo import Photo
from screening.pipeline import PART, Pipeline, in_parts, run
from screening.policy import Policy, Rule, Thresholds, Verdict
from screening.stages import Stage

POLICY = Policy(
    {
        "unscreened": Rule(says="", lifted_by="", kinds={"error": Thresholds(block=0), "*": Thresholds(hold=0)}),
        "identifiable-person": Rule(says="", lifted_by="", kinds={"face": Thresholds(hold=0.5)}),
        "scene-scope": Rule(says="", lifted_by="", kinds={"metadata.preview": Thresholds(hold=0.5)}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fake:
    """A stage that finds what it was told to, or raises it."""

    gives: tuple[Finding | Exception, ...] = ()
    name: ClassVar[str] = "fake"
    kinds: ClassVar[tuple[str, ...]] = ("face", "seen.text")

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        for one in self.gives:
            if isinstance(one, Exception):
                raise one
            yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A stage that says how much earlier ones found."""

    name: ClassVar[str] = "counter"
    kinds: ClassVar[tuple[str, ...]] = ("face.count",)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        yield Finding("face.count", min(1.0, len(found) / 10), f"{len(found)} before")


def pipeline(*stages: Stage, limits: Limits | None = None) -> Pipeline:
    return Pipeline(name="test", sha256="", stages=stages, policy=POLICY, limits=limits or Limits())


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.fromarray(np.full((40, 60, 3), 90, np.uint8)).save(path)
    return path


BROKEN = [
    # what the stage does, and what the report may say of it
    (Fake(gives=(ZeroDivisionError("secret 07700 900123"),)), "could not be screened (ZeroDivisionError)"),
    (Fake(gives=(ScreeningError("the network is missing"),)), "the network is missing"),
    (Fake(gives=(MemoryError(),)), "could not be screened (MemoryError)"),
    (Fake(gives=(Finding("face", 0.9, "a face", Box(0, 0, 61, 10)),)), "could not be screened (ValueError)"),  # outside
    (Fake(gives=(Finding("plate", 0.9, "a plate"),)), "could not be screened (ValueError)"),  # an undeclared kind
]


@pytest.mark.parametrize(("stage", "evidence"), BROKEN)
def test_a_failing_stage_blocks_the_photo_and_the_others_still_look(picture: Path, stage: Fake, evidence: str) -> None:
    report = pipeline(stage, Counter()).screen(picture, name="a.png")
    assert report.verdict is Verdict.BLOCK
    assert not report.screened
    assert (report.judgements[0].finding.kind, report.judgements[0].finding.evidence) == ("error.fake", evidence)
    assert any(one.finding.kind == "face.count" for one in report.judgements)


def test_findings_made_before_a_stage_fails_are_not_lost() -> None:
    # a generator that raises half-way: its first finding cannot be trusted alone, the error stands for it
    findings = run((Fake(gives=(Finding("face", 0.9, "a face"), ValueError("then this"))),), blank())
    assert [finding.kind for finding in findings] == ["error.fake"]


def blank() -> Photo:
    return Photo.from_array(np.full((40, 60, 3), 90, np.uint8))


def test_later_stages_see_what_earlier_ones_found_and_observations_are_not_reported(picture: Path) -> None:
    fake = Fake(gives=(Finding("seen.text", 0.9, "text", text="HELLO"), Finding("face", 0.7, "a face")))
    report = pipeline(fake, Counter()).screen(picture, name="a.png")
    assert {one.finding.kind for one in report.judgements} == {"face", "face.count"}
    assert {one.finding.stage for one in report.judgements} == {"fake", "counter"}
    assert next(one for one in report.judgements if one.finding.kind == "face.count").finding.evidence == "2 before"


def test_a_clear_photo_is_clear_and_bound_to_its_bytes(picture: Path) -> None:
    import hashlib

    report = pipeline(Fake()).screen(picture, name="a.png")
    assert report.verdict is Verdict.CLEAR
    assert report.screened
    assert report.sha256 == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert (report.width, report.height) == (60, 40)
    assert report.preview.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.png", b"", "error.photo"),
        ("a.png", b"no picture", "error.photo"),
        ("a.nef", b"raw", "error.unsupported"),
        ("a.mp4", b"video", "error.unsupported"),
    ],
)
def test_a_file_that_cannot_be_read_is_blocked_by_name(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(data)
    report = pipeline(Fake()).screen(tmp_path / name, name=name)
    assert (report.verdict, report.judgements[0].finding.kind) == (Verdict.BLOCK, kind)
    assert report.file == name


def test_a_photo_reported_without_a_hash_or_a_size_is_blocked(picture: Path) -> None:
    report = pipeline(Fake()).screen(picture, name="a.png")
    assert replace(report, sha256="").verdict is Verdict.BLOCK
    assert replace(report, width=0).verdict is Verdict.BLOCK


def test_every_frame_is_screened_and_says_where_it_was_found(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    report = pipeline(Fake(gives=(Finding("face", 0.7, "a face", Box(1, 1, 9, 9)),))).screen(
        tmp_path / "a.gif", name="a.gif"
    )
    found = [one.finding for one in report.judgements]
    assert [(one.evidence, one.frame) for one in found] == [("a face", ""), ("a face (frame 2)", "frame 2")]


def test_a_file_with_more_frames_than_allowed_is_blocked(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), (index * 40, 0, 0)) for index in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    report = pipeline(Fake(), limits=Limits(frames=3)).screen(tmp_path / "a.gif", name="a.gif")
    assert report.verdict is Verdict.BLOCK
    assert "contains 4 pictures" in report.reason()


def test_a_long_text_is_handed_on_in_parts_that_lose_nothing() -> None:
    for text in ("lorem ipsum " * 1000, "x" * 9000, "x" * 2001, " " * 5000):
        parts = [one.text for one in in_parts(Finding("seen.metadata", 1.0, "EXIF Artist", text=text))]
        assert max(map(len, parts)) <= PART
        assert {text[place : place + 240] for place in range(len(text))} <= {
            part[place : place + 240] for part in parts for place in range(len(part))
        }
    reported = Finding("face", 1.0, "a face", text="x" * 9000)
    assert list(in_parts(reported)) == [reported]


# What repeats in a long text: letters of every sort, and beginnings of what rules look for.
REPEATED = (
    "1|a|A| |a@|a@a.co |a.|a/|a-|a'|\\\\a\\b |1 |1/|@abc |www.a.|://|(|é|漢|07700 900123 |12-34-56 |insta: |Mr |dec"
    "|SCHOOL|OFFICIAL |12 High Street, |SW1A 1AA |AB12 CDE |passport no 1 |of the |WANTED |exhibit A/1 "
).split("|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Long:
    """Reads one long line in the picture and one long string in its file."""

    text: str
    name: ClassVar[str] = "long"
    kinds: ClassVar[tuple[str, ...]] = ("seen.text", "seen.metadata")

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        yield Finding("seen.text", 1.0, "text", Box(0, 0, 60, 10), text=self.text)
        yield Finding("seen.metadata", 1.0, "EXIF Artist", text=self.text)


@pytest.fixture(scope="module")
def rules_of_text() -> tuple[Stage, ...]:
    """The stages of the default pipeline that look at words alone."""
    names = {"markings", "wording", "addresses", "personal_details", "documents"}
    return tuple(stage for stage in config.load("default").stages if stage.name in names)


@pytest.mark.parametrize("unit", REPEATED)
def test_a_text_four_times_as_long_takes_about_four_times_the_work(unit: str, rules_of_text: tuple[Stage, ...]) -> None:
    def work(length: int) -> float:
        stage = Long(text=unit * (length // len(unit)))
        began = time.process_time()  # of this process alone, however busy the machine is
        found = run((stage, *rules_of_text), blank())
        assert not [one.evidence for one in found if one.kind.startswith("error")]
        return time.process_time() - began

    # a rule that looks at all of a text from each place in it would take sixteen times as long
    assert any(work(10_000) < 9 * work(2_500) + 0.2 for _ in range(2))


@pytest.mark.parametrize(("name", "verdict"), [("a.png", Verdict.CLEAR), ("a.jpg", Verdict.HOLD), ("a", Verdict.HOLD)])
def test_a_picture_under_another_formats_name_is_screened_and_held(tmp_path: Path, name: str, verdict: Verdict) -> None:
    path = tmp_path / name
    Image.fromarray(np.full((40, 60, 3), 120, np.uint8)).save(path, "PNG")
    report = pipeline(Fake()).screen(path, name=name)
    assert (report.verdict, report.width, report.screened) == (verdict, 60, True)
    assert not verdict or "rename it, with .png at the end" in report.reason()
