"""The contents of a release note: what went out, what was held back and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from screening.finding import ScreeningError
from screening.force import Force
from screening.office.key_list import trusted
from screening.office.office import Office
from screening.policy import Verdict
from screening.questions import Question
from screening.release import clearance, second
from screening.release.clearance import Clearance
from screening.release.titles import titles
from screening.run import files
from screening.run.run import Run
from screening.weights import sha256_of


class NoteError(ScreeningError):
    """A release note cannot be written yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A release.

    Attributes:
        force: who "we" are.
        clearance: what was signed.
        shoot: the shoot's name; "" if the scan was not given one.
        released: files that may go out, as the report names them.
        held_back: every other file, with the rule that keeps it back.
        says: what each of these rules says.
        decided: for each rule, how often each decision was made.
        link: where the force's site says more.
        watched_by: who watches the comments.
        category: what sort of release it is, such as a campaign.
        related: the earlier releases or albums that belong with it.
        titles: the released pictures' own titles; a picture without one is left out.
        encodings: of each released copy, whether the rest of the picture was "kept" as it is or encoded anew ("new").
    """

    force: Force
    clearance: Clearance
    shoot: str
    released: tuple[str, ...]
    held_back: Mapping[str, str]
    says: Mapping[str, str]
    decided: Mapping[str, Mapping[str, int]]
    link: str
    watched_by: str
    category: str = ""
    related: str = ""
    titles: tuple[str, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)


def note(folder: Path, *, pipeline: str, link: str, watched_by: str, office: Office) -> Note:
    """The release note of a cleared run.

    Args:
        folder: the run.
        pipeline: its pipeline file, if it did not come with the program.
        link: where the force's site says more; "" for what was answered when the run was cleared.
        watched_by: who watches the comments; "" likewise.
        office: whose keys are trusted.

    Raises:
        NoteError: if it was not cleared, or has changed since.
        ScreeningError: if the run or its clearance cannot be read, or is signed with a key that is not trusted.
    """
    signed = folder / files.CLEARANCE
    if not signed.is_file():
        raise NoteError(f"{folder}: has not been cleared yet; run screening clear first")
    clearance.signed_head(signed, office)  # raises if anybody else wrote it
    said = clearance.read(signed)
    run = Run.open(folder, office, pipeline)
    if wrong := second.wrong(said, trusted(office), run.pipeline):
        raise NoteError(f"{signed}: {wrong}")
    if said.report != sha256_of(folder / files.REPORT, most=files.LARGEST):
        raise NoteError(f"{folder}: was scanned again after it was cleared; clear it again")
    after = run.outcomes()
    released = said.released
    decided: dict[str, dict[str, int]] = {}
    for one in after:
        for judgement, decision in one.decided:
            if judgement.verdict > Verdict.CLEAR:
                counts = decided.setdefault(judgement.rule, {})
                counts[str(decision.action)] = counts.get(str(decision.action), 0) + 1
    answered = answers(said.answers, run.settings.batch.question)
    held_back = {one.photo.file: one.rule or "changed" for one in after if one.photo.sha256 not in released}
    return Note(
        force=run.settings.force,
        clearance=said,
        shoot=run.report.batch.shoot,
        released=tuple(one.photo.file for one in after if one.photo.sha256 in released),
        held_back=held_back,
        says={rule: run.policy.rules[rule].says if rule in run.policy.rules else "" for rule in held_back.values()},
        decided=decided,
        link=link or answered.get("link", ""),
        watched_by=watched_by or answered.get("comments", ""),
        category=answered.get("category", ""),
        related=answered.get("related", ""),
        titles=titles(run, {one.photo.file: one.photo.sha256 for one in after if one.photo.sha256 in released}),
        encodings={one.photo.file: one.encoding for one in run.copies},
    )


def answers(said: Mapping[str, str], questions: Iterable[Question]) -> dict[str, str]:
    """What was answered when a run was cleared, by the questions' ids."""
    return {one.id: said.get(one.ask, "").strip() for one in questions}
