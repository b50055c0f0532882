"""What is said about a shoot: for every file a verdict and its reasons, bound to the SHA-256 of the bytes screened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from screening.analysis import wanted
from screening.finding import Box, Finding, ScreeningError
from screening.lifting import lifted
from screening.policy import ERROR, Judgement, Policy, Verdict, strictest

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "screening-report-1"
SIDES = ("left", "top", "right", "bottom")
# Of the report as a table: report.csv, and Report.frame().
COLUMNS = (
    "file photo_verdict rule kind verdict score hold block left top right bottom evidence stage width height sha256"
).split()


class ReportError(ScreeningError):
    """A report that cannot be taken up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReport:
    """One file: what was found in it and what follows.

    Attributes:
        file: its path relative to the folder, with forward slashes.
        sha256: of the bytes that were screened; "" where none could be read.
        width, height: of the upright picture in pixels; 0 where it could not be decoded.
        judgements: every reported finding with its rule and verdict, strictest first.
        seconds: how long it took.
        preview: a small JPEG of the picture for the report page; never in report.json.
    """

    file: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    judgements: tuple[Judgement, ...] = ()
    seconds: float = 0.0
    preview: bytes = field(default=b"", repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """The strictest of its findings; blocked where the picture was not seen at all."""
        return strictest(self.judgements) if self.sha256 and self.width else Verdict.BLOCK

    @property
    def screened(self) -> bool:
        """Whether everything that should have looked at it could."""
        return bool(self.sha256 and self.width) and not any(one.finding.is_a(ERROR) for one in self.judgements)

    def reason(self) -> str:
        """Why it got its verdict: the strictest finding, in a few words; "" where there is none."""
        return self.judgements[0].finding.evidence if self.judgements else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the photographs are for; sign-off questions belong to it and never change a photo's verdict."""

    name: str
    purpose: str = ""
    shoot: str = ""
    photographer: str = ""
    scene: bool = True
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole shoot.

    Attributes:
        batch: name, purpose, whether from a scene, and the questions for sign-off.
        policy: the rules that were applied.
        pipeline: name and sha256 of the pipeline file, stages that are off or not ours, kinds looser than the default.
        models: the networks that ran, each with name and sha256.
        photos: one entry a file.
        aside: files that are no pictures (sidecars, system files) and were left aside, relative to the folder.
        started: when, as ISO 8601 with a time zone.
        seconds: how long the scan took.
        tool: name and version of the program.
        stopped: whether the user stopped it before the end.
        run: the id of the run that it is kept in; "" where it is not kept.
        code: the SHA-256 of the code that screened, as `code.version` gives it.
        registers: what the registers were when the scan began, by list, as `RegisterFile.state` gives it.
        taken_up: how many files were as an earlier scan into the same folder had found them; not in report.json.
    """

    batch: Batch
    policy: Policy
    pipeline: Mapping[str, Any]
    models: tuple[Mapping[str, str], ...]
    photos: tuple[PhotoReport, ...]
    aside: tuple[str, ...] = ()
    started: str = ""
    seconds: float = 0.0
    tool: str = "screening"
    stopped: bool = False
    run: str = ""
    code: str = ""
    registers: Mapping[str, str] = field(default_factory=dict)
    taken_up: int = 0

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How many files got each verdict, strictest first."""
        counts = Counter(photo.verdict for photo in self.photos)
        return {verdict: counts[verdict] for verdict in sorted(Verdict, reverse=True)}

    @property
    def rules(self) -> dict[str, dict[Verdict, int]]:
        """For each rule with a held or blocked file, how many files it held and blocked."""
        counts: dict[str, Counter[Verdict]] = {}
        for photo in self.photos:
            worst: dict[str, Verdict] = {}
            for one in photo.judgements:
                worst[one.rule] = max(one.verdict, worst.get(one.rule, Verdict.CLEAR))
            for rule, verdict in worst.items():
                counts.setdefault(rule, Counter())[verdict] += 1
        table = {rule: {Verdict.BLOCK: c[Verdict.BLOCK], Verdict.HOLD: c[Verdict.HOLD]} for rule, c in counts.items()}
        return {rule: table[rule] for rule in self.policy.rules if rule in table and any(table[rule].values())}

    @property
    def exit_code(self) -> int:
        """0 all clear, 1 something is held or blocked, 2 something could not be screened, 130 stopped by the user."""
        if self.stopped:
            return 130
        if not self.photos or not all(photo.screened for photo in self.photos):
            return 2
        return 0 if all(photo.verdict is Verdict.CLEAR for photo in self.photos) else 1

    def as_dict(self, *, show_text: bool = False) -> dict[str, Any]:
        """The report as it stands in report.json; `show_text` adds what was read, which is personal data."""
        return {
            "schema": SCHEMA,
            "tool": self.tool,
            "run": self.run,
            "code": self.code,
            "registers": dict(self.registers),
            "batch": {
                "name": self.batch.name,
                "purpose": self.batch.purpose,
                "shoot": self.batch.shoot,
                "photographer": self.batch.photographer,
                "scene": self.batch.scene,
                "questions": list(self.batch.questions),
            },
            "policy": dict(self.pipeline),
            "models": [dict(model) for model in self.models],
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "stopped": self.stopped,
            "summary": {
                "photos": len(self.photos),
                "verdicts": {str(verdict): count for verdict, count in self.verdicts.items()},
                "rules": {
                    rule: {str(verdict): count for verdict, count in counts.items()}
                    for rule, counts in self.rules.items()
                },
            },
            "rules": {
                name: {"says": rule.says, "lifted_by": rule.lifted_by} for name, rule in self.policy.rules.items()
            },
            "photos": [photo_fields(photo, show_text=show_text) for photo in self.photos],
            "aside": list(self.aside),
        }

    def frame(self, *, show_text: bool = False) -> pd.DataFrame:
        """The table of report.csv: one row a finding, and one for each file without any.

        A file's strictest finding comes first, so that `frame().drop_duplicates("file")` is one row a file.

        Returns:
            The columns `COLUMNS`; those about a finding are missing where there is none, the box also where a finding
            is about the whole file. With `show_text` also `text`, personal data, empty unless the report holds it.

        Raises:
            AnalysisError: if pandas is not installed.
        """
        with wanted():
            import pandas as pd

        columns = [*COLUMNS, *(["text"] if show_text else [])]
        types = dict.fromkeys(SIDES, "Int64") | dict.fromkeys(("score", "hold", "block"), "float64")
        return pd.DataFrame(rows(self.as_dict(show_text=show_text)), columns=columns).astype(types)


def rows(fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A report as it stands in report.json, as rows of a table: one a finding, and one for each file without any."""
    for photo in fields["photos"]:
        about = {name: photo[name] for name in ("file", "width", "height", "sha256")}
        about["photo_verdict"] = photo["verdict"]
        for finding in photo["findings"]:
            sides = dict(zip(SIDES, finding["box"] or (), strict=False))
            # the evidence says the frame to whoever reads a table
            yield about | {name: value for name, value in finding.items() if name not in ("box", "frame")} | sides
        if not photo["findings"]:
            yield about


def judged(findings: list[Finding], policy: Policy, *, scene: bool) -> tuple[Judgement, ...]:
    """The findings that are reported, judged, the strictest and surest first; observations are left out.

    What the release register lifts is clear.
    """
    judgements = lifted([policy.judge(finding, scene=scene) for finding in findings if not finding.observation])
    return tuple(sorted(judgements, key=lambda one: (-one.verdict, -one.finding.score)))


def restored(fields: Mapping[str, Any], policy: Policy) -> tuple[PhotoReport, ...]:
    """The photos of a report as it stands in report.json, their findings judged anew by a policy.

    Raises:
        ReportError: if it is of an earlier version, and may be about other pictures of a file without saying which.
        KeyError, TypeError, ValueError: if the fields are not those of a report of this version.
    """
    scene = bool(fields["batch"]["scene"])
    return tuple(
        PhotoReport(
            file=photo["file"],
            sha256=photo["sha256"],
            width=photo["width"],
            height=photo["height"],
            judgements=judged([_restored_finding(one) for one in photo["findings"]], policy, scene=scene),
            seconds=photo["seconds"],
        )
        for photo in fields["photos"]
    )


def _restored_finding(one: Mapping[str, Any]) -> Finding:
    # such a report says it in words alone, and what a decision is about hangs on it
    if "frame" not in one and one["evidence"].endswith(")"):
        raise ReportError("the report is of an earlier version; scan again into the same folder, which keeps decisions")
    box = Box(*one["box"]) if one["box"] else None
    return Finding(
        one["kind"],
        one["score"],
        one["evidence"],
        box,
        one.get("text", ""),
        stage=one["stage"],
        frame=one.get("frame", ""),
    )


def photo_fields(photo: PhotoReport, *, show_text: bool = False) -> dict[str, Any]:
    """A photo as it stands in report.json."""
    return {
        "file": photo.file,
        "sha256": photo.sha256,
        "width": photo.width,
        "height": photo.height,
        "verdict": str(photo.verdict),
        "findings": [_finding(one, show_text=show_text) for one in photo.judgements],
        "seconds": round(photo.seconds, 3),
    }


def _finding(one: Judgement, *, show_text: bool) -> dict[str, Any]:
    finding, box = one.finding, one.finding.box
    fields: dict[str, Any] = {
        "rule": one.rule,
        "kind": finding.kind,
        "verdict": str(one.verdict),
        "score": round(finding.score, 4),
        "hold": one.thresholds.hold,
        "block": one.thresholds.block,
        "box": [box.left, box.top, box.right, box.bottom] if box else None,
        "evidence": finding.evidence,
        "stage": finding.stage,
        "frame": finding.frame,
    }
    if show_text:
        fields["text"] = finding.text
    return fields
