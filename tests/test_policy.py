"""The policy decides by thresholds alone, never lets an error pass, and says what is wrong with itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.finding import Finding
from screening.policy import Policy, PolicyError, Rule, Thresholds, Verdict, strictest

UNSCREENED = Rule(says="", lifted_by="", kinds={"error": Thresholds(block=0), "*": Thresholds(hold=0)})
PLATES = Rule(
    says="No plates.",
    lifted_by="Redaction.",
    kinds={"vehicle": Thresholds(), "vehicle.plate": Thresholds(hold=0.3, block=0.6)},
    outside_a_scene="hold",
)
POLICY = Policy({"unscreened": UNSCREENED, "number-plate": PLATES})

KINDS = st.sampled_from(
    ["vehicle", "vehicle.plate", "vehicle.plate.uk", "error.photo", "error", "anything.else", "face"]
)
FINDINGS = st.builds(Finding, KINDS, st.floats(0, 1), st.just("seen"))


@pytest.mark.parametrize(
    ("kind", "score", "rule", "verdict"),
    [
        ("vehicle.plate", 0.29, "number-plate", Verdict.CLEAR),  # below both
        ("vehicle.plate", 0.3, "number-plate", Verdict.HOLD),  # a threshold belongs to what lies above it
        ("vehicle.plate", 0.6, "number-plate", Verdict.BLOCK),
        ("vehicle.plate.uk", 0.9, "number-plate", Verdict.BLOCK),  # falls back to vehicle.plate
        ("vehicle.damage", 1.0, "number-plate", Verdict.CLEAR),  # falls back to vehicle, not to its neighbour
        ("unheard.of", 0.0, "unscreened", Verdict.HOLD),  # what no rule names is held
        ("error.faces", 0.0, "unscreened", Verdict.BLOCK),  # an error has no low score
    ],
)
def test_a_finding_is_judged_by_the_nearest_kind(kind: str, score: float, rule: str, verdict: Verdict) -> None:
    judgement = POLICY.judge(Finding(kind, score, "seen"))
    assert (judgement.rule, judgement.verdict) == (rule, verdict)


def test_outside_a_scene_a_rule_may_be_milder_but_an_error_is_not() -> None:
    assert POLICY.judge(Finding("vehicle.plate", 1, "seen"), scene=False).verdict is Verdict.HOLD
    assert POLICY.judge(Finding("error.photo", 1, "seen"), scene=False).verdict is Verdict.BLOCK


@given(st.lists(FINDINGS, max_size=6), FINDINGS, st.booleans())
def test_one_more_finding_never_lowers_the_verdict(findings: list[Finding], more: Finding, scene: bool) -> None:
    before = [POLICY.judge(finding, scene=scene) for finding in findings]
    assert strictest([*before, POLICY.judge(more, scene=scene)]) >= strictest(before)


@given(KINDS, st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_a_higher_score_never_lowers_the_verdict(kind: str, one: float, other: float, scene: bool) -> None:
    low, high = sorted((one, other))
    judged = [POLICY.judge(Finding(kind, score, "seen"), scene=scene).verdict for score in (low, high)]
    assert judged[0] <= judged[1]


MARKS = st.one_of(st.none(), st.floats(0, 1))


@given(MARKS, MARKS, MARKS, MARKS, st.floats(0, 1))
def test_thresholds_that_are_not_looser_give_no_milder_verdict(
    a: float | None, b: float | None, c: float | None, d: float | None, score: float
) -> None:
    try:
        one, other = Thresholds(hold=a, block=b), Thresholds(hold=c, block=d)
    except PolicyError:
        return
    if not one.looser_than(other):
        assert one.verdict(score) >= other.verdict(score)


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({"*": Thresholds(hold=0)}, "must be blocked"),  # nothing said of errors
        ({"error": Thresholds(block=0)}, "must at least be held"),  # nothing said of the rest
        ({"error": Thresholds(block=0), "*": Thresholds()}, "must at least be held"),  # the rest would pass
        ({"error": Thresholds(hold=0), "*": Thresholds(hold=0)}, "must never pass"),  # errors would only be held
        ({"error": Thresholds(block=0.5), "*": Thresholds(hold=0)}, "must never pass"),  # some errors would pass
        # one particular error would pass
        ({"error": Thresholds(block=0), "error.faces": Thresholds(), "*": Thresholds(hold=0)}, "must never pass"),
        ({"error": Thresholds(block=0), "*": Thresholds(hold=0), "Face": Thresholds()}, "is not a kind"),
    ],
)
def test_a_policy_that_would_let_the_unknown_pass_is_refused(kinds: dict[str, Thresholds], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        Policy({"rule": Rule(says="", lifted_by="", kinds=kinds)})


def test_an_error_cannot_be_made_milder_by_declaring_no_scene() -> None:
    with pytest.raises(PolicyError, match="must never pass"):
        Policy({"rule": Rule(says="", lifted_by="", kinds=UNSCREENED.kinds, outside_a_scene="clear")})


def test_a_kind_under_two_rules_is_refused() -> None:
    with pytest.raises(PolicyError, match="is under two rules"):
        Policy({"unscreened": UNSCREENED, "one": PLATES, "two": PLATES})


@pytest.mark.parametrize(("hold", "block"), [(0.8, 0.5), (1.2, None), (None, -0.1)])
def test_thresholds_that_make_no_sense_are_refused(hold: float | None, block: float | None) -> None:
    with pytest.raises(PolicyError):
        Thresholds(hold=hold, block=block)


def test_the_kinds_that_a_policy_treats_more_mildly_are_named() -> None:
    milder = Rule(
        says="", lifted_by="", kinds={"vehicle": Thresholds(), "vehicle.plate": Thresholds(hold=0.3, block=0.7)}
    )
    looser = Policy({"unscreened": UNSCREENED, "number-plate": milder})
    assert looser.looser_than(POLICY) == ["vehicle.plate"]
    assert POLICY.looser_than(POLICY) == []
