"""The metadata stage: places, owners, people and names."""
# ruff: noqa: E501 - tables of XML read best a row a line

from __future__ import annotations

import pytest

from screening.finding import Finding
from screening.force import Force
from screening.photo import metadata
from screening.photo.metadata import Field
from screening.photo.photo import Photo
from screening.stages.addresses import Addresses
from screening.stages.markings import Markings
from screening.stages.metadata import Metadata, names, people, stated
from screening.stages.personal_details import PersonalDetails
from screening.stages.wording import Wording
from tests.ours import OURS
from tests.picture_files import picture, scenery, with_iptc, with_tags

# A made-up building on the Rotunda's roundabout.
STATION = Force(buildings=("52.48, -1.89, 100",))


def found_in(data: bytes, *, force: Force | None = None, name: str = "a.jpg") -> list[Finding]:
    return list(Metadata(force=force or OURS)(Photo.from_bytes(data, name=name), ()))


def reported(data: bytes, *, force: Force | None = None) -> dict[str, float]:
    return {finding.kind: finding.score for finding in found_in(data, force=force) if not finding.observation}


def at(latitude: float, longitude: float) -> dict[int, object]:
    return {1: "N", 2: (latitude, 0.0, 0.0), 3: "W", 4: (longitude, 0.0, 0.0)}


PLACES = [
    # the tags, the kind, whether it is sure enough to block
    ({"gps": at(52.6, 1.7)}, {"address.gps": True}),  # somewhere
    ({"gps": at(52.48, 1.89)}, {"address.gps": True, "staff.building_gps": True}),  # at the station
    ({"gps": at(52.4805, 1.8905)}, {"address.gps": True, "staff.building_gps": True}),  # 65 m from its middle
    ({"gps": at(52.482, 1.89)}, {"address.gps": True}),  # 220 m away
    ({"gps": {1: "N", 2: (52.0, 0.0, 0.0)}}, {"address.gps": True}),  # half of a position
    ({"xmp": "<core:Location>12 High Street</core:Location>"}, {"address.gps.location": True}),  # a street
    ({"xmp": "<photoshop:City>Anytown</photoshop:City>"}, {"address.gps.place": False}),  # a town alone
    ({"xmp": "<photoshop:Country>England</photoshop:Country>"}, {"address.gps.place": False}),  # a country
    ({"exif": {0x010F: "Canon"}}, {}),  # no place at all
]


@pytest.mark.parametrize(("tags", "kinds"), PLACES)
def test_places_are_told_from_towns(tags: dict[str, object], kinds: dict[str, bool]) -> None:
    seen = reported(picture(**tags), force=STATION)  # type: ignore[arg-type]  # each row names its own option
    assert {kind: score >= 0.5 for kind, score in seen.items()} == kinds


def test_a_position_is_never_spelt_out() -> None:
    data = picture(gps=at(52.48, 1.89), xmp="<core:Location>12 High Street</core:Location>")
    for finding in found_in(data, force=STATION):
        assert "52" not in repr(finding) and "1.89" not in repr(finding) and "High Street" not in repr(finding)


def test_a_badly_written_building_is_an_error() -> None:
    with pytest.raises(ValueError, match="latitude, longitude, metres"):
        found_in(picture(gps=at(52.0, 1.0)), force=Force(buildings=("Lloyd House",)))


def creator(name: str) -> str:
    return f"<dc:creator><rdf:Seq><rdf:li>{name}</rdf:li></rdf:Seq></dc:creator>"


def rights(text: str) -> str:
    return f"<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>{text}</rdf:li></rdf:Alt></dc:rights>"


OWNERS = [
    # properties, the kinds reported
    (creator("Ann Example"), {"copyright.creator"}),  # a name and nothing of ours
    (creator("Ann Example") + "<photoshop:Credit>West Midlands Police</photoshop:Credit>", set()),  # our photographer
    (creator("West Midlands Police"), set()),  # we
    (creator("west  midlands police press office"), set()),  # we, written otherwise
    (creator("WMPhotography"), {"copyright.creator"}),  # our letters within another name
    (rights("© West Midlands Police 2014"), set()),  # ours
    (rights("© 2014 Some Agency"), {"copyright.rights"}),  # theirs
    (rights("All rights reserved"), set()),  # nobody's
    (rights("Copyright © 2010-2014"), set()),  # nobody's
    ("<photoshop:Credit>Some Agency</photoshop:Credit>", {"copyright.credit"}),
    ("<photoshop:Credit>Some Agency</photoshop:Credit>" + rights("West Midlands Police"), {"copyright.credit"}),  # both
    ("<photoshop:Source>An Archive</photoshop:Source>", {"copyright.source"}),
    ("<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang='x-default'>Editorial use, one edition</rdf:li></rdf:Alt></xmpRights:UsageTerms>", {"copyright.terms"}),
    ("<xmpRights:WebStatement>https://west-midlands.police.uk/copyright</xmpRights:WebStatement>", set()),  # our page
    ("<plus:CopyrightOwner><rdf:Seq><rdf:li rdf:parseType='Resource'><plus:CopyrightOwnerName>Some Agency</plus:CopyrightOwnerName></rdf:li></rdf:Seq></plus:CopyrightOwner>", {"copyright.rights"}),
    ("<photoshop:Headline>Open day</photoshop:Headline>", set()),  # no credit at all is not somebody else's
]  # fmt: skip


@pytest.mark.parametrize(("properties", "kinds"), OWNERS)
def test_what_names_somebody_else_is_reported(properties: str, kinds: set[str]) -> None:
    assert set(reported(picture(xmp=properties))) == kinds


@pytest.mark.parametrize(
    ("tags", "kinds"),
    [
        ({0x013B: "Ann Example"}, {"copyright.creator"}),  # EXIF Artist
        ({0x8298: "Some Agency"}, {"copyright.rights"}),  # EXIF Copyright
        ({0x013B: "Canon", 0x010F: "Canon"}, set()),  # a camera that signs with its maker's name
        ({0x013B: "unknown"}, set()),  # a camera's placeholder
        ({0x013B: "Ann Example", 0x8298: "WMP"}, set()),  # our photographer
    ],
)
def test_exif_owners_are_read_too(tags: dict[int, object], kinds: set[str]) -> None:
    assert set(reported(picture(exif=tags))) == kinds


def test_older_press_fields_name_owners_too() -> None:
    assert set(reported(with_iptc(picture(), [("Credit", b"Some Agency")]))) == {"copyright.credit"}


def test_content_credentials_of_somebody_else_are_reported() -> None:
    from screening.containers.texts import CREDENTIALS

    box = b"\0\0\0\x30jumb\0\0\0\x1e" + CREDENTIALS + b"\x03c2pa\0"
    assert set(reported(picture() + box)) == {"copyright.credentials"}
    ours = b"oclaim_generator\x78\x19West Midlands Police/1.0."
    assert reported(picture() + box + ours) == {}


PLUS = "http://ns.useplus.org/ldf/vocab/"
PEOPLE = [
    (f"<plus:ModelReleaseStatus>{PLUS}MR-NON</plus:ModelReleaseStatus>", {"face.release_missing"}),
    (f"<plus:ModelReleaseStatus>{PLUS}MR-LMR</plus:ModelReleaseStatus>", {"face.release_missing"}),
    (f"<plus:ModelReleaseStatus>{PLUS}MR-NAP</plus:ModelReleaseStatus>", set()),  # nobody to ask
    (f"<plus:MinorModelAgeDisclosure>{PLUS}AG-A16</plus:MinorModelAgeDisclosure>", {"juvenile.metadata"}),
    (f"<plus:MinorModelAgeDisclosure>{PLUS}AG-A18</plus:MinorModelAgeDisclosure>", set()),  # of age
    (f"<plus:MinorModelAgeDisclosure>{PLUS}AG-UNK</plus:MinorModelAgeDisclosure>", set()),  # what programs write by default
    ("<ext:ModelAge><rdf:Bag><rdf:li>34</rdf:li><rdf:li>9</rdf:li></rdf:Bag></ext:ModelAge>", {"juvenile.metadata"}),
    ("<ext:ModelAge><rdf:Bag><rdf:li>34</rdf:li></rdf:Bag></ext:ModelAge>", set()),
    ("<ext:PersonInImage><rdf:Bag><rdf:li>Ann Example</rdf:li></rdf:Bag></ext:PersonInImage>", {"face.named"}),
]  # fmt: skip


@pytest.mark.parametrize(("properties", "kinds"), PEOPLE)
def test_releases_and_ages_are_read(properties: str, kinds: set[str]) -> None:
    assert set(reported(picture(xmp=properties))) == kinds


def test_a_complete_release_is_handed_on_with_its_number() -> None:
    properties = f"<plus:ModelReleaseStatus>{PLUS}MR-UMR</plus:ModelReleaseStatus><plus:ModelReleaseID><rdf:Bag><rdf:li>R 17</rdf:li></rdf:Bag></plus:ModelReleaseID>"
    data = picture(xmp=properties)
    assert reported(data) == {}
    assert [finding.text for finding in found_in(data) if finding.kind == "seen.release"] == ["R 17"]


NAMES = [
    # the path, the words of the file, the words of its folders
    ("shoot/briefingRoom_02.jpg", "briefing Room 02", ["shoot"]),  # humps and underlines part words
    ("OFFICIAL-SENSITIVE.jpg", "OFFICIAL SENSITIVE", []),  # capitals stay together
    ("a b/someone@example.org.jpg", "someone@example.org", ["a b"]),  # only the last ending goes
    ("one/two-three/IMG.jpg", "IMG", ["one", "two three"]),  # every folder
]


@pytest.mark.parametrize(("path", "file", "folders"), NAMES)
def test_names_are_taken_apart(path: str, file: str, folders: list[str]) -> None:
    said = [(finding.evidence, finding.text) for finding in names(path)]
    assert said == [("file name", file), *(("folder name", folder) for folder in folders)]


def test_every_string_is_handed_on_once_with_its_field() -> None:
    data = picture(exif={0x010E: "SECRET briefing"}, comment=b"a comment")
    handed = {finding.evidence: finding.text for finding in found_in(data) if finding.is_a("seen.metadata")}
    assert handed == {"EXIF ImageDescription": "SECRET briefing", "JPEG comment": "a comment", "file name": "a"}


CONTACT = "<core:CreatorContactInfo rdf:parseType='Resource'><core:CiAdrExtadr>{}</core:CiAdrExtadr></core:CreatorContactInfo>"
LEADING_TO_SOMEBODY = [
    ("<dc:subject><rdf:Bag><rdf:li>People|Jordan Example</rdf:li></rdf:Bag></dc:subject>", {"face.named": 0.8}),
    ("<dc:subject><rdf:Bag><rdf:li>People|Crowd</rdf:li></rdf:Bag></dc:subject>", {}),
    ("<mwg-rs:Regions><rdf:li mwg-rs:Name='Centre' mwg-rs:Type='Focus'/></mwg-rs:Regions>", {}),  # no face
    (CONTACT.format("14 Example Road"), {"staff.contact": 0.6}),  # at home, perhaps
    (CONTACT.format("West Midlands Police, Lloyd House"), {}),  # at the office
    ("<own:OwnerName>PC Jordan Example</own:OwnerName>", {"copyright.creator": 0.9}),
    ("<own:SerialNumber>032021001234</own:SerialNumber>", {"staff.camera": 0.2}),  # noted: every camera writes one
    ("<own:SerialNumber>0000</own:SerialNumber>", {}),
]  # fmt: skip


@pytest.mark.parametrize(("properties", "kinds"), LEADING_TO_SOMEBODY)
def test_what_leads_to_somebody_is_told_from_what_names_nobody(properties: str, kinds: dict[str, float]) -> None:
    assert reported(picture(xmp=properties)) == kinds


def test_what_a_camera_maker_notes_is_known_by_what_it_is_for() -> None:
    canon = with_tags(picture(exif={0x010F: "Canon"}), Canon_OwnerName="PC Jordan Example")
    samsung = with_tags(picture(exif={0x010F: "SAMSUNG"}), Samsung2_LocationName="Flat 2")
    pentax = with_tags(picture(exif={0x010F: "PENTAX"}), Pentax_SerialNumber="1234567")
    assert set(reported(canon)) == {"copyright.creator"}
    assert set(reported(samsung)) == {"address.gps.location"}
    assert set(reported(pentax)) == {"staff.camera"}


SETTINGS = """<crs:RawFileName xmlns:crs='a'>_DSC0770.CR3</crs:RawFileName><crs:ToneCurve xmlns:crs='a'>255, 255</crs:ToneCurve>
<crs:CameraProfileDigest xmlns:crs='a'>3DA8CE4A626CE36A1D0C55BF157793C9</crs:CameraProfileDigest>
<aux:SerialNumber xmlns:aux='b'>032021001234</aux:SerialNumber><aux:Lens xmlns:aux='b'>EF24-70mm f/2.8L II USM</aux:Lens>
<xmpMM:History xmlns:xmpMM='c' xmlns:stEvt='d'><rdf:Seq><rdf:li stEvt:action='saved' stEvt:instanceID='xmp.iid:d2b3a7b1-9b1f-5a4c'
stEvt:when='2026-07-12T15:00:00+01:00' stEvt:softwareAgent='Adobe Photoshop Lightroom Classic 13.2 (Windows)'/></rdf:Seq></xmpMM:History>"""


def test_an_ordinary_press_photograph_is_not_held() -> None:
    """What cameras and programs write beside a credit that is ours, through every rule that reads words."""
    data = picture(
        exif={
            0x010F: "Canon",
            0x0110: "Canon EOS 5D Mark IV",
            0x0131: "Adobe Photoshop Lightroom Classic 13.2 (Windows)",
        },
        photo={
            0x9003: "2026:07:12 14:03:11",
            0xA430: "WMP press office",
            0xA431: "032021001234",
            0xA420: "4f3a2b1c0d9e8f7a",
        },
        xmp=creator("Ann Example") + "<photoshop:Credit>West Midlands Police</photoshop:Credit>" + SETTINGS,
    )
    found = found_in(data, name="_DSC0770.jpg")
    photo = Photo.from_array(scenery())
    later = [one for stage in (Addresses(), Markings(), PersonalDetails(), Wording()) for one in stage(photo, found)]
    assert [one for one in (*found, *later) if not one.observation and one.score >= 0.4] == []


def test_a_child_that_the_camera_names_is_one() -> None:
    said = metadata.Metadata(
        fields=(
            metadata.Field("EXIF BabyName", "Robin", "person"),
            metadata.Field("EXIF BabyAge1", "2023:01:12 00:00:00", "baby_age"),
            metadata.Field("EXIF BabyAge2", "9999:99:99 00:00:00", "baby_age"),  # none was set
        )
    )
    assert [one.kind for one in people(said)] == ["face.named", "juvenile.metadata"]


def test_the_path_of_a_file_goes_on_in_its_words() -> None:
    (found,) = (
        finding
        for finding in found_in(picture(xmp="<own:filePath>file://cid/14ExampleRoad-B11-2AB.psd</own:filePath>"))
        if finding.is_a("seen.metadata") and not finding.is_a("seen.metadata.name")
    )
    assert found.text.splitlines()[-1] == "14 Example Road B11 2AB.psd"


SORTS = [
    ("EXIF Artist", "seen.metadata"),
    ("EXIF DateTimeOriginal", "seen.metadata.counted"),
    ("EXIF LensModel", "seen.metadata.counted"),
    ("XMP DocumentID", "seen.metadata.counted"),
    ("XMP CreatorContactInfo CiAdrPcode", "seen.metadata.contact"),
]


@pytest.mark.parametrize(("name", "kind"), SORTS)
def test_the_kind_says_what_sort_of_field_a_string_stands_in(name: str, kind: str) -> None:
    assert stated(Field(name, "B12 3AB")) == Finding(kind, 1.0, name, text="B12 3AB")


def test_later_stages_go_by_the_kind_and_not_by_the_name_of_a_field() -> None:
    photo = Photo.from_array(scenery())
    for kind, read in (("seen.metadata", 1), ("seen.metadata.contact", 0), ("seen.metadata.counted", 0)):
        stated_there = Finding(kind, 1.0, "EXIF DateTimeContact file name", text="B12 3AB")
        assert len(list(Addresses()(photo, [stated_there]))) == read


def test_further_pictures_of_a_file_are_not_judged_twice() -> None:
    photo = Photo(scenery(), name="a.jpg", data=picture(gps=at(52.0, 1.0)), format="JPEG", frame="frame 2")
    assert list(Metadata()(photo, ())) == []


def test_as_long_as_nobody_says_who_we_are_every_credit_holds() -> None:
    found = found_in(picture(xmp=creator("West Midlands Police")), force=Force())
    (said,) = (one for one in found if one.is_a("copyright.creator"))
    assert "no force is set up" in said.evidence


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", True),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia", True),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic", True),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", False),
        ("A talk about trainedAlgorithmicMedia and algorithms", False),
    ],
)
def test_a_picture_that_no_camera_took_is_held(source: str, made: bool) -> None:
    found = found_in(picture(xmp=f"<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>"))
    assert any(one.is_a("reputation.generated") for one in found) is made
