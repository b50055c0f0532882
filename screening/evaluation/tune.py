"""Chooses a threshold on one half of the labelled pictures, and measures it on the other half."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from screening.evaluation.evaluate import marked, screened
from screening.evaluation.intervals import wilson
from screening.evaluation.labels import Label
from screening.evaluation.target import Target, Truth, TuneError
from screening.photo_report import PhotoReport
from screening.pipeline_file import did_you_mean
from screening.policy import Judgement, Policy, Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A threshold, and how well it does.

    Attributes:
        rule: the rule.
        threshold: the score from which a picture is held for it, or blocked if the rule holds nothing.
        kinds: for each kind of the rule that had a threshold, the new ones.
        before, after: the figures on the held-out half, under the old and the new thresholds.
        chosen_on: the figures on the other half, under the new ones.
    """

    rule: str
    threshold: float
    kinds: Mapping[str, Thresholds]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    chosen_on: Mapping[str, Any]

    @property
    def worth(self) -> str:
        """How well the new threshold does, in words."""
        (found, positives, *_), (wrong, negatives, *_) = self.after["recall"], self.after["flag_rate"]
        return f"finds {found} of {positives} and wrongly holds {wrong} of {negatives} it was not chosen on"


def tune(
    labels: Sequence[Label],
    photos: Sequence[PhotoReport],
    policy: Policy,
    rule: str,
    target: Target,
    *,
    kinds: Sequence[str] = (),
) -> Tuned:
    """Chooses one threshold for the kinds of a rule: those named, else all that have one. A named kind that was only
    noted so far is held from the threshold on.

    Pictures are split by their bytes, so that a duplicate is in the same half, and nobody chooses.

    Raises:
        TuneError: if the rule has no such threshold, too few pictures are labelled, or the target is out of reach.
        LabelError: if a label of the rule names a picture that was not screened.
    """
    kinds = _tuned_kinds(policy, rule, kinds)
    about = [label for label in labels if label.about == rule]
    known = screened(about, photos)
    if not about:
        raise TuneError(f"{rule}: no picture of this run is labelled for it")
    under = _under(policy, rule, kinds)
    held = np.array([_held(known[one.file], under) for one in about], np.bool_)
    score = np.array([_best(known[one.file], under) for one in about], np.float64)
    shown = np.array([one.present for one in about], np.bool_)
    first = np.array([int(known[one.file].sha256[:8], 16) % 2 == 0 for one in about], np.bool_)
    _refuse_too_few(shown, first, target)
    threshold = target.choose(score[first], shown[first])
    return Tuned(
        rule=rule,
        threshold=threshold,
        kinds={name: _moved(policy.rules[rule].kinds[name], threshold) for name in kinds},
        before=_worth(held[~first], shown[~first]),
        after=_worth((score >= threshold)[~first], shown[~first]),
        chosen_on=_worth((score >= threshold)[first], shown[first]),
    )


def _tuned_kinds(policy: Policy, rule: str, named: Sequence[str]) -> list[str]:
    if rule not in policy.rules:
        raise TuneError(f"there is no rule {rule!r}{did_you_mean(rule, policy.rules)}")
    there = policy.rules[rule].kinds
    if unknown := [kind for kind in named if kind not in there]:
        raise TuneError(f"{rule}: has no kind {unknown[0]!r}{did_you_mean(unknown[0], there)}")
    kinds = list(named) or [kind for kind, limits in there.items() if _mark(limits) is not None]
    if not kinds:
        raise TuneError(f"{rule}: has no threshold to choose; name a kind: {', '.join(there)}")
    return kinds


def _mark(limits: Thresholds) -> float | None:
    """The score from which a picture is held or blocked."""
    return limits.hold if limits.hold is not None else limits.block


def _moved(limits: Thresholds, threshold: float) -> Thresholds:
    if limits.hold is None and limits.block is not None:
        return Thresholds(block=threshold)
    return Thresholds(hold=threshold, block=None if limits.block is None else max(limits.block, threshold))


def _best(photo: PhotoReport, under: Callable[[Judgement], bool]) -> float:
    return max((one.finding.score for one in photo.judgements if under(one)), default=math.nan)


def _held(photo: PhotoReport, under: Callable[[Judgement], bool]) -> bool:
    # what a release lifts counts as found at the new threshold too
    return any(marked(one) for one in photo.judgements if under(one))


def _under(policy: Policy, rule: str, kinds: Sequence[str]) -> Callable[[Judgement], bool]:
    """Whether a finding is judged by one of these entries of the rule; the most specific entry applies."""
    there = policy.rules[rule].kinds

    def asks(one: Judgement) -> bool:
        fitting = [kind for kind in there if one.finding.is_a(kind)]
        return one.rule == rule and bool(fitting) and max(fitting, key=len) in kinds

    return asks


def _worth(held: Truth, shown: Truth) -> dict[str, Any]:
    pairs = {
        "recall": (int((held & shown).sum()), int(shown.sum())),
        "flag_rate": (int((held & ~shown).sum()), int((~shown).sum())),
    }
    return {name: [hits, of, *wilson(hits, of)] for name, (hits, of) in pairs.items()}


def _refuse_too_few(shown: Truth, first: Truth, target: Target) -> None:
    for half in (first, ~first):
        for have, want, said in zip(
            (int((shown & half).sum()), int((~shown & half).sum())), target.needed, ("show it", "do not"), strict=True
        ):
            if have < want:
                raise TuneError(
                    f"too few labelled pictures: each half needs {want} that {said}, and one has {have}; "
                    f"label about {2 * want} of them"
                )
