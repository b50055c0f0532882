"""A `Policy` maps kinds of findings to the rules of the rule book and decides clear, hold or block. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from screening.finding import KIND, Finding, ScreeningError

# Any kind that no rule names; the policy must say what happens to it.
ANYTHING = "*"
# Not knowing is a finding too, and no policy can let it pass.
ERROR = "error"


class Verdict(enum.IntEnum):
    """The verdict on a picture, in rising order; `clear` means nothing was found, which is not the same as safe."""

    CLEAR = 0
    HOLD = 1
    BLOCK = 2

    def __str__(self) -> str:
        return self.name.lower()


class PolicyError(ScreeningError, ValueError):
    """A policy contradicts itself, or would let pass what it must not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The scores from which a kind is held or blocked; None means never.

    Raises:
        PolicyError: if one is not between 0 and 1, or hold is above block.
    """

    hold: float | None = None
    block: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("hold", self.hold), ("block", self.block)):
            if value is not None and not 0 <= value <= 1:
                raise PolicyError(f"{name} = {value} must be between 0 and 1")
        if self.hold is not None and self.block is not None and self.hold > self.block:
            raise PolicyError(f"hold = {self.hold} must not be above block = {self.block}")

    def verdict(self, score: float) -> Verdict:
        """The verdict for a score."""
        if self.block is not None and score >= self.block:
            return Verdict.BLOCK
        if self.hold is not None and score >= self.hold:
            return Verdict.HOLD
        return Verdict.CLEAR

    def looser_than(self, other: Thresholds) -> bool:
        """Whether any score gets a less strict verdict than under the other thresholds."""
        marks = {0.0, 1.0, *(mark for mark in (self.hold, self.block, other.hold, other.block) if mark is not None)}
        return any(self.verdict(mark) < other.verdict(mark) for mark in marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the rule book.

    Attributes:
        says: the rule in a sentence, for the reader.
        lifted_by: what would let the picture go out.
        kinds: for each kind that falls under the rule, its thresholds.
        outside_a_scene: the strictest verdict in a batch that was declared not to be from a scene.
        not_looked_for: what the rule forbids and no stage finds, so that a person has to; "" if there is nothing.
    """

    says: str
    lifted_by: str
    kinds: dict[str, Thresholds]
    outside_a_scene: str = "block"
    not_looked_for: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A finding, with the rule that it falls under and the verdict.

    Attributes:
        finding: the finding.
        rule: the rule's id.
        verdict: clear, hold or block.
        thresholds: those that were applied.
    """

    finding: Finding
    rule: str
    verdict: Verdict
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules by id. `vehicle.plate.uk` falls back to `vehicle.plate`, then `vehicle`, then `*`.

    Attributes:
        rules: the rules, by their ids.
        posters: the files that were declared to be posters: names of folders, or patterns with `*` and `?`.
        on_posters: for each kind that is judged otherwise on these, its thresholds.

    Raises:
        PolicyError: if a kind is under two rules, `*` or `error` is missing, or an error could pass.
    """

    rules: dict[str, Rule]
    posters: tuple[str, ...] = ()
    on_posters: dict[str, Thresholds] = field(default_factory=dict)
    _index: dict[str, tuple[str, Thresholds]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, tuple[str, Thresholds]] = {}
        for rule_id, rule in self.rules.items():
            if rule.outside_a_scene not in {str(verdict) for verdict in Verdict}:
                raise PolicyError(
                    f"{rule_id}: outside_a_scene must be clear, hold or block, not {rule.outside_a_scene!r}"
                )
            for kind, thresholds in rule.kinds.items():
                if kind != ANYTHING and not KIND.fullmatch(kind):
                    raise PolicyError(f"{rule_id}: {kind!r} is not a kind; kinds are lower-case words joined by dots")
                if kind in index:
                    raise PolicyError(f"{kind} is under two rules, {index[kind][0]} and {rule_id}")
                index[kind] = rule_id, thresholds
        if ANYTHING not in index or index[ANYTHING][1].verdict(0.0) < Verdict.HOLD:
            raise PolicyError('a kind that no rule names must at least be held: "*" = { hold = 0 }')
        errors = [kind for kind in index if kind == ERROR or kind.startswith(ERROR + ".")]
        if ERROR not in errors:
            raise PolicyError('what could not be screened must be blocked: "error" = { block = 0 }')
        for kind in errors:
            rule_id, thresholds = index[kind]
            if thresholds.verdict(0.0) < Verdict.BLOCK or self.rules[rule_id].outside_a_scene != "block":
                raise PolicyError(f"{kind} must be blocked at any score: an error must never pass")
        object.__setattr__(self, "_index", index)

    def for_file(self, name: str) -> Policy:
        """The policy for one file, by its name relative to the shoot's folder, with forward slashes."""
        if not any(fnmatchcase(name, one) or name.startswith(one.rstrip("/") + "/") for one in self.posters):
            return self
        return Policy(with_kinds(self.rules, self.on_posters, self.lookup))

    @property
    def not_looked_for(self) -> list[str]:
        """What the rules forbid and no stage finds, so that "clear" says nothing about it."""
        return [rule.not_looked_for for rule in self.rules.values() if rule.not_looked_for]

    def lookup(self, kind: str) -> tuple[str, Thresholds]:
        """The rule's id and the thresholds that apply to a kind."""
        for candidate in _ancestors(kind):
            if candidate in self._index:
                return self._index[candidate]
        return self._index[ANYTHING]

    def judge(self, finding: Finding, *, scene: bool = True) -> Judgement:
        """The judgement of one finding, in a batch that is from a scene or was declared not to be."""
        rule_id, thresholds = self.lookup(finding.kind)
        verdict = thresholds.verdict(finding.score)
        if not scene:
            verdict = min(verdict, Verdict[self.rules[rule_id].outside_a_scene.upper()])
        return Judgement(finding, rule_id, verdict, thresholds)

    def judge_under(self, rule_id: str, finding: Finding, *, scene: bool = True) -> Judgement:
        """The judgement of what a person says falls under a rule: as strict as that rule can be, and never clear.

        What falls under a rule that this policy does not have is blocked as unscreened.
        """
        rule = self.rules.get(rule_id)
        if rule is None:
            return Judgement(finding, self._index[ERROR][0], Verdict.BLOCK, Thresholds(block=0.0))
        blocks = any(one.block is not None for one in rule.kinds.values())
        if not scene:
            blocks = blocks and Verdict[rule.outside_a_scene.upper()] is Verdict.BLOCK
        thresholds = Thresholds(hold=0.0, block=0.0 if blocks else None)
        return Judgement(finding, rule_id, thresholds.verdict(finding.score), thresholds)

    @property
    def applicable(self) -> list[str]:
        """The rules under which a person can put what they see: all but the one for what could not be screened."""
        return [rule_id for rule_id, rule in self.rules.items() if ERROR not in rule.kinds]

    def looser_than(self, other: Policy) -> list[str]:
        """The kinds that this policy judges less strictly than the other, sorted."""
        if self.posters:
            strict, soft = Policy(self.rules), Policy(with_kinds(self.rules, self.on_posters, self.lookup))
            return sorted({*strict.looser_than(other), *soft.looser_than(other)})
        looser = [
            kind
            for kind in {*self._index, *other._index}
            if self.lookup(kind)[1].looser_than(other.lookup(kind)[1])
            or Verdict[self.rules[self.lookup(kind)[0]].outside_a_scene.upper()]
            < Verdict[other.rules[other.lookup(kind)[0]].outside_a_scene.upper()]
        ]
        return sorted(looser)


def with_kinds(
    rules: dict[str, Rule], kinds: dict[str, Thresholds], lookup: Callable[[str], tuple[str, Thresholds]]
) -> dict[str, Rule]:
    """The rules with other thresholds for some kinds, each under the rule that it falls under."""
    changed = dict(rules)
    for kind, thresholds in kinds.items():
        rule_id = lookup(kind)[0]
        changed[rule_id] = replace(changed[rule_id], kinds=changed[rule_id].kinds | {kind: thresholds})
    return changed


def strictest(judgements: Iterable[Judgement]) -> Verdict:
    """The verdict of a picture: one more finding never lowers it."""
    return max((judgement.verdict for judgement in judgements), default=Verdict.CLEAR)


def _ancestors(kind: str) -> Iterator[str]:
    """`a.b.c`, then `a.b`, then `a`."""
    words = kind.split(".")
    for count in range(len(words), 0, -1):
        yield ".".join(words[:count])
