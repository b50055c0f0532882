"""What every stage keeps to, whichever it is: it runs over each entry of the table."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest

from screening.config import load
from screening.finding import KIND, Finding
from screening.photo.photo import Photo
from screening.stages import STAGES, Stage

RANDOM = np.random.default_rng(7)
PHOTOS = {
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "grey": np.full((240, 320, 3), 128, np.uint8),
    "very wide": RANDOM.integers(0, 256, (9, 1500, 3), dtype=np.uint8),
    "very tall": np.full((1500, 3, 3), 255, np.uint8),
    "noise": RANDOM.integers(0, 256, (300, 400, 3), dtype=np.uint8),
}
ALL = {stage.name: stage for stage in load().stages}


@pytest.fixture(params=list(STAGES))
def stage(request: pytest.FixtureRequest) -> Stage:
    return ALL[request.param]


def test_a_stage_is_frozen_has_defaults_and_declares_its_kinds(stage: Stage) -> None:
    fields = dataclasses.fields(stage)  # type: ignore[arg-type]  # a Protocol cannot say "is a dataclass"
    kind_of: Any = type(stage)
    assert kind_of.__dataclass_params__.frozen
    assert isinstance(kind_of(), kind_of)  # a default for every field
    assert stage.kinds and all(KIND.fullmatch(kind) for kind in stage.kinds)
    documented = kind_of.__doc__ or ""
    assert all(field.name in documented for field in fields), "every option is documented"


def test_a_stage_can_be_sent_to_a_worker(stage: Stage) -> None:
    assert pickle.loads(pickle.dumps(stage)) == stage


@pytest.mark.parametrize("name", list(PHOTOS))
def test_a_stage_survives_any_photo_and_keeps_silent(
    stage: Stage, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    photo = Photo.from_array(PHOTOS[name], name=f"{name}.png")
    before = photo.rgb.copy()
    findings = list(stage(photo, ()))
    for finding in findings:
        assert any(finding.is_a(kind) for kind in stage.kinds)
        assert 0 <= finding.score <= 1
        assert "\n" not in finding.evidence
        assert len(finding.evidence) < 200
        if finding.box:
            assert finding.box.clip(photo.width, photo.height) == finding.box
    assert capfd.readouterr() == ("", "")
    assert (photo.rgb == before).all()


def test_a_stage_names_the_stages_whose_findings_it_reads_and_comes_after_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()

    def noted(self: Finding, kind: str) -> bool:
        asked.add(kind)
        return is_a(self, kind)

    is_a = Finding.is_a
    monkeypatch.setattr(Finding, "is_a", noted)
    list(stage(Photo.from_array(PHOTOS["grey"]), (Finding("other", 1.0, "-"),)))
    monkeypatch.undo()
    # metadata, the register and a name badge say whose a face is, and only where another stage found one
    places = [one for one in ALL.values() if one.name not in ("metadata", "register", "documents")]
    sources = {
        source.name
        for kind in asked
        for source in (ALL.values() if kind.startswith("seen.") else places)
        if any(made == kind or made.startswith(f"{kind}.") for made in source.kinds)
    }
    after = getattr(stage, "after", ())
    assert set(after) == sources
    earlier = list(STAGES)[: list(STAGES).index(stage.name)]
    assert [source for source in after if source not in earlier] == []
    assert list(ALL) == list(STAGES), "the default pipeline keeps to the order of the table"


def test_every_reported_kind_has_a_rule() -> None:
    policy = load().policy
    for stage in ALL.values():
        for kind in stage.kinds:
            if not kind.startswith("seen."):
                assert policy.lookup(kind)[0] != "unscreened", f"{kind} of {stage.name} stands under no rule"


def test_what_was_read_is_nowhere_but_in_text() -> None:
    """A stage's evidence masks what it read: none of a planted line's secrets shows."""
    photo = Photo.from_array(np.full((400, 600, 3), 200, np.uint8))
    planted = ["07700 900123", "someone@example.org", "AB12 CDE", "QQ 12 34 56 C", "4111 1111 1111 1111", "SW1A 1AA"]
    planted += ["PC 21345", "MORGA753116SM9IJ"]
    lines = [
        Finding("seen.text", 0.99, "text", text=secret, points=((9.0, y), (300.0, y), (300.0, y + 30), (9.0, y + 30)))
        for y, secret in zip(range(10, 400, 45), planted, strict=False)
    ]
    lines = [dataclasses.replace(line, box=photo_box(line)) for line in lines]
    for name in ("markings", "plates", "addresses", "personal_details", "documents"):
        for finding in ALL[name](photo, lines):
            for secret in planted:
                assert secret not in finding.evidence
                assert secret.replace(" ", "") not in finding.evidence


def photo_box(line: Finding) -> Any:
    from screening.finding import Box

    return Box.around(line.points)
