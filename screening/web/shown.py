"""A finding and a decision as the review page shows them."""

from __future__ import annotations

from typing import Any

from screening.inert import inert
from screening.policy import Judgement, Rule, Verdict
from screening.run.decision import Action, Decision
from screening.run.rules import ways


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
    if one.verdict is Verdict.CLEAR:
        return {str(Action.REDACT): ""} if one.finding.box else {}
    return {str(action): need for action, need in ways(one).items()}


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
