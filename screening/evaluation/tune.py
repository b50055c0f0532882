"""Chooses a threshold on one half of labelled pictures, and says on the other half what it is worth."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screening.evaluation.evaluate import marked, screened
from screening.evaluation.intervals import Z, wilson
from screening.evaluation.labels import Label
from screening.finding import ScreeningError
from screening.pipeline_file import did_you_mean
from screening.policy import Judgement, Policy, Rule, Thresholds
from screening.report import PhotoReport

# Where a target gives no such number: enough for a share to be known to within about an eighth.
AT_LEAST = 35
# Thresholds are written with so many decimals.
DECIMALS = 3
Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]


class TuneError(ScreeningError):
    """A threshold that cannot be chosen, or not be written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a threshold is chosen for: one of the three.

    Attributes:
        recall: at least this share of what is there is found; the threshold is the highest that does.
        flag_rate: at most this share of the other pictures is held; the threshold is the lowest that does.
        costs: of a miss and of a wrong hold; the threshold makes the least of their sum.
    """

    recall: float | None = None
    flag_rate: float | None = None
    costs: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.recall, self.flag_rate, self.costs) if value is not None]
        if len(given) != 1:
            raise TuneError("name one target: --recall, --flag-rate, or --cost-miss with --cost-hold")
        for share in (self.recall, self.flag_rate):
            if share is not None and not 0 < share < 1:
                raise TuneError(f"a recall or flag rate lies between 0 and 1, not at {share:g}")
        if self.costs and min(self.costs) <= 0:
            raise TuneError("the costs of a miss and of a hold are greater than 0")

    @property
    def needed(self) -> tuple[int, int]:
        """How many pictures that show it, and that do not, each half needs.

        So many that the 95 % interval would reach the target if every single one were judged rightly: with n hits of n
        Wilson's lower end is n / (n + z²).
        """
        if self.recall is not None:
            return math.ceil(Z * Z * self.recall / (1 - self.recall)), 1
        if self.flag_rate is not None:
            return 1, math.ceil(Z * Z * (1 - self.flag_rate) / self.flag_rate)
        return AT_LEAST, AT_LEAST

    def choose(self, score: Scores, shown: Truth) -> float:
        """The threshold, from which on a picture is held; scores are NaN where nothing was found.

        Raises:
            TuneError: if no threshold reaches the target.
        """
        candidates = np.unique(np.floor(score[~np.isnan(score)] * 10**DECIMALS) / 10**DECIMALS)[::-1]
        if not len(candidates):
            raise TuneError("nothing was found in any of the labelled pictures, so there is no threshold to choose")
        found = np.array([(score[shown] >= limit).sum() for limit in candidates])
        wrong = np.array([(score[~shown] >= limit).sum() for limit in candidates])
        positives, negatives = int(shown.sum()), int((~shown).sum())
        if self.recall is not None:
            enough = np.flatnonzero(found >= self.recall * positives)
            if not len(enough):
                raise TuneError(
                    f"recall {self.recall:g} is out of reach: at any threshold at most {found[-1]} of {positives} are "
                    "found; in the others the stage sees nothing at all"
                )
            return float(candidates[enough[0]])
        if self.flag_rate is not None:
            few = np.flatnonzero(wrong <= self.flag_rate * negatives)
            if not len(few):
                raise TuneError(f"flag rate {self.flag_rate:g} is out of reach: the surest findings are wrong ones")
            return float(candidates[few[-1]])
        miss, hold = self.costs or (1.0, 1.0)
        return float(candidates[int(np.argmin(miss * (positives - found) + hold * wrong))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A threshold, and what it is worth.

    Attributes:
        rule: the rule.
        threshold: from which score on a picture is held for it, or blocked where the rule holds nothing.
        kinds: for each kind of the rule that had a threshold, the new ones.
        before, after: on the half that it was not chosen on, under the old and the new thresholds.
        chosen_on: on the other half, under the new ones.
    """

    rule: str
    threshold: float
    kinds: Mapping[str, Thresholds]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    chosen_on: Mapping[str, Any]


def tune(
    labels: Sequence[Label],
    photos: Sequence[PhotoReport],
    policy: Policy,
    rule: str,
    target: Target,
    *,
    kinds: Sequence[str] = (),
) -> Tuned:
    """Chooses one threshold for the kinds of a rule: those named, else all that have one. A kind named that was only
    noted so far is held from the threshold on.

    Pictures are parted by their bytes, so that a picture that lies there twice is in one half, and nobody chooses.

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


def changed(policy: Policy, tuned: Tuned) -> Policy:
    """The policy with the new thresholds."""
    old = policy.rules[tuned.rule]
    new = Rule(
        says=old.says,
        lifted_by=old.lifted_by,
        kinds={**old.kinds, **tuned.kinds},
        outside_a_scene=old.outside_a_scene,
    )
    return Policy({**policy.rules, tuned.rule: new})


def edited(text: str, tuned: Tuned, why: str) -> str:
    """A pipeline file's text with the new thresholds and why they are what they are; everything else as it stands.

    Raises:
        TuneError: if a kind stands there in a way that cannot be edited line by line.
    """
    lines = text.splitlines(keepends=True)
    header = f"[rules.{tuned.rule}.kinds]"
    begin = next((number for number, line in enumerate(lines) if line.strip().startswith(header)), None)
    if begin is None:
        if re.search(rf"(?ms)^\[rules\.{re.escape(tuned.rule)}\](?:(?!^\[).)*^kinds\s*=", text):
            raise TuneError(f"rules.{tuned.rule}: write its kinds as a table of their own, {header}, and try again")
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        begin = len(lines)
        lines.append(f"{header}\n")
    end = next((n for n in range(begin + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    for kind, thresholds in tuned.kinds.items():
        said = ", ".join(
            f"{name} = {value:g}"
            for name, value in (("hold", thresholds.hold), ("block", thresholds.block))
            if value is not None
        )
        new = [f"# {line}\n" for line in why.splitlines()] + [f'"{kind}" = {{ {said} }}\n']
        key = re.compile(rf"""^\s*["']?{re.escape(kind)}["']?\s*=\s*\{{""")
        place = next((number for number in range(begin + 1, end) if key.match(lines[number])), None)
        if place is None:
            lines[begin + 1 : begin + 1] = new
            end += len(new)
        else:
            was = lines[place].split("=", 1)[1].strip()
            new[0] = new[0].rstrip("\n") + f" Was {was}.\n" if new[0].startswith("#") else new[0]
            lines[place : place + 1] = new
            end += len(new) - 1
    return "".join(lines)


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
    """From which score on a picture is held or blocked."""
    return limits.hold if limits.hold is not None else limits.block


def _moved(limits: Thresholds, threshold: float) -> Thresholds:
    if limits.hold is None and limits.block is not None:
        return Thresholds(block=threshold)
    return Thresholds(hold=threshold, block=None if limits.block is None else max(limits.block, threshold))


def _best(photo: PhotoReport, under: Callable[[Judgement], bool]) -> float:
    return max((one.finding.score for one in photo.judgements if under(one)), default=math.nan)


def _held(photo: PhotoReport, under: Callable[[Judgement], bool]) -> bool:
    # what a release lifts is found at the new threshold too
    return any(marked(one) for one in photo.judgements if under(one))


def _under(policy: Policy, rule: str, kinds: Sequence[str]) -> Callable[[Judgement], bool]:
    """Whether it is one of these entries of the rule that a finding is judged by: the most particular one counts."""
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
