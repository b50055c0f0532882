"""Register: faces of people who signed a release form and, if the office switched it on, on a restricted list."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.finding import Finding
from screening.office.office import Office
from screening.office.register_entry import Entry
from screening.office.register_file import RELEASE, RESTRICTED, RegisterFile
from screening.photo.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Compares every identifiable face with the registers; if they are empty no network is loaded.

    If several entries are close enough (siblings, or one person twice) only what all of them permit is reported.

    Attributes:
        folder: the folder of the registers; the office's own unless named.
        distance: the greatest distance of two embeddings of one person; docs/data-protection.md has its figures.
        child_distance: the same for an entry with parental permission: children look far more alike than adults.
        least: the least height in pixels of a face that is compared.
        restricted: also compare with the restricted list.
        authorised_by: who decided that, by name and post; without it the restricted list is not used.

    Raises:
        ValueError: if the restricted list is switched on without a name, or a number is out of range.
    """

    name: ClassVar[str] = "register"
    after: ClassVar[tuple[str, ...]] = ("faces",)
    adds_to: ClassVar[tuple[str, ...]] = ("faces",)
    kinds: ClassVar[tuple[str, ...]] = (
        "face.released",
        "face.released.adult",
        "face.released.parental",
        "face.restricted",
    )
    networks: ClassVar[tuple[str, ...]] = ("face-embedding",)

    folder: str = ""
    distance: float = 0.45
    child_distance: float = 0.3
    least: int = 40
    restricted: bool = False
    authorised_by: str = ""

    def __post_init__(self) -> None:
        if self.restricted and not self.authorised_by.strip():
            raise ValueError('the restricted list is used only if authorised_by = "..." says who decided it')
        if not 0 < self.child_distance <= self.distance <= 0.5:
            raise ValueError("child_distance and distance must rise, above 0 and not above 0.5, where strangers match")

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """One finding for each face and list with a match; its evidence has the reference, never the name."""
        faces = [face for face in found if face.is_a("face.identifiable") and self._comparable(face)]
        if not faces:
            return
        today = datetime.datetime.now(datetime.UTC).date()
        folder = Office.here().register_folder(self.folder)
        released = [one for one in RegisterFile(folder).entries() if not one.expired(today)]
        wanted = RegisterFile(folder, RESTRICTED).entries() if self.restricted else ()
        lists = {
            RELEASE: released,
            RESTRICTED: [one for one in wanted if not one.expired(today)],
        }
        if not any(lists.values()):
            return
        from screening.faces.embedding import embed

        for face, embedding in zip(faces, embed(photo.rgb, [face.points for face in faces]), strict=True):
            for which, entries in lists.items():
                far = [float(np.linalg.norm(entry.vectors() - embedding, axis=1).min()) for entry in entries]
                near = sorted((far[n], n) for n, entry in enumerate(entries) if far[n] <= self._limit(which, entry))
                if near:
                    matches = [entries[number] for _, number in near]
                    kind, said = _released(matches) if which == RELEASE else _restricted(matches)
                    yield Finding(kind, 1 - near[0][0], said, face.box, points=face.points)

    def _limit(self, which: str, entry: Entry) -> float:
        return self.child_distance if which == RELEASE and entry.parental else self.distance

    def _comparable(self, face: Finding) -> bool:
        return face.box is not None and face.box.height >= self.least and len(face.points) == 5


def _released(matches: Sequence[Entry]) -> tuple[str, str]:
    """The kind and the evidence: what every match permits, and the reference of the nearest."""
    kind, noted = "face.released", ""
    if all(one.adult for one in matches):
        kind, noted = "face.released.adult", ", an adult"
    elif all(one.adult or one.parental for one in matches):
        kind, noted = "face.released.parental", ", with parental permission"
    scope = f", for: {matches[0].scope}" if matches[0].scope else ""
    others = f"; {len(matches) - 1} more entries look alike" if len(matches) > 1 else ""
    return kind, f"in the release register, {matches[0].reference}{noted}{scope}{others}"


def _restricted(matches: Sequence[Entry]) -> tuple[str, str]:
    return "face.restricted", f"on the restricted list, {', '.join(one.reference for one in matches[:3])}"
