"""Which decisions the rule book allows for which findings."""

from __future__ import annotations

from screening.policy import ERROR, Judgement, Verdict
from screening.questions import in_words, letters
from screening.run.decision import Action, Decision


def refusal(decision: Decision, one: Judgement) -> str:
    """Why the rule book does not allow a decision about a finding; "" if it does."""
    action = decision.action
    if not letters(decision.by):
        return "a decision needs the name of the person who decides"
    if action in (Action.REJECT, Action.WITHDRAW):
        return ""
    if one.finding.is_a(ERROR):
        return "what could not be screened never passes: repair or replace the file and scan again"
    if action is Action.REDACT:
        return ""
    if action is Action.AGREE:
        return "agree is only for a picture in which nothing is held or blocked"
    if action is Action.OVERRIDE:
        enough = in_words(decision.reason) and len(decision.reason.split()) > 1
        return "" if enough else "an override needs a reason of more than one word"
    age = one.finding.is_a("juvenile") and not one.finding.is_a("juvenile.school")
    if action is Action.ADULT:
        return "" if age else "adult only answers the age of a person"
    if action in (Action.RELEASE, Action.PARENTAL):
        if not (age if action is Action.PARENTAL else one.rule == "identifiable-person"):
            permission = "a parental permission" if action is Action.PARENTAL else "a release form"
            return f"{one.rule} ({one.finding.kind}) is not lifted by {permission}"
        return "" if decision.reference.strip() else "a release or permission needs its reference"
    if one.verdict is Verdict.BLOCK:
        return "a block is lifted by changing the picture, or by an override with a written reason"
    if one.rule in ("identifiable-person", "juvenile"):
        return f"{one.rule} is lifted by the reference of a form or permission, or by stating that it is an adult"
    if one.rule == "copyright" and not decision.reference.strip():
        return "copyright is lifted by the reference of a licence"
    return ""
