"""The detectors, one file each. A new one needs a line in this table and a `[[stage]]` in a pipeline file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from screening.finding import Finding
    from screening.photo.photo import Photo


class Stage(Protocol):
    """A callable frozen dataclass; its fields are its options, each with a default.

    Attributes:
        name: its name in pipelines, findings and `error.<name>`.
        kinds: every kind that it may report, including particulars: a policy that names any other is refused. Optional
            attributes: `networks`, the networks that it runs, by their names in models/manifest.toml; `after`, the
            stages whose findings it reads: a pipeline in which one of them comes later is refused; `adds_to`, the
            stages whose findings it only adds to (such as whose a face is): a stage that reads those may leave it out
            of its `after`.
    """

    name: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterable[Finding]:
        """What this detector sees in a photo, given what earlier ones found."""


# Strings, not classes: a stage's file is imported when a pipeline uses it. In the order in which they run.
STAGES = {
    "metadata": "screening.stages.metadata:Metadata",
    "faces": "screening.stages.faces:Faces",
    "register": "screening.stages.register:Register",
    "juveniles": "screening.stages.juveniles:Juveniles",
    "vehicles": "screening.stages.vehicles:Vehicles",
    "text": "screening.stages.text:Text",
    "objects": "screening.stages.objects:Objects",
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
