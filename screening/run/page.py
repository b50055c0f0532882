"""report.html written anew, with what people drew and decided since the scan."""

from __future__ import annotations

from typing import Any

from screening.inert import inert
from screening.office.office import now
from screening.photo_report import photo_fields
from screening.run.decision import Action, Decision
from screening.run.files import LARGEST, PAGE, RunError, report_fields, write
from screening.run.outcome import Outcome
from screening.run.run import Run
from screening.weights import read_bytes

# What was decided, in a few words.
SAID = {
    Action.ACCEPT: "condition met",
    Action.RELEASE: "released",
    Action.PARENTAL: "parental permission",
    Action.ADULT: "an adult",
    Action.INVOLVED: "a victim, suspect, witness or defendant",
    Action.OVERRIDE: "overridden",
    Action.REDACT: "to be redacted",
    Action.REJECT: "kept back",
    Action.DRAW: "drawn, to be redacted,",
    Action.AGREE: "checked, nothing found,",
}


def refresh(run: Run) -> None:
    """Writes the run's page anew, if it still has one; for sharing if it was before.

    Raises:
        ScreeningError: if the run cannot be read or written.
    """
    page = run.folder / PAGE
    if not page.is_file():  # it was purged
        return
    from screening.render.html import html_page, is_for_sharing, pictures_of

    try:
        before = read_bytes(page, most=LARGEST).decode()
        for_sharing, pictures = is_for_sharing(before), pictures_of(before)
    except (OSError, ValueError) as error:
        raise RunError(f"{page}: is not the page that was written; scan again") from error
    shows_text = any("text" in one for photo in report_fields(run.folder)["photos"] for one in photo["findings"])
    agreed = {one.sha256: one for one in run.decisions.current() if one.action is Action.AGREE}
    photos = [
        _as_decided(after, agreed.get(after.photo.sha256), names=not for_sharing, show_text=shows_text)
        for after in run.outcomes(redacted=False)
    ]
    fields = run.report.as_dict(show_text=shows_text) | {"photos": photos, "decided": now()}
    small = {photo.file: pictures[inert(photo.file)] for photo in run.report.photos if inert(photo.file) in pictures}
    try:
        text = html_page(fields, small, for_sharing=for_sharing)
    except ValueError as error:
        raise RunError(f"{page}: a small picture in it is damaged; scan again") from error
    write({PAGE: text}, run.folder)


def _as_decided(after: Outcome, agreed: Decision | None, *, names: bool, show_text: bool) -> dict[str, Any]:
    """A picture as the page shows it: what was drawn in it as findings, and what was decided about each."""
    fields = photo_fields(after.photo, show_text=show_text)
    decided = {id(one): decision for one, decision in after.decided}
    for one, finding in zip(after.photo.judgements, fields["findings"], strict=True):
        if id(one) in decided:
            finding["decided"] = _told(decided[id(one)], names=names)
    whole = after.rejected or agreed
    return fields | {
        "verdict": str(after.screened_as),
        "stands": str(after.verdict),
        "whole": _told(whole, names=names) if whole else "",
    }


def _told(one: Decision, *, names: bool) -> str:
    said = SAID.get(one.action, "") if one.action else ""
    if not names:
        return said.rstrip(",").capitalize()
    why = "".join(f": {part}" for part in (one.reason, one.reference) if part)
    return inert(f"{said[:1].upper()}{said[1:]} by {one.by}, {one.at[:16].replace('T', ' ')} UTC{why}")
