"""A few judged pictures with plates of different scores."""

from __future__ import annotations

from screening.finding import Finding
from screening.photo_report import PhotoReport, judged
from screening.policy import Policy, Rule, Thresholds

POLICY = Policy(
    {
        "unscreened": Rule(says="-", lifted_by="-", kinds={"error": Thresholds(block=0), "*": Thresholds(hold=0)}),
        "number-plate": Rule(says="-", lifted_by="-", kinds={"vehicle.plate": Thresholds(hold=0.3, block=0.6)}),
    }
)


def photo(name: str, *scores: float) -> PhotoReport:
    findings = [Finding("vehicle.plate", score, "a plate") for score in scores]
    return PhotoReport(file=name, sha256="0" * 64, width=9, height=9, judgements=judged(findings, POLICY, scene=True))


PHOTOS = (photo("a", 0.9), photo("b", 0.1), photo("c", 0.4), photo("d"), photo("e", 0.8))
