"""Adds people to and removes them from the release register and the restricted list, logging each change.

The log names the list and the entry's number, never a person.
"""

from __future__ import annotations

import contextlib
import datetime
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screening.office import audit, audit_line
from screening.office.office import Office, locked, make_private
from screening.office.register_entry import Entry, packed
from screening.office.register_file import RELEASE, RESTRICTED, RegisterError, RegisterFile
from screening.photo.files import FileError
from screening.photo.photo import Photo

if TYPE_CHECKING:
    from screening.arrays import Floats

# The least height in pixels, and likelihood of being recognised, of a face to enrol: a faint one resembles everybody.
LEAST, RECOGNISABLE = 60, 0.5
# Embeddings of one person are no further apart than this (dlib's own limit).
ONE_PERSON = 0.6
LISTS = (RELEASE, RESTRICTED)
# The lock for changes to a register, in the office's folder.
LOCK = ".registers.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What an office records about a person; `Entry` explains each field."""

    name: str
    reference: str
    parental: bool = False
    adult: bool = False
    expires: str = ""
    scope: str = ""


def register(office: Office, which: str = RELEASE) -> RegisterFile:
    """One of the office's lists.

    Raises:
        RegisterError: if there is no such list.
    """
    if which not in LISTS:
        raise RegisterError(f"there is no list {which!r}; the lists are {' or '.join(LISTS)}")
    return RegisterFile(office.registers, which)


def add(office: Office, which: str, form: Form, photos: Sequence[Path], *, face: int = 0) -> Entry:
    """Enrols a person; `face` picks one, counting from the left, if a single photo shows several.

    Raises:
        RegisterError: if the form is incomplete, or a photo shows no face, several faces, or one too poor to recognise.
    """
    file = register(office, which)
    _check(which, form, photos, face)
    embeddings = [embedding(path, face) for path in photos]
    _one_person(photos, embeddings)
    entry = Entry(
        id=secrets.token_hex(6),
        name=form.name.strip(),
        reference=form.reference.strip(),
        parental=form.parental,
        adult=form.adult,
        expires=form.expires,
        scope=form.scope,
        added=_today().isoformat(),
        embeddings=tuple(packed(one) for one in embeddings),
    )
    with _held(office), _noted(office, which, "add", [entry.id]):
        make_private(office.registers)
        file.add(entry)
    return entry


def find(file: RegisterFile, number: str) -> Entry:
    """The entry with this number, else the only one whose number begins like this.

    Raises:
        RegisterError: if there is none, or more than one.
    """
    entries = file.entries()
    found = [one for one in entries if one.id == number] or [
        one for one in entries if number and one.id.startswith(number)
    ]
    if len(found) != 1:
        many = "several entries begin" if found else "no entry begins"
        raise RegisterError(f"{file.path}: {many} with {number!r}; screening register list shows their numbers")
    return found[0]


def remove(office: Office, which: str, number: str) -> Entry:
    """Removes a person permanently; raises as `find` does."""
    file = register(office, which)
    with _held(office):
        entry = find(file, number)
        with _noted(office, which, "remove", [entry.id]):
            file.remove([entry.id])
    return entry


def purge(office: Office, which: str) -> list[Entry]:
    """Removes everybody whose last day has passed.

    Raises:
        RegisterError: if the list cannot be read or written.
    """
    file = register(office, which)
    with _held(office):
        gone = [one for one in file.entries() if one.expired(_today())]
        ids = [one.id for one in gone]
        with _noted(office, which, "purge", ids):
            if ids:
                file.remove(ids)
    return gone


def last_day(folder: Path, since: datetime.date) -> datetime.date | None:
    """The last day, in UTC, on which the release register in a folder still lifts all that it lifted on `since`.

    None if no entry expires.

    Raises:
        RegisterError: if it cannot be read.
    """
    lifting = [one for one in RegisterFile(folder).entries() if one.expires and not one.expired(since)]
    return min((datetime.date.fromisoformat(one.expires) for one in lifting), default=None)


@contextlib.contextmanager
def _held(office: Office) -> Iterator[None]:
    """Locks the registers against other changes, after settling interrupted ones in the log."""
    with locked(office.folder / LOCK, RegisterError):
        _settle(office)
        yield


@contextlib.contextmanager
def _noted(office: Office, which: str, change: str, numbers: Sequence[str]) -> Iterator[None]:
    """Logs a change before it is made, one line per entry, and its outcome afterwards.

    Raises:
        AuditError: if the log cannot be written; then nothing is changed.
    """
    try:
        for number in numbers:
            audit.begin(office.audit_log, "register", change=change, list=which, entry=number)
        yield
    finally:
        _settle(office)


def _settle(office: Office) -> None:
    """Ends the log lines of interrupted changes by what is in the registers: each change was made whole or not at
    all."""

    def stands(begun: audit_line.Entry) -> bool:
        there = begun.fields["entry"] in register(office, begun.fields["list"]).numbers()
        return there is (begun.fields["change"] == "add")

    audit.settle(office.audit_log, "register", stands=stands)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _check(which: str, form: Form, photos: Sequence[Path], face: int) -> None:
    if not form.name.strip() or not form.reference.strip():
        raise RegisterError("an entry needs a name and a reference: give that of the form or the case with --release")
    if not photos or (face and len(photos) > 1):
        raise RegisterError(
            "--face picks a face in a single photo; give one --photo with it, or photos with one face each"
        )
    if form.parental and form.adult:
        raise RegisterError("--parental is for a child and --adult for an adult; give one of them")
    if which == RESTRICTED and (form.parental or form.adult):
        raise RegisterError("an entry on the restricted list lifts nothing: leave out --parental and --adult")
    if form.expires:
        try:
            last = datetime.date.fromisoformat(form.expires)
        except ValueError as error:
            raise RegisterError(f"--expires {form.expires}: write a date as 2027-12-31") from error
        if form.expires != last.isoformat() or last < _today():
            raise RegisterError(f"--expires {form.expires}: give a date such as 2027-12-31 that has not passed")


def embedding(path: Path, face: int = 0) -> Floats:
    """The embedding of the face in a photo, or of one of several, counted from the left.

    Raises:
        RegisterError: if the photo shows no face, several of which none is picked, or one too poor to recognise.
    """
    from screening.faces.embedding import embed
    from screening.faces.finder import FaceFinder

    try:
        photo = Photo.open(path)
    except FileError as error:
        raise RegisterError(f"{path}: {error}") from error
    faces = sorted(FaceFinder().find(photo), key=lambda one: one.box.left)
    if not faces:
        raise RegisterError(f"{path}: no face was found in it; use a photo that shows the face from the front")
    if face > len(faces) or face < 0 or (not face and len(faces) > 1):
        said = f"{len(faces)} face{'s are' if len(faces) > 1 else ' is'} found in it"
        raise RegisterError(f"{path}: {said}; crop it, or pick one with --face 1 to {len(faces)}, from the left")
    chosen = faces[max(face, 1) - 1]
    if chosen.box.height < LEAST or chosen.score < RECOGNISABLE:
        raise RegisterError(f"{path}: the face is too small or too blurred to be recognised; use a sharper photo")
    vector: Floats = embed(photo.rgb, [chosen.points])[0]
    return vector


def _one_person(photos: Sequence[Path], embeddings: Sequence[Floats]) -> None:
    for path, one in zip(photos[1:], embeddings[1:], strict=True):
        if float(((one - embeddings[0]) ** 2).sum()) ** 0.5 > ONE_PERSON:
            raise RegisterError(
                f"{path}: does not look like the person in {photos[0]}; check it, and add them separately"
            )
