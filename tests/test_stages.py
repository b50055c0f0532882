"""What every stage keeps to, whichever it is: it runs over each entry of the table, and knows no names."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.config import load
from screening.photo.photo import Photo
from screening.stages import STAGES, Stage
from tests import conformance, planted

ALL = {stage.name: stage for stage in load().stages}


@pytest.fixture(params=list(STAGES))
def stage(request: pytest.FixtureRequest) -> Stage:
    return ALL[request.param]


def test_a_stage_is_frozen_has_documented_defaults_and_declares_its_kinds(stage: Stage) -> None:
    conformance.check_declared(stage)


def test_a_stage_is_imported_quickly(stage: Stage) -> None:
    conformance.check_import(stage)


@pytest.mark.parametrize("name", list(conformance.PHOTOS))
def test_a_stage_survives_any_photo_and_keeps_silent(stage: Stage, name: str) -> None:
    conformance.check_call(stage, Photo.from_array(conformance.PHOTOS[name], name=f"{name}.png"))


def test_a_stage_names_the_stages_whose_findings_it_reads_and_comes_after_them(stage: Stage) -> None:
    conformance.check_after(stage, list(ALL.values()))
    earlier = list(STAGES)[: list(STAGES).index(stage.name)]
    assert [source for source in getattr(stage, "after", ()) if source not in earlier] == []
    assert list(ALL) == list(STAGES), "the default pipeline keeps to the order of the table"


def test_every_reported_kind_has_a_rule() -> None:
    policy = load().policy
    for stage in ALL.values():
        for kind in stage.kinds:
            if not kind.startswith("seen."):
                assert policy.lookup(kind)[0] != "unscreened", f"{kind} of {stage.name} stands under no rule"


def test_what_was_read_is_nowhere_but_in_text(
    stage: Stage, astronaut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path))
    conformance.check_leaks(stage, list(ALL.values()), planted.photos(astronaut))
