"""A pipeline file with a threshold that was chosen on labelled pictures of a run."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path

from screening import config, pipeline_file
from screening.evaluation import labels as labelled
from screening.evaluation.target import Target, TuneError
from screening.evaluation.tune import Tuned, tune
from screening.office.office import Office, replace_file
from screening.photo_report import judged_anew
from screening.pipeline_file import PipelineTables
from screening.policy import Policy, Rule
from screening.run.run import Run


def tune_run(
    folder: Path, labels: Path, rule: str, target: Target, out: Path, *, kinds: Sequence[str] = (), pipeline: str = ""
) -> tuple[Tuned, list[tuple[str, str, str]]]:
    """Chooses a threshold for a rule on labelled pictures of a run, and writes a pipeline file with it.

    Returns:
        The choice, and each picture whose verdict changes: its file, the old verdict and the new one.

    Raises:
        TuneError: as `tune`; if `out` already exists; or if the pipeline file cannot be edited line by line.
        ScreeningError: if the run, its pipeline or the labels cannot be read.
    """
    if out.exists():
        raise TuneError(f"{out}: already exists; name a new file with --out")
    run = Run.open(folder, Office.here(), pipeline)
    photos = run.report.photos
    tuned = tune(labelled.read(labels), photos, run.policy, rule, target, kinds=kinds)
    source = pipeline_file.read(run.pipeline)
    new = _written(out, source, tuned, target)
    if new.rules != changed(run.policy, tuned).rules:
        out.unlink()
        raise TuneError(
            f"{source.path}: could not be edited line by line; put each kind on a line of its own, and try again"
        )
    differing = [
        (before.file, str(before.verdict), str(after.verdict))
        for before in photos
        for after in [judged_anew(before, new, scene=run.report.batch.scene)]
        if before.verdict is not after.verdict
    ]
    return tuned, differing


def _written(out: Path, source: PipelineTables, tuned: Tuned, target: Target) -> Policy:
    """The text of the new file: it extends one of the project's files, or is a copy of somebody's own."""
    path = source.path
    shipped = path.stem in pipeline_file.names() and path.parent == pipeline_file.read("default").path.parent
    text = f'extends = "{path.stem}"\n\n' if shipped else path.read_text(encoding="utf-8")
    today = datetime.datetime.now(datetime.UTC).date()
    why = f"Chosen {today} by screening tune for {target.aim}: {tuned.worth}."
    out.parent.mkdir(parents=True, exist_ok=True)
    replace_file(out, edited(text, tuned, why))
    return config.load(out).policy


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
    """A pipeline file's text with the new thresholds and the reason for them, otherwise unchanged.

    Raises:
        TuneError: if a kind is written in a way that cannot be edited line by line.
    """
    lines = text.splitlines(keepends=True)
    header = f"[rules.{tuned.rule}.kinds]"
    begin = next((number for number, line in enumerate(lines) if line.strip().startswith(header)), None)
    if begin is None:
        if re.search(rf"(?ms)^\[rules\.{re.escape(tuned.rule)}\](?:(?!^\[).)*^kinds\s*=", text):
            raise TuneError(f"rules.{tuned.rule}: put its kinds in a table of their own, {header}, and try again")
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
