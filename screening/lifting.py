"""The one thing that softens a judgement: a match in the release register, for the very face it was found on.

`face.released` lifts `face.identifiable`. For that face's `juvenile.face` and `juvenile.unknown`, `face.released.adult`
lifts a hold (could be under 18) but not a block; `face.released.parental` lifts both, unless the picture shows a school
that the policy holds or blocks. A policy that holds `face.released` lifts nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from screening.finding import Box
from screening.policy import Judgement, Verdict

RELEASED, ADULT, PARENTAL = "face.released", "face.released.adult", "face.released.parental"
# The only stage whose findings lift anything.
STAGE = "register"
AGES = ("juvenile.face", "juvenile.unknown")


def lifted(judgements: Sequence[Judgement]) -> list[Judgement]:
    """The judgements of one picture, with what the register lifts made clear; the others are unchanged."""
    releases = [
        one
        for one in judgements
        if one.finding.is_a(RELEASED) and one.finding.stage == STAGE and one.verdict is Verdict.CLEAR
    ]
    school = any(one.finding.is_a("juvenile.school") and one.verdict > Verdict.CLEAR for one in judgements)
    parental = [] if school else [one for one in releases if one.finding.is_a(PARENTAL)]
    adult = [one for one in releases if one.finding.is_a(ADULT)]
    shown = _covered(judgements, releases, ("face.identifiable",))
    permitted, grown = _covered(judgements, parental, AGES), _covered(judgements, [*adult, *parental], AGES)

    def clear(one: Judgement) -> bool:
        if one.finding.is_a("face.identifiable"):
            return one.finding.box in shown
        aged = any(one.finding.is_a(kind) for kind in AGES)
        return aged and one.finding.box in (permitted if one.verdict is Verdict.BLOCK else grown)

    return [replace(one, verdict=Verdict.CLEAR) if clear(one) else one for one in judgements]


def _covered(judgements: Sequence[Judgement], releases: Sequence[Judgement], kinds: tuple[str, ...]) -> set[Box | None]:
    """The boxes with a release in each finding's frame: two frames of a file may show two people in one place."""
    needed = Counter(one.finding.box for one in judgements if any(one.finding.is_a(kind) for kind in kinds))
    given = Counter(one.finding.box for one in releases if one.finding.box is not None)
    return {box for box, count in given.items() if count >= needed[box]}
