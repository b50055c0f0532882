"""A page of what a policy missed and wrongly held on labelled pictures, with its figures."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from screening.arrays import Pixels
from screening.finding import Box, ScreeningError
from screening.photo.files import Limits
from screening.photo.photo import Photo
from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.render.html import template

if TYPE_CHECKING:
    from screening.evaluation.labels import Label

SIDE, QUALITY = 480, 80
LABELLED, FOUND = (40, 170, 60), (200, 20, 40)


def gallery(
    said: Mapping[str, Any],
    labels: Sequence[Label],
    photos: Sequence[PhotoReport],
    sources: Mapping[str, Path],
    *,
    limits: Limits,
) -> str:
    """The page, complete in itself.

    Args:
        said: the figures and the review's cost, as `screening evaluate --json` prints them.
        labels: what the pictures show; labelled boxes are drawn in green.
        photos: the run's photos, judged; what they are held for is drawn in red.
        sources: the path of each picture.
        limits: the limits on a picture's size and time.
    """
    known = {photo.file: photo for photo in photos}
    things = {(label.file, label.about): [thing.box for thing in label.things] for label in labels}
    shown: dict[str, Markup] = {}

    def picture(file: str, about: str) -> dict[str, Any]:
        photo = known[file]
        held = [one for one in photo.judgements if one.verdict > Verdict.CLEAR]
        concerned = [one for one in held if one.rule == about or one.finding.is_a(about)]
        found = [one.finding.box for one in concerned if one.finding.box]
        key = f"{file}\0{about}"
        if key not in shown:
            shown[key] = _data_uri(sources.get(file), photo, things.get((file, about), []), found, limits)
        return {"file": file, "picture": shown[key], "why": [one.finding.evidence for one in concerned]}

    rows = [
        {
            **row,
            "missed": [picture(file, row["about"]) for file in row["missed"]],
            "wrongly_held": [picture(file, row["about"]) for file in row["wrongly_held"]],
        }
        for row in said["figures"]
    ]
    page: str = template("gallery.html.j2").render(rows=rows, review=said["review"])
    return page


def _data_uri(
    source: Path | None, photo: PhotoReport, labelled: Sequence[Box], found: Sequence[Box], limits: Limits
) -> Markup:
    """The picture with its boxes as a data URL; empty if it has changed since the scan."""
    import cv2

    try:
        if source is None:
            return Markup("")
        opened = Photo.open(source, name=photo.file, limits=limits)
    except ScreeningError:
        return Markup("")
    if opened.sha256 != photo.sha256:
        return Markup("")
    small, factor = opened.scaled(SIDE)
    drawn: Pixels = small.copy()
    for colour, boxes in ((LABELLED, labelled), (FOUND, found)):
        for box in boxes:
            left, top, right, bottom = (round(side * factor) for side in (box.left, box.top, box.right, box.bottom))
            cv2.rectangle(drawn, (left, top), (right, bottom), colour, 2)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return Markup("data:image/jpeg;base64," + base64.b64encode(bytes(data)).decode("ascii")) if done else Markup("")
