"""A picture, a finding and a decision as the review page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from screening.inert import inert
from screening.policy import Judgement, Policy, Rule, Verdict
from screening.run.decision import BLANK, Action, Decision, about_each, latest
from screening.run.outcome import Outcome
from screening.run.rules import refusal, ways

# Whether somebody is involved may be said of any face.
INVOLVED = Decision(by="A. Reviewer", action=Action.INVOLVED)


def shown_photo(after: Outcome, made: Sequence[Decision], policy: Policy) -> dict[str, Any]:
    """A picture after the decisions in force; `made` are all that were ever made about it."""
    photo = after.photo
    decided, drawn = ({id(one): said for one, said in both} for both in (after.decided, after.drawn))
    whole = next((one for one in reversed(made) if not one.rule), None)
    of_original = after.rejected if after.rejected and after.rejected.sha256 != photo.sha256 else None
    last = latest(made)
    return {
        "file": inert(photo.file),
        "width": photo.width,
        "height": photo.height,
        "known": bool(photo.sha256),
        "readable": bool(photo.sha256 and photo.width),
        "screened_as": str(photo.verdict),
        "verdict": str(after.verdict),
        "version": photo.sha256[:8],
        "whole": shown_decision(whole) or shown_decision(of_original),
        "after": _id(whole),
        "findings": [
            {"number": number}
            | shown_finding(one, policy.rules[one.rule])
            | {"decision": shown_decision(decided.get(id(one))), "after": _id(last(about))}
            | {"region": shown_region(drawn.get(id(one)))}
            for number, (one, about) in enumerate(zip(photo.judgements, about_each(photo, BLANK), strict=True))
        ],
        "open": [
            number
            for number, one in enumerate(photo.judgements)
            if any(one.finding is left.finding for left in after.open)
        ],
    }


def shown_finding(one: Judgement, rule: Rule) -> dict[str, Any]:
    """A finding under its rule, and what the reviewer may decide about it."""
    box = one.finding.box
    return {
        "rule": one.rule,
        "says": rule.says,
        "lifted_by": rule.lifted_by,
        "kind": one.finding.kind,
        "evidence": inert(one.finding.evidence),
        "score": round(one.finding.score, 3),
        "verdict": str(one.verdict),
        "box": [box.left, box.top, box.right, box.bottom] if box else None,
        "may": _may(one),
    }


def _may(one: Judgement) -> dict[str, str]:
    """What the reviewer may decide, each with what it needs: of what is noted but clear, that it is redacted too."""
    involved = {} if refusal(INVOLVED, one) else {str(Action.INVOLVED): ""}
    if one.verdict is Verdict.CLEAR:
        return involved | ({str(Action.REDACT): ""} if one.finding.box else {})
    return involved | {str(action): need for action, need in ways(one).items()}


def shown_decision(decision: Decision | None) -> dict[str, str] | None:
    """The decision; None if there is none, or it was withdrawn."""
    if decision is None or decision.action in (None, Action.WITHDRAW):
        return None
    return {
        "action": str(decision.action),
        "by": inert(decision.by),
        "at": decision.at[:16].replace("T", " "),
        "reason": inert(decision.reason),
        "reference": inert(decision.reference),
    }


def shown_region(decision: Decision | None) -> dict[str, Any] | None:
    """What a person drew, as the page draws it again; None for what a stage found."""
    if decision is None or decision.region is None:
        return None
    return {"name": decision.mark, "after": decision.id, **decision.region.as_dict()}


def _id(decision: Decision | None) -> str:
    return decision.id if decision else ""
