"""Finds one person or vehicle in pictures that were released: by name, by registration or by face."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from screening.finding import Finding
from screening.photo.photo import Photo
from screening.text.lines import AS_DIGIT, lines, rows

# A registration that is shorter is looked for as a word of its own, since longer ones contain it by chance.
WHOLE = 5
# The longest registration that one character may be missing from or wrong in.
MENDABLE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A stage that reports what is looked for, wherever the stages before it read words or found faces.

    Attributes:
        person: a name, or "".
        registration: a vehicle's registration, or "".
        faces: dlib's embeddings of one face in several photos, 128 numbers each.
        distance: the greatest distance of two embeddings of one person, as on the restricted list.
        least: the least height in pixels of a face that is compared.
    """

    name: ClassVar[str] = "sought"
    after: ClassVar[tuple[str, ...]] = ("metadata", "faces", "text", "codes", "plates")
    kinds: ClassVar[tuple[str, ...]] = ("sought.name", "sought.registration", "sought.face")
    networks: ClassVar[tuple[str, ...]] = ("face-embedding",)

    person: str = ""
    registration: str = ""
    faces: tuple[tuple[float, ...], ...] = ()
    distance: float = 0.45
    least: int = 24

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        """At most one finding for each text and face."""
        for text, where in _texts(found):
            if self.person and names(text, self.person):
                yield Finding("sought.name", 0.9, f"the name in {where}")
            if self.registration and registered(text, self.registration):
                yield Finding("sought.registration", 0.9, f"the registration in {where}")
        if self.faces:
            yield from self._faces(photo, found)

    def _faces(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        from screening.faces.embedding import embed

        seen = [one for one in found if one.is_a("face") and len(one.points) == 5]
        seen = [one for one in seen if one.box is not None and one.box.height >= self.least]
        wanted = np.array(self.faces)
        for face, embedding in zip(seen, embed(photo.rgb, [one.points for one in seen]), strict=True):
            far = float(np.linalg.norm(wanted - embedding, axis=1).min())
            if far <= self.distance:
                yield Finding("sought.face", 1 - far, "a face that could be theirs", face.box)


def names(text: str, person: str) -> bool:
    """Whether a text has a person's name, in either order; spaces and accents do not count."""
    parts = [_letters(part) for part in person.split()]
    said = _letters(text)
    return "".join(parts) in said or (len(parts) > 1 and parts[-1] + "".join(parts[:-1]) in said)


def registered(text: str, registration: str) -> bool:
    """Whether a text has a registration; characters that look alike are the same, and one may be missing or wrong."""
    wanted = _folded(registration)
    if len(wanted) < WHOLE:
        return wanted in {_folded(word) for word in text.split()} or _folded(text) == wanted
    said = _folded(text)
    if wanted in said:
        return True
    return len(wanted) >= MENDABLE and _one_off(said, wanted)


def _texts(found: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Every text that a stage read, and the lines of print joined; with where it stands."""
    for one in found:
        if one.text:
            yield one.text, one.evidence if one.is_a("seen.metadata") else "print"
    page = lines(found)
    for row in rows(page):
        yield row.text, "print"
    # a name and a plate may go on in the next line
    in_order = sorted(page, key=lambda line: (line.box.top, line.box.left))
    yield " ".join(line.text for line in in_order), "print"


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if char.isalpha()).casefold()


def _folded(text: str) -> str:
    """Letters and digits in capitals, with those that look alike made the same."""
    return re.sub(r"[^A-Z0-9]", "", text.upper()).translate(AS_DIGIT)


def _one_off(text: str, wanted: str) -> bool:
    """Whether a short text is the wanted one but for a character that is wrong, missing or too many."""
    if abs(len(text) - len(wanted)) > 1:
        return False
    first = next((n for n, (a, b) in enumerate(zip(text, wanted, strict=False)) if a != b), min(len(text), len(wanted)))
    rests = {(text[first + 1 :], wanted[first + 1 :]), (text[first:], wanted[first + 1 :])}
    return any(a == b for a, b in rests | {(text[first + 1 :], wanted[first:])})
