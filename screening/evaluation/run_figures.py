"""How a policy does on the labelled pictures of a run: what `screening evaluate` prints."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from screening.evaluation.evaluate import evaluate, review_minutes, screened
from screening.evaluation.gallery import gallery
from screening.evaluation.labels import Label, LabelError
from screening.office.office import Office, replace_file
from screening.photo_report import PhotoReport
from screening.run.files import RunError
from screening.run.run import Run
from screening.run.tables import utf8


def evaluate_run(
    known: Sequence[Label],
    folder: Path,
    pipeline: str = "",
    *,
    seconds: float,
    html: Path | None = None,
    rule: str = "",
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """The figures of a run under a policy, and what they mean for the reviewer, as `--json` prints them.

    Args:
        known: the labels.
        folder: the run.
        pipeline: whose policy judges the findings, "" for the run's own; no network runs.
        seconds: how long a person takes over a held picture.
        html: where to write the page with the misjudged pictures, if it is wanted.
        rule: only what is labelled for this rule or its kinds; "" for all.
        only: the files of a part of the run, as `part` names them; None for all.

    Raises:
        LabelError: if a label does not match.
        ScreeningError: if the run or the pipeline cannot be read, or the page cannot be written.
    """
    run = Run.open(folder, Office.here(), pipeline)
    photos = run.report.photos
    screened(known, photos)  # also where it is not in the part
    if only is not None:
        known = [label for label in known if utf8(label.file) in only]
    if rule:
        known = [label for label in known if rule in (label.about, run.policy.lookup(label.about)[0])]
    if not known:
        raise LabelError("nothing is labelled in this part of the run; name another, or leave the filters out")
    figures = evaluate(known, photos, run.policy)
    said = {"figures": [one.as_dict() for one in figures], "review": _review(known, photos, seconds)}
    if html:
        try:
            replace_file(html, gallery(said, known, photos, run.sources, limits=run.settings.limits))
        except OSError as error:
            raise RunError(f"{html}: cannot be written ({error.strerror})") from error
    return said


def _review(known: Sequence[Label], photos: Sequence[PhotoReport], seconds: float) -> dict[str, float]:
    """How many of the labelled pictures a person looks at, and how long that takes."""
    about = {label.file for label in known}
    looked_at = [photo for photo in photos if photo.file in about]
    return {
        "held": sum(photo.verdict > 0 for photo in looked_at),
        "of": len(looked_at),
        "seconds_each": seconds,
        "minutes_per_100": round(review_minutes(looked_at, seconds=seconds), 2),
    }
