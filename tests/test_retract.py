from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures import draw
from screening.finding import Box, Finding
from screening.office import audit
from screening.office.register_file import RegisterError
from screening.photo.photo import Photo
from screening.release import retract
from screening.release.gate_result import Answer
from screening.release.retract import RetractError, Wanted
from screening.release.sought import Sought, names, registered
from screening.run import purge
from screening.weights import sha256_of
from tests.cleared import Cleared
from tests.command import QUICK, quickly
from tests.picture_files import picture, scenery

CAPTION = "<dc:description><rdf:Alt><rdf:li>{}</rdf:li></rdf:Alt></dc:description>"


@pytest.mark.parametrize(
    "text", ["Sarah Quuxley", "QUUXLEY, Sarah", "by sarahquuxley", "PC Sárah  Quuxley (left)", "sarah_quuxley_2"]
)
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    assert names(text, "Sarah Quuxley")


@pytest.mark.parametrize("text", ["Sarah", "Quuxley", "Sam Quuxley", "Sarah met Ann Quuxley", ""])
def test_half_a_name_is_not_found(text: str) -> None:
    assert not names(text, "Sarah Quuxley")


@pytest.mark.parametrize("text", ["AB12CDE", "ab12 cde", "A812 CDE", "seen: AB12-CDE.", "AB12 CDF", "B12CDE"])
def test_a_registration_is_found_as_it_is_read(text: str) -> None:
    assert registered(text, "AB12 CDE")


@pytest.mark.parametrize("text", ["AB12", "CDE AB12", "AB12 XYE", "AC 13 CDE", ""])
def test_another_registration_is_not(text: str) -> None:
    assert not registered(text, "AB12 CDE")


def test_a_short_registration_is_a_word_of_its_own() -> None:
    assert registered("the car A1", "A1")
    assert not registered("A12 BCD", "A1")


def test_a_name_may_go_on_in_the_next_line() -> None:
    photo = Photo.from_array(scenery())

    def line(text: str, top: float) -> Finding:
        corners = ((10.0, top), (90.0, top), (90.0, top + 12), (10.0, top + 12))
        return Finding("seen.text", 1.0, "a line", Box.around(corners), text, corners)

    found = [line("SARAH", 10.0), line("QUUXLEY", 40.0)]
    assert {one.kind for one in Sought(person="Sarah Quuxley")(photo, found)} == {"sought.name"}


def test_a_picture_is_found_from_the_log_alone_and_passes_no_gate_until_it_is_cleared_again(cleared: Cleared) -> None:
    assert cleared.gate().exit_code == 0
    sha256 = sha256_of(cleared.good)
    purge.purge(cleared.run, cleared.office, everything=False)
    found = retract.retract(Wanted(hashes=[sha256.upper()]), cleared.office)
    assert [(hit.sha256, hit.released[0].fields["batch"]) for hit in found.hits] == [(sha256, "shoot")]
    assert found.exit_code == 1
    (refused,) = cleared.gate().files
    assert refused.answer is Answer.REFUSE
    assert "to be taken down" in refused.reason
    assert cleared.gate(cleared.shoot / "fine.jpg").exit_code == 0
    line = audit.last(cleared.office.audit_log)
    assert line is not None


def test_clearing_again_takes_it_back(cleared: Cleared) -> None:
    assert retract.retract(Wanted(pictures=[cleared.good]), cleared.office).exit_code == 1
    assert cleared.gate().exit_code == 1
    cleared.clear()
    assert cleared.gate().exit_code == 0


def test_what_was_never_released_is_not_found(cleared: Cleared) -> None:
    assert retract.retract(Wanted(pictures=[cleared.blocked]), cleared.office).exit_code == 0


def test_every_one_of_fifty_planted_releases_is_found(cleared: Cleared, tmp_path: Path) -> None:
    folder, pipeline = tmp_path / "published", tmp_path / "quick.toml"
    folder.mkdir()
    pipeline.write_text(QUICK)
    ways = (
        "{first} {last} with the team", "{last}, {first}", "Thanks to {FIRST} {LAST}!", "PC {first} {last}; PC Lee",
        "the car AB12 CDE", "Registration ab12cde, a gift",
    )  # fmt: skip
    words = {"first": "Sarah", "last": "Quuxley", "FIRST": "SARAH", "LAST": "QUUXLEY"}
    for number in range(50):
        caption = ways[number % len(ways)].format(**words)
        file = folder / f"planted_{number}.jpg"
        file.write_bytes(picture(rgb=scenery(seed=number), xmp=CAPTION.format(caption)))
        other = folder / f"other_{number}.jpg"
        other.write_bytes(picture(rgb=scenery(seed=100 + number), xmp=CAPTION.format("Sarah Lee, and Sam Quuxley")))
    wanted = Wanted(person="Sarah Quuxley", registration="AB12 CDE")
    found = retract.retract(wanted, cleared.office, folders=[folder], pipeline=str(pipeline))
    assert {Path(hit.file).name for hit in found.hits} == {f"planted_{number}.jpg" for number in range(50)}
    # the office's own release lies in none of the folders
    assert [one.fields["clearance"] for one in found.unsearched] == [cleared.named]
    assert found.exit_code == 2


def test_a_run_that_was_kept_is_searched_whole_and_one_that_was_purged_is_named(cleared: Cleared) -> None:
    wanted = Wanted(person="Sarah Quuxley")
    pipeline = str(cleared.pipeline)
    found = retract.retract(wanted, cleared.office, runs=[cleared.run], pipeline=pipeline)
    assert (found.hits, found.unsearched, found.exit_code) == ((), (), 0)
    cleared.good.unlink()
    found = retract.retract(wanted, cleared.office, runs=[cleared.run], pipeline=pipeline)
    assert [one.fields["clearance"] for one in found.unsearched] == [cleared.named]


def test_a_picture_that_cannot_be_read_was_not_searched(cleared: Cleared, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(picture()[:300])
    wanted = Wanted(registration="AB12 CDE")
    found = retract.retract(wanted, cleared.office, folders=[tmp_path], pipeline=str(cleared.pipeline))
    assert found.exit_code == 2
    assert "broken.jpg" in found.failed[0]


def test_what_is_looked_for_must_be_said_and_faces_authorised(cleared: Cleared) -> None:
    with pytest.raises(RetractError, match="say what is to be taken down"):
        retract.retract(Wanted(), cleared.office)
    with pytest.raises(RetractError, match="--authorised-by"):
        retract.retract(Wanted(faces=[cleared.good]), cleared.office)
    with pytest.raises(RegisterError, match="no face"):
        retract.retract(Wanted(faces=[cleared.good], authorised_by="A. Officer, DPO"), cleared.office)


def test_the_log_names_nobody(cleared: Cleared) -> None:
    wanted = Wanted(person="Sarah Quuxley", registration="AB12 CDE")
    retract.retract(wanted, cleared.office, runs=[cleared.run], pipeline=str(cleared.pipeline))
    line = cleared.office.audit_log.read_text().splitlines()[-1]
    assert json.loads(line)["event"] == "retract"
    assert "Quuxley" not in line
    assert "AB12" not in line


def test_a_plate_and_a_face_are_found_in_published_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, note = tmp_path / "published", tmp_path / "note.md"
    folder.mkdir()
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    scene = draw.car(draw.street((1500, 1000), seed=5), 500, 480, 500, registration="BD51 SMR", colour=(150, 28, 34))
    draw.save_jpeg(draw.photographed(scene, seed=6), folder / "car.jpg")
    draw.save_jpeg(draw.sample("astronaut"), folder / "face.jpg")
    draw.save_jpeg(draw.landscape((900, 600), seed=1), folder / "hills.jpg")
    draw.save_jpeg(draw.sample("astronaut"), tmp_path / "them.jpg", quality=70)
    done = quickly(
        *("retract", "--registration", "BD51 SMR", "--face", tmp_path / "them.jpg", "--authorised-by", "A, DPO"),
        *("--released", folder, "--reason", "an order of the court", "--out", note, "--json"),
    )
    assert done.returncode == 1, done.stderr
    assert {Path(one["file"]).name: one["why"] for one in json.loads(done.stdout)} == {
        "car.jpg": "the registration in print",
        "face.jpg": "a face that could be theirs",
    }
    assert "# To be taken down: 2" in note.read_text()
    assert "an order of the court" in note.read_text()
