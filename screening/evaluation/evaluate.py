"""How many labelled pictures a policy holds or blocks that it should, and that it should not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from screening.evaluation.intervals import wilson
from screening.evaluation.labels import Label, LabelError
from screening.policy import Judgement, Policy, Verdict
from screening.report import PhotoReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What became of the pictures labelled for one rule or kind; a picture counts once.

    Attributes:
        about: the rule or kind.
        positives, negatives: how many pictures show it, and how many do not.
        missed: those that show it and were not held or blocked for it.
        wrongly_held: those that do not show it and were.
    """

    about: str
    positives: int
    negatives: int
    missed: tuple[str, ...]
    wrongly_held: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Shares as [hits, of, low, high], the last two the Wilson 95 % interval."""
        found, false = self.positives - len(self.missed), len(self.wrongly_held)
        shares = {
            "recall": (found, self.positives),
            "flag_rate": (false, self.negatives),
            "precision": (found, found + false),
        }
        return {
            "about": self.about,
            **{name: [hits, of, *wilson(hits, of)] for name, (hits, of) in shares.items()},
            "missed": list(self.missed),
            "wrongly_held": list(self.wrongly_held),
        }


def evaluate(labels: Sequence[Label], photos: Sequence[PhotoReport], policy: Policy) -> tuple[Figures, ...]:
    """The figures of every rule and kind that the labels name; the photos are judged by the policy already.

    Raises:
        LabelError: if a label names a picture that was not screened, or neither a rule nor a kind of the policy.
    """
    known = {photo.file: photo for photo in photos}
    groups: dict[str, list[Label]] = {}
    for label in labels:
        if label.file not in known or not known[label.file].screened:
            raise LabelError(f"{label.file}: is labelled, but was not screened in this run; scan it or drop the label")
        groups.setdefault(label.about, []).append(label)
    for about in groups:
        if not _known(about, policy):
            raise LabelError(f"{about}: is labelled, but is neither a rule nor a kind of this policy")
    return tuple(
        Figures(
            about=about,
            positives=sum(label.present for label in group),
            negatives=sum(not label.present for label in group),
            missed=tuple(one.file for one in group if one.present and not _flagged(known[one.file], about)),
            wrongly_held=tuple(one.file for one in group if not one.present and _flagged(known[one.file], about)),
        )
        for about, group in groups.items()
    )


def concerns(judgement: Judgement, about: str) -> bool:
    """Whether a finding falls under a rule, or is of a kind."""
    return judgement.rule == about or judgement.finding.is_a(about)


def _flagged(photo: PhotoReport, about: str) -> bool:
    return any(one.verdict is not Verdict.CLEAR and concerns(one, about) for one in photo.judgements)


def _known(about: str, policy: Policy) -> bool:
    kinds = [kind for rule in policy.rules.values() for kind in rule.kinds]
    return about in policy.rules or any(
        f"{kind}.".startswith(f"{about}.") or about.startswith(f"{kind}.") for kind in kinds
    )
