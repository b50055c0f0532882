"""`screening explain`: why a picture got its verdict, and what would lift it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from screening.cli.say import print_json, print_line

if TYPE_CHECKING:
    from screening.policy import Policy
    from screening.run.outcome import Outcome


def explain(
    file: Annotated[str, typer.Argument(help="A picture, named as in the report; or the file itself.")],
    run: Annotated[Path, typer.Option(help="The folder that screening scan --out wrote.")],
    pipeline: Annotated[str, typer.Option(help="The pipeline file, if it did not come with the program.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Says what was found in a picture, how the policy judges it, who decided what and why, and what lifts the rest.

    Reads the run, and completes any decision that was interrupted.

    Exits 0 where the picture may go out as things stand, else 1.
    """
    from screening.office.office import Office
    from screening.policy import Verdict
    from screening.run.outcome import find
    from screening.run.run import Run

    opened = Run.open(run, Office.here(), pipeline)
    (found,) = find([file], opened.outcomes())[:1]
    said = _described(found, opened.policy)
    if as_json:
        print_json(said)
    else:
        for line in _lines(said):
            print_line(line)
    raise typer.Exit(0 if found.verdict is Verdict.CLEAR else 1)


def _described(found: Outcome, policy: Policy) -> dict[str, Any]:
    from screening.run.rules import ways

    decided = {id(judgement): decision for judgement, decision in found.decided}
    findings = []
    for one in found.photo.judgements:
        decision, box = decided.get(id(one)), one.finding.box
        findings.append(
            {
                "rule": one.rule,
                "says": policy.rules[one.rule].says,
                "lifted_by": policy.rules[one.rule].lifted_by,
                "kind": one.finding.kind,
                "evidence": one.finding.evidence,
                "score": one.finding.score,
                "hold": one.thresholds.hold,
                "block": one.thresholds.block,
                "verdict": str(one.verdict),
                "box": [box.left, box.top, box.right, box.bottom] if box else None,
                "ways": [str(action) for action in ways(one)],
                "open": any(one.finding is other.finding for other in found.open),
                "decision": decision
                and {
                    "action": str(decision.action),
                    "by": decision.by,
                    "at": decision.at,
                    "reason": decision.reason,
                    "reference": decision.reference,
                    "carried": bool(decision.carried),
                },
            }
        )
    return {
        "file": found.photo.file,
        "sha256": found.photo.sha256,
        "screened_as": str(found.screened_as),
        "verdict": str(found.verdict),
        "rejected_by": found.rejected.by if found.rejected else "",
        "findings": findings,
        "not_looked_for": policy.not_looked_for,
    }


def _lines(said: dict[str, Any]) -> list[str]:
    lines = [f"{said['file']}: {said['verdict']}, screened as {said['screened_as']}"]
    if said["rejected_by"]:
        lines.append(f"  kept back by {said['rejected_by']}")
    for one in said["findings"]:
        marks = [f"{name} from {one[name]:g}" for name in ("hold", "block") if one[name] is not None]
        lines.append(f"  {one['verdict']:5} {one['rule']}: {one['evidence']}")
        lines.append(f"        {one['kind']}, score {one['score']:.2f} ({', '.join(marks) or 'noted only'})")
        if decision := one["decision"]:
            why = "; ".join(part for part in (decision["reason"], decision["reference"]) if part)
            of = " about the original" if decision["carried"] else ""
            said_so = "drawn" if decision["action"] == "draw" else decision["action"]
            lines.append(f"        {said_so}{of} by {decision['by']}, {decision['at'][:16]} UTC{why and f': {why}'}")
        if one["open"]:
            lines.append(f"        {one['says']} Lifted by: {one['lifted_by']}")
            lines.append(f"        Decisions that lift it: {', '.join(one['ways']) or 'none'}")
    if said["verdict"] == "clear" and said["not_looked_for"]:
        lines.append(f"  not looked for: {'; '.join(said['not_looked_for'])}")
    return lines
