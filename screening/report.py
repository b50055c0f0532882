"""The report on a shoot: for every file a verdict and its reasons, bound to the SHA-256 of the bytes screened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from screening.analysis import wanted
from screening.photo_report import PhotoReport, photo_fields
from screening.policy import Policy, Verdict

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "screening-report-1"
SIDES = ("left", "top", "right", "bottom")
# The columns of the report as a table: report.csv, and Report.frame().
COLUMNS = (
    "file photo_verdict rule kind verdict score hold block left top right bottom evidence stage width height sha256"
).split()


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
class PipelineInfo:
    """What a report says about its pipeline: enough to see what was not looked for, or was judged less strictly.

    Attributes:
        name, sha256: of the pipeline file.
        stages: the stages that ran, in order.
        off: stages of ours that did not run.
        foreign: stages that are not ours.
        looser: kinds that are judged less strictly than by the default.
        review_by: the date from which the policy itself is due for review, as ISO 8601, or "".
        force: the name of the police force.
    """

    name: str
    sha256: str
    stages: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    looser: tuple[str, ...] = ()
    review_by: str = ""
    force: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A network that ran, by its name in the manifest and the SHA-256 of its file."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole shoot.

    Attributes:
        batch: name, purpose, whether from a scene, and the questions for sign-off.
        policy: the rules that were applied.
        pipeline: which stages and rules.
        models: the networks that ran.
        photos: one entry per file.
        aside: files that are not pictures (sidecars, system files) and were left aside, relative to the folder.
        started: when, as ISO 8601 with a time zone.
        seconds: how long the scan took.
        tool: name and version of the program.
        stopped: whether the user stopped it before the end.
        run: the id of its run; "" if it is not stored.
        code: the SHA-256 of the code that screened, as `code.version` gives it.
        registers: the state of the registers when the scan began, by list, as `RegisterFile.state` gives it.
        isolated: whether files were decoded in a sandbox; False if the system has none.
        taken_up: how many results were reused from an earlier scan into the same folder; not in report.json.
    """

    batch: Batch
    policy: Policy
    pipeline: PipelineInfo
    models: tuple[ModelInfo, ...]
    photos: tuple[PhotoReport, ...]
    aside: tuple[str, ...] = ()
    started: str = ""
    seconds: float = 0.0
    tool: str = "screening"
    stopped: bool = False
    run: str = ""
    code: str = ""
    registers: Mapping[str, str] = field(default_factory=dict)
    isolated: bool = False
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
        """The report as report.json has it; `show_text` adds what was read, which is personal data."""
        return {
            "schema": SCHEMA,
            "tool": self.tool,
            "run": self.run,
            "code": self.code,
            "isolated": self.isolated,
            "registers": dict(self.registers),
            "batch": _lists(self.batch),
            "policy": _lists(self.pipeline),
            "models": [asdict(model) for model in self.models],
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
                name: {"says": rule.says, "lifted_by": rule.lifted_by, "not_looked_for": rule.not_looked_for}
                for name, rule in self.policy.rules.items()
            },
            "photos": [photo_fields(photo, show_text=show_text) for photo in self.photos],
            "aside": list(self.aside),
        }

    def frame(self, *, show_text: bool = False) -> pd.DataFrame:
        """The table of report.csv: one row per finding, and one for each file without any.

        A file's strictest finding comes first, so that `frame().drop_duplicates("file")` has one row per file.

        Returns:
            The columns `COLUMNS`; those about a finding are missing if there is none, and the box also if the finding
            is about the whole file. With `show_text` also `text`, personal data, empty unless the report contains it.

        Raises:
            AnalysisError: if pandas is not installed.
        """
        with wanted():
            import pandas as pd

        columns = [*COLUMNS, *(["text"] if show_text else [])]
        types = dict.fromkeys(SIDES, "Int64") | dict.fromkeys(("score", "hold", "block"), "float64")
        return pd.DataFrame(rows(self.as_dict(show_text=show_text)), columns=columns).astype(types)


def rows(fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a table from report.json: one per finding, and one for each file without any."""
    for photo in fields["photos"]:
        about = {name: photo[name] for name in ("file", "width", "height", "sha256")}
        about["photo_verdict"] = photo["verdict"]
        for finding in photo["findings"]:
            sides = dict(zip(SIDES, finding["box"] or (), strict=False))
            # in a table the evidence already names the frame
            yield about | {name: value for name, value in finding.items() if name not in ("box", "frame")} | sides
        if not photo["findings"]:
            yield about


def _lists(about: Batch | PipelineInfo) -> dict[str, Any]:
    """Its fields as report.json has them, with lists for tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(about).items()}
