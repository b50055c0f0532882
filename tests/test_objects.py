"""The objects stage: how it looks at a picture, what it says, and where."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from models.objects import patterns
from models.objects.laid import laid
from screening.arrays import Floats
from screening.config import load as load_pipeline
from screening.finding import Box, Finding
from screening.photo.photo import Photo
from screening.policy import Verdict
from screening.stages import objects
from screening.stages.objects import BARE, KINDS, MOST, OBJECTS, SEEN, SIDE, STEP, WRITTEN, Objects, fitted

ROWS, COLUMNS = 11, 16


def photo() -> Photo:
    return Photo.from_array(np.zeros((1100, 1600, 3), np.uint8))


def answered(
    monkeypatch: pytest.MonkeyPatch,
    logits: Mapping[str, Floats],
    found: Sequence[Finding] = (),
    stage: Objects | None = None,
) -> list[Finding]:
    """What the stage makes of a network's answer; of objects that are not given it is sure that they are not there."""
    answer = np.stack([logits.get(thing, np.full((ROWS, COLUMNS), -9, np.float32)) for thing in OBJECTS])

    def run(pictures: Floats) -> list[Floats]:
        assert pictures.shape == (1, 3, ROWS * STEP, COLUMNS * STEP)
        assert pictures.min() >= 0 and pictures.max() <= 1
        return [answer[None]]

    monkeypatch.setattr(objects, "load", lambda name: run)
    return list((stage or Objects())(photo(), found))


def somewhere(*places: tuple[int, int, float]) -> Floats:
    """Logits that are low but for a few places, given as row, column and logit."""
    logits = np.full((ROWS, COLUMNS), -5, np.float32)
    for row, column, logit in places:
        logits[row, column] = logit
    return logits


def line(text: str, box: Box) -> Finding:
    return Finding("seen.text", 0.9, f"text, {len(text)} characters", box, text)


@pytest.mark.parametrize(
    ("width", "height", "columns", "rows"),
    [
        (6000, 4000, 16, 11),
        (4000, 6000, 11, 16),
        (300, 300, 16, 16),  # enlarged
        (6000, 200, 16, 1),  # a banner
        (40, 20, 16, 8),
    ],
)
def test_a_picture_of_any_shape_fits(width: int, height: int, columns: int, rows: int) -> None:
    small = fitted(np.zeros((height, width, 3), np.uint8))
    assert small.shape == (rows * STEP, columns * STEP, 3)
    assert max(small.shape) == SIDE


@pytest.mark.parametrize("thing", [thing for thing in KINDS if thing not in WRITTEN])
def test_each_object_has_its_kind_and_holds(monkeypatch: pytest.MonkeyPatch, thing: str) -> None:
    (found,) = answered(monkeypatch, {thing: somewhere((4, 5, 2.0))})
    assert (found.kind, found.evidence) == (KINDS[thing], SEEN[thing])
    assert load_pipeline().policy.judge(found).verdict is Verdict.HOLD


def test_the_likeliest_place_is_the_score_and_those_around_it_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    logits = somewhere((4, 5, 0.5), (4, 6, 2), (4, 7, 0.1), (9, 1, 1.5))
    first, second = answered(monkeypatch, {"firearm": logits})
    assert first.score == pytest.approx(1 / (1 + math.exp(-2)))
    assert (first.box, second.box) == (Box(500, 400, 800, 500), Box(100, 900, 200, 1000))


def test_blades_are_asked_about_and_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, {"blade": somewhere((4, 5, 5.0))}) == []
    assert "blades" in load_pipeline().policy.rules["evidence"].not_looked_for


def test_of_many_the_surest_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = answered(monkeypatch, {"cash": somewhere(*((1, 2 * column, 0.1 * column) for column in range(8)))})
    assert len(found) == MOST
    assert found[0].box == Box(1400, 100, 1500, 200)


def test_a_faint_one_is_a_single_place_and_the_faintest_are_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    logits = somewhere((0, 15, -0.5))
    (found,) = answered(monkeypatch, {"card": logits})
    assert found.box == Box(1500, 0, 1600, 100)
    assert answered(monkeypatch, {"card": logits}, stage=Objects(minimum=0.5)) == []


@pytest.mark.parametrize("thing", WRITTEN)
@pytest.mark.parametrize(
    ("count", "left", "high", "dense"),
    [
        (6, 520, 8, True),
        (3, 520, 8, False),  # a sign, a clock
        (6, 520, 16, False),  # a poster
        (6, 900, 8, False),  # beside it
    ],
)
def test_dense_print_on_a_paper_or_screen_holds_and_anything_less_is_noted(
    monkeypatch: pytest.MonkeyPatch, thing: str, count: int, left: int, high: int, dense: bool
) -> None:
    logits = somewhere((4, 5, 2.0), (4, 6, 2.0))
    read = [
        line("Dear Ms Example,", Box(left, 400 + 16 * row, left + 160, 400 + 16 * row + high)) for row in range(count)
    ]
    (found,) = answered(monkeypatch, {thing: logits}, read)
    assert found.kind == (KINDS[thing] if dense else BARE)
    assert "Example" not in found.evidence
    expected = Verdict.HOLD if dense else Verdict.CLEAR
    assert load_pipeline().policy.judge(found).verdict is expected


@functools.cache
def found_in(path: Path) -> tuple[Finding, ...]:
    return tuple(Objects()(Photo.open(path), ()))


def share(data: Path, folder: str, thing: str, most: int) -> float:
    """The share of a folder's pictures that judge, by the split, in which the stage is sure of an object."""
    from models.objects.material import UNSURE
    from models.split import Part, Split

    split = Split.of(data)
    names = [path.relative_to(data).as_posix() for path in sorted((data / folder).rglob("*.jpg"))]
    certain = [name for name in names if thing not in UNSURE.get(Path(name).stem.partition("_")[2], ())]
    judged = [name for name in certain if split.part(name) is Part.TEST][:most]
    if not judged:
        pytest.skip(f"SCREENING_DATA holds no pictures of {folder} that judge")
    found = [found_in(data / name) for name in judged]
    sure = [any(one.evidence.startswith(SEEN[thing]) and one.score >= 0.5 for one in some) for some in found]
    return sum(sure) / len(judged)


@pytest.mark.parametrize(
    ("folder", "thing", "least"), [("guns", "firearm", 0.6), ("lanyards", "card", 0.6), ("documents", "paper", 0.8)]
)
def test_most_are_found(shared_data: Path, folder: str, thing: str, least: float) -> None:
    """A figure of the card, roughly."""
    assert share(shared_data, folder, thing, 24) >= least


@pytest.mark.parametrize("thing", KINDS)
def test_hardly_anything_else_is_taken_for_one(shared_data: Path, thing: str) -> None:
    assert share(shared_data, "everyday", thing, 30) <= 0.07


def test_few_flags_and_liveries_are_taken_for_tape(astronaut: Path) -> None:
    """A figure of the card, roughly; without such patterns to learn from it was more than twice as many."""
    grounds = [Photo.open(astronaut.with_name(name)).rgb for name in ("coffee.png", "rocket.jpg", "chelsea.png")]
    taken = []
    for draw in patterns.DRAWN:
        for number in range(12):
            dice = np.random.default_rng((11, number))
            picture, _ = laid(grounds[number % 3], draw(dice), dice, share=(0.2, 0.7))
            found = Objects()(Photo.from_array(picture), ())
            taken += [(draw.__name__, number) for one in found if one.score >= 0.5 and one.kind == KINDS["tape"]]
    assert len(taken) <= 8, taken
