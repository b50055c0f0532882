"""Judges what a photo's file says about it: where it was taken, whose it is, who is shown and whether they agreed.

Every string goes on to the rules that read words as `seen.metadata`: what a camera or a program counts as
`seen.metadata.counted`, what a contact field says as `seen.metadata.contact`, and the names of the file and its folders
as `seen.metadata.name`. The path of a file that this one was made of goes on taken apart into its words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import ClassVar

from screening.finding import Finding
from screening.force import Force
from screening.photo import metadata
from screening.photo.field_names import program
from screening.photo.fields import SERIAL
from screening.photo.photo import Photo
from screening.words.keyword_trees import named_people

EARTH = 6_371_000.0  # metres
# What creator and rights fields say without naming anybody.
NOBODY = re.compile(
    r"(?i)\b(?:copyright|copr|crown|all|rights?|reserved|images?|photos?|photograph(?:s|er)?|pictures?|by|the|of|and|in|is|to|this"
    r"|unknown|none|user|admin|owner|artist|author|camera|digital|n/?a|picasa|\d{4}(?:\s*-\s*\d{2,4})?|c)\b|[^\w\s]|_"
)
# Endings of PLUS codes: releases that are missing or limited, one that is complete, and the ages of minors.
UNRELEASED = {"MR-NON": "none", "MR-LMR": "limited or incomplete"}
RELEASED = "MR-UMR"
MINORS = frozenset({"AG-A17", "AG-A16", "AG-A15", "AG-U14"})
# Values of IPTC's digital source type (NewsCodes, 2024) of pictures that no camera took.
GENERATED = re.compile(
    r"(?i)(?:^|[/#:])(?:trained|compositeWithTrained)?algorithmicMedia$|(?:^|[/#:])(?:compositeSynthetic|virtualRecording)$"
)
# Fields that hold what a camera or a program counts, and those that say where the photographer is to be reached.
COUNTED = re.compile(
    r"(?i)date|time|serial|version|software|firmware|uniqueid|documentid|instanceid|model|make(?!r)|lens|digest|hash"
)
CONTACT = re.compile(r"(?i)contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Reads a file's metadata and names.

    Attributes:
        force: who "we" are; its credits and buildings are ours.
    """

    name: ClassVar[str] = "metadata"
    adds_to: ClassVar[tuple[str, ...]] = ("faces",)
    kinds: ClassVar[tuple[str, ...]] = (
        "address.gps",
        "address.gps.location",
        "address.gps.place",
        "staff.building_gps",
        "staff.contact",
        "staff.camera",
        "copyright.creator",
        "copyright.credit",
        "copyright.source",
        "copyright.rights",
        "copyright.terms",
        "copyright.credentials",
        "face.release_missing",
        "face.named",
        "juvenile.metadata",
        "reputation.generated",
        "seen.release",
        "seen.metadata",
        "seen.metadata.counted",
        "seen.metadata.contact",
        "seen.metadata.name",
    )

    force: Force = field(default_factory=Force)

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        # the other pictures of a file share its metadata
        if photo.frame:
            return
        said = metadata.read(photo)
        yield from places(said, self.force)
        yield from ownership(said, self.force)
        yield from people(said)
        yield from photographer(said, self.force)
        yield from generated(said)
        for one in said.fields:
            yield stated(one)
        yield from names(photo.name)


def places(said: metadata.Metadata, force: Force) -> Iterator[Finding]:
    """Positions on the map, and fields that name a place."""
    for position in said.positions:
        unclear = position.latitude is None or position.longitude is None
        evidence = f"position in {position.name}{', not legible' if unclear else ''}"
        yield Finding("address.gps", 0.8 if unclear else 1.0, evidence)
        if any(within(position, building) for building in force.buildings):
            yield Finding("staff.building_gps", 0.8, f"position in {position.name} lies at a police building")
    for one in said.having("address"):
        yield Finding("address.gps.location", 0.9, f"location in {described(one)}", text=one.text)
    # A town or country says where the news is, as every caption does, and leads to nobody's door: noted, no more.
    for one in said.having("place"):
        yield Finding("address.gps.place", 0.2, f"town or country in {described(one)}", text=one.text)


def within(position: metadata.Position, building: str) -> bool:
    """Whether a position lies in a building, given as "latitude, longitude, metres".

    Raises:
        ValueError: if the building is given otherwise.
    """
    try:
        latitude, longitude, metres = (float(part) for part in building.split(","))
    except ValueError as error:
        raise ValueError('a building of [force] is written as "latitude, longitude, metres"') from error
    if position.latitude is None or position.longitude is None:
        return False
    north, south = math.radians(latitude), math.radians(position.latitude)
    east = math.radians(longitude - position.longitude)
    # the haversine formula
    half = math.sin((north - south) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half))) <= metres


def ownership(said: metadata.Metadata, force: Force) -> Iterator[Finding]:
    """Fields that give the picture to somebody else. A picture that names nobody is not somebody else's."""
    ours = any(force.named_in(one.text) for one in said.having("credit", "source", "rights"))
    who = "somebody else" if force.name else "somebody who may be us, for no force is set up,"
    for one in said.having("creator", "credit", "source", "rights", "terms"):
        # our photographer may sign with a name, if the picture is credited to us
        if force.named_in(one.text) or (one.role == "creator" and ours) or not names_somebody(one, said):
            continue
        # terms of use seldom name their owner, but a picture of our own has none to obey
        score = 0.6 if one.role == "terms" else 0.9
        yield Finding(f"copyright.{one.role}", score, f"{who} in {described(one)}", text=one.text)
    if said.credentials is not None:
        named = f" made with {program(said.credentials)}" if said.credentials else ""
        if not force.named_in(said.credentials):
            yield Finding("copyright.credentials", 0.8, f"Content Credentials{named}")


def names_somebody(one: metadata.Field, said: metadata.Metadata) -> bool:
    """Whether anything is left of a text without legal phrases and the camera's own name."""
    makers = {other.text.casefold() for other in said.fields if other.name in ("EXIF Make", "EXIF Model")}
    return sum(char.isalpha() for char in NOBODY.sub(" ", one.text)) >= 2 and one.text.casefold() not in makers


def people(said: metadata.Metadata) -> Iterator[Finding]:
    """Who is shown, whether they signed a release, and whether one of them is a minor."""
    for one in said.having("person"):
        yield Finding("face.named", 0.8, f"a person's name in {described(one)}", text=one.text)
    for one in said.having("keyword"):
        for person in dict.fromkeys(named_people(one.text)):
            evidence = f"a person's name among the keywords in {one.name}, {len(person)} characters"
            yield Finding("face.named", 0.8, evidence, text=person)
    for one in said.having("baby_age"):
        # what a camera writes where nobody has set one
        if not re.fullmatch(r"9999.*|0000.*|\W*", one.text):
            yield Finding("juvenile.metadata", 0.9, f"{one.name} gives a child's date of birth", text=one.text)
    identifiers = ", ".join(one.text for one in said.having("release_id"))
    for one in said.having("release"):
        code = one.text.strip().upper()[-6:]
        if code in UNRELEASED:
            yield Finding("face.release_missing", 0.9, f"model release in {one.name}: {UNRELEASED[code]}")
        elif code == RELEASED:
            # what lifts a hold, once the release register asks for it
            yield Finding("seen.release", 1.0, f"model release in {one.name}: complete", text=identifiers)
    for one in said.having("minor_age", "model_age"):
        age = re.fullmatch(r"\s*(\d{1,3})\s*", one.text)
        if one.text.strip().upper()[-6:] in MINORS or (age and int(age[1]) < 18):
            yield Finding("juvenile.metadata", 0.95, f"{one.name} says that somebody shown is under 18")


def photographer(said: metadata.Metadata, force: Force) -> Iterator[Finding]:
    """What leads to whoever took the picture: an address to reach them at, and the camera that they carry."""
    for one in said.having("contact_address"):
        if not force.named_in(one.text):
            yield Finding("staff.contact", 0.6, f"an address to reach somebody at in {described(one)}", text=one.text)
    # a camera writes it into every picture, and it leads to somebody only beside others of theirs: noted, no more
    for one in said.fields:
        if SERIAL.search(one.name) and re.search(r"[1-9]", one.text):
            yield Finding("staff.camera", 0.2, f"serial number in {described(one)}", text=one.text)


def generated(said: metadata.Metadata) -> Iterator[Finding]:
    """Whether the file says that a program made the picture, or a part of it."""
    for one in said.fields:
        if GENERATED.search(one.text.strip()):
            yield Finding("reputation.generated", 0.9, f"made by a program, at least in part, by {described(one)}")
            return


def names(path: str) -> Iterator[Finding]:
    """The words of a file's name without its ending, and of each folder's."""
    *folders, file = PurePosixPath(path).parts
    for where, name in (("file name", PurePosixPath(file).stem), *(("folder name", folder) for folder in folders)):
        if words := parted(name):
            yield Finding("seen.metadata.name", 1.0, where, text=words)


def parted(name: str) -> str:
    """The words of a name in which hyphens, underlines and capitals part them."""
    return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[A-Z][a-z])", " ", re.sub(r"[_-]+", " ", name)).split())


def stated(one: metadata.Field) -> Finding:
    """What a field says, handed on to the rules that read words."""
    contact = one.role in ("contact", "contact_address") or CONTACT.search(one.name)
    counted = one.role == "setting" or (one.role != "path" and COUNTED.search(one.name))
    sort = ".counted" if counted else ".contact" if contact else ""
    text = "\n".join(map(parted, re.split(r"[\\/]+", one.text))) if one.role == "path" else one.text
    return Finding(f"seen.metadata{sort}", 1.0, one.name, text=text)


def described(one: metadata.Field) -> str:
    """A field for the report: its name and how much it says, not what."""
    return f"{one.name}, {len(one.text)} characters"
