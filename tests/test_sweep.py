"""The figures of every threshold."""

from __future__ import annotations

import numpy as np
import pytest

from screening.evaluation.labels import Label
from screening.evaluation.sweep import scores, sweep
from screening.finding import Finding
from screening.photo_report import PhotoReport, judged
from screening.policy import Policy, Rule, Thresholds
from tests.judged import PHOTOS, POLICY
from tests.steps import steps


def test_the_figures_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(5)
    truth = random.random(500) < 0.3
    score = np.round(np.clip(random.normal(0.4 + 0.2 * truth, 0.2), 0, 1), 2)  # many alike
    table = sweep(score, truth)
    flag_rate, recall, thresholds = metrics.roc_curve(truth, score, drop_intermediate=False)
    assert table.threshold.tolist() == thresholds[1:].tolist()
    assert table.recall.to_numpy() == pytest.approx(recall[1:])
    assert table.flag_rate.to_numpy() == pytest.approx(flag_rate[1:])
    precision, _, rising = metrics.precision_recall_curve(truth, score)
    assert table.precision.to_numpy()[::-1] == pytest.approx(precision[:-1])
    assert len(rising) == len(table)


def test_a_picture_without_a_finding_is_missed_at_every_threshold() -> None:
    table = sweep([0.9, np.nan, 0.2, np.nan], [True, True, False, False])
    assert table.found.tolist() == [1, 1]
    assert table.recall.tolist() == [0.5, 0.5]
    assert table.flag_rate.tolist() == [0.0, 0.5]


def test_a_hundred_times_as_many_findings_take_a_hundred_times_as_many_steps_at_most() -> None:
    random = np.random.default_rng(5)
    score, truth = random.random(10_000), random.random(10_000) < 0.5
    assert len(sweep(score, truth)) == 10_000  # and imports
    few = steps(lambda: sweep(score[:100], truth[:100]))
    assert steps(lambda: sweep(score, truth)) < 100 * few


def test_scores_and_answers_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        sweep([0.5], [True, False])


def test_each_labelled_picture_has_its_highest_score() -> None:
    labels = [Label(file=name, about="number-plate", present=name in "ab") for name in "abd"]
    best, shown = scores([*labels, Label(file="c", about="face", present=True)], PHOTOS, "number-plate")
    assert best == pytest.approx([0.9, 0.1, np.nan], nan_ok=True)
    assert shown.tolist() == [True, True, False]


def test_what_the_policy_only_notes_does_not_count_for_its_rule_but_for_its_kind() -> None:
    kinds = {"vehicle.plate": Thresholds(block=0.5), "vehicle.plate_illegible": Thresholds()}
    policy = Policy(POLICY.rules | {"number-plate": Rule(says="-", lifted_by="-", kinds=kinds)})
    findings = [Finding("vehicle.plate", 0.4, "a plate"), Finding("vehicle.plate_illegible", 0.8, "a plate far away")]
    seen = PhotoReport(file="a", sha256="0" * 64, width=9, height=9, judgements=judged(findings, policy, scene=True))
    for about, score in {"number-plate": 0.4, "vehicle.plate": 0.4, "vehicle.plate_illegible": 0.8}.items():
        best, _ = scores([Label(file="a", about=about, present=True)], [seen], about)
        assert best.tolist() == [score], about
