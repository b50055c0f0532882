"""A finding and a decision as the review page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from screening.inert import inert
from screening.policy import Judgement, Rule, Verdict
from screening.run.decision import BLANK, Action, Decision
from screening.run.rules import refusal


def shown_finding(one: Judgement, rule: Rule, by: str) -> dict[str, Any]:
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
        "may": _may(one, by) if one.verdict > Verdict.CLEAR else {},
    }


def _may(one: Judgement, by: str) -> dict[str, str]:
    """What may be decided about a finding: each action with what it needs, "reason" or "reference"."""
    needs: Mapping[str, Callable[[Decision], Decision]] = {
        "": lambda decision: decision,
        "reason": lambda decision: replace(decision, reason="a reason in words"),
        "reference": lambda decision: replace(decision, reference="a reference"),
    }
    found: dict[str, str] = {}
    for action in Action:
        if action in (Action.REJECT, Action.WITHDRAW):
            continue  # these apply to the picture, and to whatever was decided
        plain = replace(BLANK, action=action, by=by)
        allowed = next((need for need, given in needs.items() if not refusal(given(plain), one)), None)
        if allowed is not None:
            found[str(action)] = allowed
    return found


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
