"""Which decisions the rule book allows for which findings."""

from __future__ import annotations

import dataclasses

from screening.policy import ERROR, Judgement, Verdict
from screening.questions import REASON_WORDS, is_reason, letters
from screening.run.decision import Action, Decision
from screening.run.drawn import DRAWN

# The rule that a person falls under who is a victim, a suspect, a witness or a defendant.
INVOLVED_RULE = "wanted-person"
# The least characters of a form's, permission's or licence's reference.
REFERENCE_LETTERS = 3
REASON = f"a reason of at least {REASON_WORDS} different words"
LIFTING = (Action.ACCEPT, Action.RELEASE, Action.PARENTAL, Action.ADULT, Action.OVERRIDE, Action.REDACT)
# What a decision may need beside a name, each with a decision that has it.
NEEDS = {
    "": Decision(by="A. Reviewer"),
    "reason": Decision(by="A. Reviewer", reason="known to us since 2019"),
    "reference": Decision(by="A. Reviewer", reference="FORM-7"),
}


def ways(one: Judgement) -> dict[Action, str]:
    """What a person can do about a finding so that it no longer stands in the way, each with what it needs: "reason",
    "reference" or "". Nothing, if it never passes."""
    found = {}
    for action in LIFTING:
        fits = (need for need, made in NEEDS.items() if not refusal(dataclasses.replace(made, action=action), one))
        if (need := next(fits, None)) is not None:
            found[action] = need
    return found


def refusal(decision: Decision, one: Judgement) -> str:
    """Why the rule book does not allow a decision about a finding; "" if it does."""
    action = decision.action
    if not letters(decision.by):
        return "a decision needs the name of the person who decides"
    if action in (Action.REJECT, Action.WITHDRAW):
        return ""
    if action is Action.DRAW:
        return "a place is drawn on the review page"
    if one.finding.is_a(ERROR):
        return "what could not be screened never passes: repair or replace the file and scan again"
    if action is Action.REDACT:
        return ""
    if action is Action.INVOLVED:
        shown = one.finding.is_a("face") or (one.finding.is_a(DRAWN) and one.rule == "identifiable-person")
        return "" if shown and one.finding.box else "only a face can be a victim's, suspect's, witness's or defendant's"
    if action is Action.AGREE:
        return "agree is only for a picture in which nothing is held or blocked"
    if action is Action.OVERRIDE:
        return "" if is_reason(decision.reason) else f"an override needs {REASON}"
    child = one.finding.is_a("juvenile") or (one.finding.is_a(DRAWN) and one.rule == "juvenile")
    age = child and not one.finding.is_a("juvenile.school")
    if action is Action.ADULT:
        if not age:
            return "adult only answers the age of a person"
        return "" if is_reason(decision.reason) else f"say who knows that it is an adult, and how: {REASON}"
    if action in (Action.RELEASE, Action.PARENTAL):
        # some boards forbid pictures of schools outright, and a policy that blocks them says so
        school = one.finding.is_a("juvenile.school") and one.verdict is not Verdict.BLOCK
        if not (age or school if action is Action.PARENTAL else one.rule == "identifiable-person"):
            permission = "a parental permission" if action is Action.PARENTAL else "a release form"
            return f"{one.rule} ({one.finding.kind}) is not lifted by {permission}"
        return "" if _is_reference(decision.reference) else "a release or permission needs its reference"
    if one.verdict is Verdict.BLOCK:
        return "a block is lifted by changing the picture, or by an override with a written reason"
    if one.rule in ("identifiable-person", "juvenile"):
        return f"{one.rule} is lifted by the reference of a form or permission, or by stating that it is an adult"
    if one.rule == "copyright" and not _is_reference(decision.reference):
        return "copyright is lifted by the reference of a licence"
    return ""


def _is_reference(text: str) -> bool:
    return sum(letter.isalnum() for letter in text) >= REFERENCE_LETTERS
