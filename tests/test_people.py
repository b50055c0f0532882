"""Faces that look like one person's are proposed: of adults alone, if the policy allows it, each shown before it is
decided."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from screening.config import load
from screening.faces.people import people
from screening.finding import Box, Finding
from screening.office.office import Office
from screening.photo_report import PhotoReport, judged
from screening.run.decision import Action, Decision, about_each
from screening.run.decisions import Decisions
from screening.run.outcome import outcomes
from screening.web.asked import ReviewError
from screening.web.people import comparable, proposed
from screening.web.review import Review
from tests import PATIENCE
from tests.command import screening
from tests.picture_files import scenery
from tests.review_server import end, start

PIPELINE = """
[[stage]]
use = "faces"
[[stage]]
use = "juveniles"
[batch]
group_faces = true
[rules.unscreened]
says = "-"
lifted_by = "-"
kinds = { "error" = { block = 0 }, "*" = { hold = 0 } }
[rules.identifiable-person]
says = "Anyone who can be identified has agreed."
lifted_by = "A release form."
kinds = { "face" = { hold = 0.3 }, "face.unidentifiable" = {} }
[rules.juvenile]
says = "No juveniles."
lifted_by = "Permission."
kinds = { "juvenile" = { hold = 0.5 } }
"""
FACE, ELSEWHERE = Box(10, 10, 90, 110), Box(300, 10, 380, 110)
SEEN = Finding("face.identifiable", 0.9, "a face", FACE, stage="faces")
GROWN = Finding("juvenile.face", 0.01, "a face that looks adult", FACE, stage="juveniles")
POLICY = load().policy


def group(*places: float, pictures: list[int] | None = None) -> list[list[int]]:
    """The groups of faces on a line; those up to 1 apart are alike."""
    return people([np.array([one]) for one in places], pictures or list(range(len(places))), distance=1)


def test_no_two_faces_of_a_group_are_farther_apart_than_the_mark() -> None:
    assert group() == []
    assert group(0, 5, 0.4, 9) == [[0, 2]]
    assert group(0, 0.6, 1.4, 1.5) == [[0, 1], [2, 3]], "each is near the next, the first and the last are not"
    assert group(0, 0.1, 0.2, 7, 7.1) == [[0, 1, 2], [3, 4]]


def test_two_faces_in_one_picture_are_two_people() -> None:
    assert group(0, 0.1, 0.2, pictures=[1, 1, 2]) == [[1, 2]]


@pytest.mark.parametrize(
    ("more", "compared"),
    [
        ((GROWN,), True),
        ((), False),  # nobody judged the age
        ((Finding("juvenile.unknown", 0.9, "the age cannot be told", FACE, stage="juveniles"),), False),
        ((replace(GROWN, score=0.3),), False),  # may be under 18
        ((GROWN, replace(GROWN, score=0.9)), False),
        ((GROWN, replace(GROWN, score=0.9, box=ELSEWHERE)), True),  # somebody else
        ((GROWN, Finding("juvenile.school", 0.9, "a school", None, stage="wording")), False),
        ((GROWN, Finding("error.juveniles", 1.0, "failed", None, stage="juveniles")), False),
    ],
)
def test_only_the_face_of_an_adult_is_compared(more: tuple[Finding, ...], compared: bool) -> None:
    photo = PhotoReport(
        file="a.jpg", sha256="0" * 64, width=400, height=300, judgements=judged([SEEN, *more], POLICY, scene=True)
    )
    (after,) = outcomes([photo], [])
    assert [photo.judgements[one].finding.kind for one in comparable(after)] == ["face.identifiable"] * compared
    decided = about_each(photo, Decision(by="Jo", action=Action.RELEASE, reference="FORM-7"))
    (after,) = outcomes([photo], decided)
    assert list(comparable(after)) == [], "what was decided is not proposed again"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, astronaut: Path) -> Iterator[Path]:
    """A run that these tests share: one person in three pictures that look alike, two small faces in another, and a
    picture of nobody."""
    folder = tmp_path_factory.mktemp("people")
    rgb = np.array(Image.open(astronaut).convert("RGB"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SCREENING_HOME", str(folder / "office"))
        environment.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
        (folder / "p.toml").write_text(PIPELINE)
        (folder / "shoot").mkdir()
        small = np.array(Image.fromarray(rgb[:340, 60:400]).resize((110, 110)))  # too small to be compared
        Image.fromarray(np.hstack([small, small[:, ::-1]])).save(folder / "shoot" / "two.png")
        for number, made in enumerate((rgb, rgb[8:, 8:], (rgb * 0.8).astype(np.uint8), scenery(512, 512))):
            Image.fromarray(made).save(folder / "shoot" / f"{number}.png")
        done = screening("scan", folder / "shoot", "--out", folder / "run", "--pipeline", folder / "p.toml")
        assert done.returncode == 1, done.stderr
        yield folder / "run"


def review(run: Path) -> Review:
    return Review(run, by="Jo Smith", pipeline=str(run.parent / "p.toml"), office=Office(run.parent / "office"))


def test_one_persons_faces_are_proposed_together_if_the_policy_allows_it(run: Path) -> None:
    jo = review(run)
    (together,) = proposed(jo)
    assert sorted(one["photo"] for one in together) == [0, 1, 2]
    assert {jo.outcome(one["photo"]).photo.judgements[one["finding"]].finding.kind for one in together} == {
        "face.identifiable"
    }
    assert jo.crop(0, together[0]["finding"])[:2] == b"\xff\xd8"
    with pytest.raises(ReviewError, match="no such finding"):
        jo.crop(0, 99)
    settings = replace(jo.run.settings, batch=replace(jo.run.settings.batch, group_faces=False))
    jo.run = replace(jo.run, settings=settings)
    with pytest.raises(ReviewError, match="does not allow comparing faces"):
        proposed(jo)


def test_every_face_is_shown_and_can_be_left_out(browser: Any, run: Path) -> None:
    server = start(run.parent / "shoot")
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.address)

    def says(text: str) -> None:
        page.get_by_text(text).first.wait_for(timeout=PATIENCE * 1000)

    def decided() -> list[str]:
        history = Decisions(run, Office(run.parent / "office")).history()
        return [f"{one.action} {one.reference}" for one in history if one.sha256]

    says("One of 3 pictures that look alike. The strictest was held; as things stand, held.")
    page.keyboard.press("g")
    says("Is this one person? 1 of 1")
    says("Decide about 3")  # all three have been on the screen
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width, scheme in ((1440, "dark"), (390, "dark"), (390, "light"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page).response["violations"]
        assert (width, scheme, [one["id"] for one in found]) == (width, scheme, [])
    page.keyboard.press("Enter")
    assert page.locator("#crops[open]").count() == 1, "no reference, no decision"
    page.keyboard.type("FORM-7")
    page.locator("#crops-list input").nth(2).click()
    says("2 of 3 ticked")
    page.keyboard.press("Enter")
    says("2 of 5 decided")
    assert decided() == ["release FORM-7"] * 2
    # what is said of one person is said of nobody else unless somebody ticks them
    about = "rule: 'identifiable-person', kind: 'face.identifiable'"
    page.evaluate(f"last = {{ {about}, action: 'release', said: {{ reference: 'FORM-7' }} }}")
    page.keyboard.press("e")
    says("Which of them are the same person?")
    says("0 of 3 ticked")
    page.keyboard.press("Enter")
    says("Nothing is ticked.")
    page.locator("#crops-list input").first.click()
    says("Decide about 1")
    page.locator("#crops-ok").click()
    says("3 of 5 decided")
    assert decided() == ["release FORM-7"] * 3
    # with Shift, in one picture: nobody either
    page.evaluate("go(listed.findIndex((number) => photos[number].file === 'two.png'))")
    page.keyboard.press("Shift+Digit2")
    page.keyboard.type("FORM-8")
    page.keyboard.press("Enter")
    says("2 × identifiable-person in 1 picture: released FORM-8")
    says("0 of 2 ticked")
    page.locator("#crops-list input").first.click()
    page.locator("#crops-ok").click()
    page.locator("#crops").wait_for(state="hidden")
    says("released by Jo Smith")
    assert decided() == [*["release FORM-7"] * 3, "release FORM-8"]
    assert complaints == []
    end(server)


def test_what_has_not_been_on_the_screen_is_not_decided(browser: Any, run: Path) -> None:
    """A list that is longer than the screen goes on instead of being decided."""
    server = start(run.parent / "shoot")
    page = browser.new_context(viewport={"width": 390, "height": 600}).new_page()
    page.goto(server.address)
    page.get_by_text("decided").first.wait_for()
    page.evaluate(
        "confirmCrops({ title: 'All', about: '', wishes: Array(40).fill({ photo: 0, finding: 0 }) })"
        ".then((said) => { window.said = said; }) && undefined"
    )
    pressed, last = 0, time.monotonic() + PATIENCE
    while page.locator("#crops[open]").count() and time.monotonic() < last:
        page.keyboard.press("Enter")
        pressed += 1
        page.wait_for_timeout(100)
    assert page.evaluate("said.length") == 40
    assert pressed > 2
    end(server)
