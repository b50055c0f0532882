"""What a person may decide about a picture and its findings, whoever asks: the command or the review page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from screening.finding import Box, Finding
from screening.photo_report import PhotoReport
from screening.policy import Judgement, Thresholds, Verdict
from screening.release.decide import about_finding, about_picture
from screening.run.decision import Action, Decision
from screening.run.decisions import DecisionError

PLATE = Judgement(
    Finding("vehicle.plate", 0.9, "a plate", Box(10, 10, 50, 50)), "number-plate", Verdict.BLOCK, Thresholds()
)
TAPE = Judgement(Finding("scene.tape", 0.9, "tape", Box(60, 60, 90, 90)), "scene-scope", Verdict.HOLD, Thresholds())
HELD = PhotoReport(file="a.jpg", sha256="a" * 64, width=100, height=100, judgements=(PLATE, TAPE))
CLEAR = replace(HELD, judgements=())
UNREAD = replace(HELD, sha256="")


def said(action: Action, *, after: str = "") -> Decision:
    return Decision(action=action, by="A. Reviewer", after=after)


@pytest.mark.parametrize(
    ("photo", "number", "action", "why"),
    [
        (HELD, None, Action.REJECT, ""),
        (HELD, 1, Action.ACCEPT, ""),
        (HELD, 0, Action.REDACT, ""),
        (CLEAR, None, Action.AGREE, ""),
        # nobody saw it, so nobody can say anything of it
        (UNREAD, None, Action.REJECT, "could not be read"),
        (UNREAD, 0, Action.ACCEPT, "could not be read"),
        # a picture is rejected, its findings are decided
        (HELD, 0, Action.REJECT, "to a picture, not to a finding"),
        (HELD, None, Action.ACCEPT, "accept applies to a finding"),
        (HELD, None, Action.AGREE, "nothing is held"),
        (HELD, None, Action.WITHDRAW, "nothing was decided about it"),
        # findings there are none of
        (HELD, 2, Action.ACCEPT, "no such finding"),
        (HELD, -1, Action.ACCEPT, "no such finding"),
        # the rule book
        (HELD, 0, Action.ACCEPT, "a block is lifted by"),
        (HELD, 1, Action.OVERRIDE, "at least 3 different words"),
    ],
)
def test_what_is_said_of_a_picture_or_finding_is_checked_by_the_rule_book(
    photo: PhotoReport, number: int | None, action: Action, why: str
) -> None:
    def decided() -> Decision:
        return about_picture(photo, said(action)) if number is None else about_finding(photo, number, said(action))

    if why:
        with pytest.raises(DecisionError, match=rf"^a\.jpg: .*{re.escape(why)}"):
            decided()
        return
    made = decided()
    about = photo.judgements[number] if number is not None else None
    assert (made.sha256, made.action, made.by) == (photo.sha256, action, "A. Reviewer")
    assert (made.rule, made.box) == ((about.rule, about.finding.box) if about else ("", None))


def test_what_was_decided_about_a_picture_is_taken_back_only_by_who_saw_it() -> None:
    assert about_picture(HELD, said(Action.WITHDRAW, after="b" * 64)).after == "b" * 64
