"""Regions that a person drew, as findings of their pictures: each under the rule that the person chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from screening.finding import Finding
from screening.photo_report import PhotoReport
from screening.policy import Judgement, Policy
from screening.run.copies import Copy
from screening.run.decision import Action, Decision

# What a drawn finding is called; its rule is the one that the person chose.
DRAWN = "drawn"
EVIDENCE = "marked by a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What people drew in a run's pictures.

    A redacted copy shows what was drawn in its original, unless it was made without that very region.

    Attributes:
        current: the decisions in force.
        policy: judges what was drawn.
        scene: whether the batch is from a scene.
        copies: the run's redacted copies.
    """

    current: Sequence[Decision] = ()
    policy: Policy
    scene: bool = True
    copies: Sequence[Copy] = ()
    _of_picture: Mapping[str, list[Decision]] = field(init=False, repr=False, compare=False)
    _copy: Mapping[str, Copy] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        of_picture: dict[str, list[Decision]] = {}
        for one in self.current:
            if one.action is Action.DRAW:
                of_picture.setdefault(one.sha256, []).append(one)
        object.__setattr__(self, "_of_picture", of_picture)
        object.__setattr__(self, "_copy", {one.photo.sha256: one for one in self.copies})

    def __call__(self, photo: PhotoReport) -> Iterator[tuple[Judgement, Decision]]:
        """The findings that people drew in a picture, each with the decision that drew it."""
        copy = self._copy.get(photo.sha256)
        inherited = self._of_picture.get(copy.original, []) if copy else []
        for one in (
            *self._of_picture.get(photo.sha256, []),
            *(one for one in inherited if copy and one.id not in copy.without),
        ):
            if one.region:
                found = Finding(DRAWN, 1.0, EVIDENCE, one.region.box, points=one.region.mask)
                yield self.policy.judge_under(one.rule, found, scene=self.scene), one


def region_name(history: Sequence[Decision], sha256: str) -> str:
    """What a new region in a picture is called, unlike every other that was ever drawn there."""
    there = {one.mark for one in history if one.sha256 == sha256 and one.action is Action.DRAW}
    return f"region {len(there) + 1}"
