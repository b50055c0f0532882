"""A report on two pictures, made by hand."""

from __future__ import annotations

from screening.finding import Box, Finding
from screening.photo_report import PhotoReport, judged
from screening.policy import Policy, Rule, Thresholds
from screening.report import Batch, PipelineInfo, Report

POLICY = Policy(
    {
        "unscreened": Rule(says="-", lifted_by="-", kinds={"error": Thresholds(block=0), "*": Thresholds(hold=0)}),
        "number-plate": Rule(says="-", lifted_by="-", kinds={"vehicle.plate": Thresholds(hold=0.3, block=0.6)}),
        "face": Rule(says="-", lifted_by="-", kinds={"face": Thresholds(hold=0.5)}),
    }
)


FINDINGS = [
    Finding("face.identifiable", 0.9, "a face", stage="faces"),
    Finding("vehicle.plate", 0.8, "a plate", Box(1, 2, 30, 40), text="AB12 CDE", stage="plates"),
    Finding("seen.vehicle", 0.8, "a car", Box(1, 2, 30, 40)),
]


def photo(name: str, findings: list[Finding]) -> PhotoReport:
    judgements = judged(findings, POLICY, scene=True)
    return PhotoReport(file=name, sha256="0" * 64, width=90, height=60, judgements=judgements)


REPORT = Report(
    batch=Batch(name="a shoot"),
    policy=POLICY,
    pipeline=PipelineInfo(name="own", sha256=""),
    models=(),
    photos=(photo("a.jpg", FINDINGS), photo("b.jpg", [])),
)
