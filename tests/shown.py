"""A report as a scan would make it, for the tests of everything that shows one: invented findings on drawn pictures."""

from __future__ import annotations

import functools

import numpy as np

from screening.arrays import Pixels
from screening.finding import Box, Finding
from screening.photo_report import PhotoReport, judged
from screening.policy import Policy, Rule, Thresholds
from screening.report import Batch, ModelInfo, PipelineInfo, Report

WIDTH, HEIGHT = 1200, 800
# In every picture this place is a fine chequerboard, which no blur leaves as it was.
PLACE = Box(300, 200, 540, 440)
FACE = Finding("face.identifiable", 0.97, "a face, 240 px wide", PLACE, text="Jo Sample", stage="faces")
ADULT = Finding("juvenile.face", 0.03, "a face that looks adult", PLACE, stage="juveniles")
PLATE = Finding("vehicle.plate.uk", 0.93, "plate, ends R", Box(700, 600, 900, 650), text="BD51 SMR", stage="plates")
NUMBER = Finding("address.house_number", 0.9, "house number, 2 digits", Box(60, 60, 100, 120), stage="addresses")
CREDIT = Finding("copyright.credit", 0.8, "credit names somebody else", stage="metadata")
DAMAGED = Finding("error.photo", 1.0, "is damaged or cut short; export it again from the original", stage="photo")


@functools.cache
def picture() -> Pixels:
    """The picture that every photo of the report shows."""
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    rgb = np.stack([across * 255 // WIDTH, down * 255 // HEIGHT, np.full_like(down, 120)], axis=2).astype(np.uint8)
    rgb[PLACE.top : PLACE.bottom, PLACE.left : PLACE.right] = (
        255 * ((down + across) // 8 % 2)[PLACE.top : PLACE.bottom, PLACE.left : PLACE.right, None]
    )
    return rgb


@functools.cache
def preview() -> bytes:
    """The picture as a JPEG, half as large."""
    import cv2

    small = cv2.resize(picture(), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1])


POLICY = Policy(
    {
        "unscreened": Rule(
            says="What could not be screened does not go out.",
            lifted_by="Mend the file.",
            kinds={"error": Thresholds(block=0.0), "*": Thresholds(hold=0.0)},
        ),
        "identifiable-person": Rule(
            says="Anyone who can be identified has agreed.",
            lifted_by="A release form.",
            kinds={"face": Thresholds(hold=0.5)},
        ),
        "juvenile": Rule(
            says="No juveniles.",
            lifted_by='A reviewer\'s "adult, known to us".',
            kinds={"juvenile": Thresholds(hold=0.2, block=0.7)},
        ),
        "scene-address": Rule(
            says="Nothing that identifies an address.",
            lifted_by="Redaction.",
            kinds={"address": Thresholds(block=0.5)},
            outside_a_scene="hold",
        ),
        "number-plate": Rule(
            says="No legible number plate: it leads to a person.",
            lifted_by="Redaction; or the force's own fleet.",
            kinds={"vehicle.plate": Thresholds(block=0.5)},
        ),
        "graphic": Rule(
            says="Nothing graphic.",
            lifted_by="An override.",
            kinds={"vehicle.damage": Thresholds(hold=0.5, block=0.8)},
            not_looked_for="blood and <injury>",
        ),
        "copyright": Rule(
            says="No breach of copyright.", lifted_by="Sign-off.", kinds={"copyright": Thresholds(hold=0.5)}
        ),
    }
)


def photo(file: str, *findings: Finding, scene: bool = True, number: int = 0) -> PhotoReport:
    """One file of the report; one that is damaged has no picture."""
    decoded = DAMAGED not in findings
    return PhotoReport(
        file=file,
        sha256=f"{number:064x}",
        width=WIDTH if decoded else 0,
        height=HEIGHT if decoded else 0,
        judgements=judged(list(findings), POLICY, scene=scene),
        seconds=0.4,
        preview=preview() if decoded else b"",
    )


def report(*photos: PhotoReport, name: str = "Open day", scene: bool = True, off: tuple[str, ...] = ()) -> Report:
    """A report on these files, or on one of each kind."""
    return Report(
        batch=Batch(name=name, purpose="Show the new station", scene=scene, questions=("Is it libellous?",)),
        policy=POLICY,
        pipeline=PipelineInfo(
            name="default",
            sha256="1" * 64,
            stages=("metadata", "faces"),
            off=off,
            review_by="2027-11-01",
            force="West Midlands Police",
        ),
        models=(ModelInfo(name="centerface", sha256="2" * 64),),
        photos=photos or everything(),
        aside=("raw/a.xmp",),
        started="2026-03-02T09:30:00+00:00",
        seconds=3.2,
        tool="screening 0.1.0",
    )


def everything() -> tuple[PhotoReport, ...]:
    """Six files: two blocked, one that could not be read, two held, one with nothing found."""
    return (
        photo("day/hall.jpg", number=1),
        photo("day/mayor.jpg", FACE, ADULT, number=2),
        photo("day/stock.jpg", CREDIT, number=3),
        photo("street/car.jpg", PLATE, FACE, number=4),
        photo("street/door.jpg", NUMBER, number=5),
        photo("street/torn.jpg", DAMAGED, number=6),
    )
