"""The detectors, one file each. A new one is a line in this table and a `[[stage]]` in a pipeline file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from screening.finding import Finding
    from screening.photo.photo import Photo


class Stage(Protocol):
    """A frozen dataclass that can be called; its fields are its options, each with a default.

    Attributes:
        name: what pipelines, findings and `error.<name>` call it.
        kinds: every kind that it may report, the particulars below one too: a policy that names any other is refused.

    One that runs networks also names them, by their names in models/manifest.toml, in `networks`. One that reads what
    other stages found names those in `after`: a pipeline in which one of them comes later is refused. One that only
    adds to what others found (whose a face is) names those in `adds_to`: a stage that reads them may leave it out of
    its `after`.
    """

    name: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        """What this detector sees in a photo, given what earlier ones found."""


# Text, not classes: a stage's file is imported when a pipeline uses it. In the order in which they run.
STAGES = {
    "metadata": "screening.stages.metadata:Metadata",
    "faces": "screening.stages.faces:Faces",
    "register": "screening.stages.register:Register",
    "juveniles": "screening.stages.juveniles:Juveniles",
    "vehicles": "screening.stages.vehicles:Vehicles",
    "text": "screening.stages.text:Text",
    "codes": "screening.stages.codes:Codes",
    "markings": "screening.stages.markings:Markings",
    "wording": "screening.stages.wording:Wording",
    "plates": "screening.stages.plates:Plates",
    "addresses": "screening.stages.addresses:Addresses",
    "personal_details": "screening.stages.personal_details:PersonalDetails",
    "documents": "screening.stages.documents:Documents",
}


def networks(stages: Iterable[Stage]) -> tuple[str, ...]:
    """The networks that stages run, each once, sorted."""
    return tuple(sorted({name for stage in stages for name in getattr(stage, "networks", ())}))
