"""The registers: a match lifts what the entry permits and no more, and who is removed is gone for good."""

from __future__ import annotations

import datetime
import json
import shutil
import stat
import sys
from base64 import b64decode
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from screening.cli import app
from screening.config import ConfigError, load
from screening.finding import Box, Finding
from screening.lifting import lifted
from screening.office import audit, registers
from screening.office.office import Office
from screening.office.register_file import RELEASE, RESTRICTED, RegisterError, RegisterFile
from screening.office.registers import Form
from screening.photo.photo import Photo
from screening.photo_report import judged
from screening.policy import Verdict
from screening.stages.faces import Faces
from screening.stages.register import Register
from tests.entries import entry

POLICY = load().policy
BOX, OTHER = Box(10, 10, 90, 90), Box(110, 10, 190, 90)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "office")


@pytest.fixture
def file(tmp_path: Path) -> RegisterFile:
    return RegisterFile(tmp_path)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory, astronaut: Path) -> Office:
    """An office that knows the astronaut; not to be changed."""
    office = Office(tmp_path_factory.mktemp("enrolled"))
    registers.add(office, RELEASE, Form(name="Ann Example", reference="REF-7", scope="open day"), [astronaut])
    return office


@pytest.fixture(scope="module")
def faces(astronaut: Path) -> list[Finding]:
    return list(Faces()(Photo.open(astronaut), ()))


def test_the_register_is_readable_by_its_owner_alone(enrolled: Office) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has access lists, not modes")
    assert stat.S_IMODE(enrolled.registers.stat().st_mode) == 0o700
    files = sorted(enrolled.registers.iterdir())
    assert [path.name for path in files] == ["release.key", "release.sqlite"]  # and no journal is left
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_nothing_of_an_entry_can_be_read_without_the_key(enrolled: Office) -> None:
    data = (enrolled.registers / "release.sqlite").read_bytes()
    (known,) = registers.register(enrolled).entries()
    assert known.vectors().shape == (1, 128)
    for secret in (b"Ann", b"REF-7", b64decode(known.embeddings[0])[:16], known.embeddings[0][:20].encode()):
        assert secret not in data


def test_who_is_removed_is_gone_from_every_file(office: Office) -> None:
    import sqlite3

    office.registers.mkdir(parents=True)
    file = RegisterFile(office.registers)
    for number in range(40):
        file.add(entry(f"{number:02}"))
    with sqlite3.connect(file.path) as database:
        rows = database.execute("SELECT sealed FROM entry ORDER BY id").fetchall()
    database.close()
    gone = registers.remove(office, RELEASE, "07")
    assert [one.id for one in file.entries()] == [f"{number:02}" for number in range(40) if number != 7]
    every = b"".join(path.read_bytes() for path in office.folder.rglob("*") if path.is_file())
    for sealed in (rows[7][0], b64decode(gone.embeddings[0])):
        pieces = [sealed[start : start + 16] for start in range(0, len(sealed) - 16, 16)]
        assert not any(piece in every for piece in pieces)
    assert rows[8][0][:16] in every  # the search finds what is there
    assert sorted(path.name for path in office.registers.iterdir()) == ["release.key", "release.sqlite"]


def test_a_change_is_in_the_log_before_and_after_it_without_a_name(enrolled: Office) -> None:
    line, end = audit.entries(enrolled.audit_log)
    (known,) = registers.register(enrolled).entries()
    said = {"step": "begun", "change": "add", "list": "release", "entry": known.id}
    assert (line.event, dict(line.fields)) == ("register", said)
    assert (end.event, dict(end.fields)) == ("register", {"step": "done", "of": line.sha256})
    assert b"Ann" not in enrolled.audit_log.read_bytes()


def test_a_changed_entry_or_a_lost_key_is_an_error_and_nobody_is_released(file: RegisterFile) -> None:
    import sqlite3

    file.add(entry("aa"))
    file.add(entry("bb", adult=True))
    key = file.key_path.read_bytes()
    file.key_path.unlink()
    with pytest.raises(RegisterError, match="key is missing"):
        file.entries()
    with pytest.raises(RegisterError, match="key is missing"):
        file.add(entry("cc"))
    file.key_path.write_bytes(key)
    with sqlite3.connect(file.path) as database:  # one person's permissions moved to another
        database.execute("UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE id = 'bb') WHERE id = 'aa'")
    database.close()
    with pytest.raises(RegisterError, match="entry aa was changed"):
        file.entries()
    file.path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(RegisterError, match="cannot be used"):
        file.entries()
    file.path.unlink()
    with pytest.raises(RegisterError, match="is missing although"):
        file.entries()


def add_some(folder: str, start: int) -> None:
    for number in range(start, start + 10):
        RegisterFile(Path(folder)).add(entry(f"{number:03}"))


def test_two_processes_that_add_at_once_lose_nobody(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(add_some, [str(tmp_path)] * 2, [0, 10]))
    assert sorted(one.id for one in RegisterFile(tmp_path).entries()) == [f"{number:03}" for number in range(20)]


REFUSED = [
    ({"name": " "}, 0, "a name and a reference"),
    ({"reference": ""}, 0, "a name and a reference"),
    ({"parental": True, "adult": True}, 0, "give one of them"),
    ({"expires": "31.12.2099"}, 0, "write a date as"),
    ({"expires": "2020-01-01"}, 0, "not passed"),
    ({}, 9, "pick one with --face 1 to"),
]


@pytest.mark.parametrize(("fields", "face", "said"), REFUSED)
def test_an_entry_that_would_be_wrong_is_refused(
    fields: dict[str, str], face: int, said: str, office: Office, astronaut: Path
) -> None:
    form = Form(**{"name": "Ann", "reference": "REF-7", **fields})  # type: ignore[arg-type]
    with pytest.raises(RegisterError, match=said):
        registers.add(office, RELEASE, form, [astronaut], face=face)
    assert not office.registers.exists()


def test_a_photo_without_a_good_single_face_is_refused(office: Office, astronaut: Path, tmp_path: Path) -> None:
    from PIL import Image

    portrait = Image.open(astronaut).convert("RGB")
    pictures = {
        "empty.png": (Image.new("RGB", (300, 300), "grey"), "no face was found"),
        "two.png": (Image.new("RGB", (1024, 512)), r"2 faces are found in it; crop it, or pick one with --face 1 to 2"),
        "small.png": (portrait.resize((150, 150)), "too small or too blurred"),
    }
    for left in (0, 512):
        pictures["two.png"][0].paste(portrait, (left, 0))
    for name, (drawn, said) in pictures.items():
        drawn.save(tmp_path / name)
        with pytest.raises(RegisterError, match=said):
            registers.add(office, RELEASE, Form(name="Ann", reference="REF-7"), [tmp_path / name])
    with pytest.raises(RegisterError, match="lifts nothing"):
        registers.add(office, RESTRICTED, Form(name="A", reference="B", adult=True), [astronaut])
    chosen = registers.add(office, RELEASE, Form(name="Ann", reference="R"), [tmp_path / "two.png"], face=2)
    assert registers.register(office).entries() == (chosen,)


def test_a_known_face_is_found_with_its_reference_and_never_its_name(
    enrolled: Office, astronaut: Path, faces: list[Finding]
) -> None:
    (match,) = Register(folder=str(enrolled.registers))(Photo.open(astronaut), faces)
    assert (match.kind, match.evidence) == ("face.released", "in the release register, REF-7, for: open day")
    assert match.score > 0.9
    assert match.box in {face.box for face in faces}


def test_the_age_of_a_released_face_is_judged_once(enrolled: Office, astronaut: Path, faces: list[Finding]) -> None:
    photo = Photo.open(astronaut)
    match = list(Register(folder=str(enrolled.registers))(photo, faces))
    judge = next(stage for stage in load().stages if stage.name == "juveniles")
    assert list(judge(photo, [*faces, *match])) == list(judge(photo, faces))
    assert [one.kind for one in judge(photo, faces)] == ["juvenile.face"]


def similar(enrolled: Office) -> np.ndarray:
    vector: np.ndarray = registers.register(enrolled).entries()[0].vectors()[0]
    return vector


YESTERDAY = (datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=2)).isoformat()
TABLE = [
    ([{}], ["face.released"]),
    ([{"adult": True}], ["face.released.adult"]),
    ([{"parental": True}], ["face.released.parental"]),
    ([{"adult": True}, {"parental": True}], ["face.released.parental"]),  # siblings: what both permit
    ([{"adult": True}, {}], ["face.released"]),
    ([{"adult": True, "expires": YESTERDAY}], []),
    ([{"expires": "2999-01-01"}], ["face.released"]),
    ([], []),
]


@pytest.mark.parametrize(("people", "kinds"), TABLE)
def test_an_entry_says_what_it_permits_until_it_expires(
    people: list[dict[str, str | bool]],
    kinds: list[str],
    enrolled: Office,
    astronaut: Path,
    faces: list[Finding],
    tmp_path: Path,
) -> None:
    for number, fields in enumerate(people):
        RegisterFile(tmp_path).add(entry(f"{number:02}", embedding=similar(enrolled), **fields))
    found = Register(folder=str(tmp_path))(Photo.open(astronaut), faces)
    assert [one.kind for one in found] == kinds


def test_a_child_is_matched_at_a_shorter_distance(
    enrolled: Office, astronaut: Path, faces: list[Finding], tmp_path: Path
) -> None:
    away = np.zeros(128, np.float32)
    away[0] = 0.4  # between the two distances
    for number, fields in {"aa": {"parental": True}, "bb": {}}.items():
        folder = tmp_path / number
        folder.mkdir()
        RegisterFile(folder).add(entry(number, embedding=similar(enrolled) + away, **fields))
    photo = Photo.open(astronaut)
    assert list(Register(folder=str(tmp_path / "aa"))(photo, faces)) == []
    assert [one.kind for one in Register(folder=str(tmp_path / "bb"))(photo, faces)] == ["face.released"]


def test_without_a_register_no_network_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.faces import embedding

    monkeypatch.setattr(embedding, "network", lambda: pytest.fail("the network was loaded"))
    face = Finding("face.identifiable", 1.0, "a face", BOX, points=((20.0, 20.0),) * 5)
    assert list(Register(folder=str(tmp_path))(Photo.from_array(np.zeros((99, 199, 3), np.uint8)), [face])) == []


def test_the_restricted_list_is_closed_until_somebody_answers_for_it(
    enrolled: Office, astronaut: Path, faces: list[Finding], tmp_path: Path
) -> None:
    RegisterFile(tmp_path, RESTRICTED).add(entry("cc", embedding=similar(enrolled), reference="CASE-1"))
    photo = Photo.open(astronaut)
    assert load().stages[[stage.name for stage in load().stages].index("register")] == Register()
    assert list(Register(folder=str(tmp_path))(photo, faces)) == []
    switched_on = Register(folder=str(tmp_path), restricted=True, authorised_by="A. Head, DPO")
    (match,) = switched_on(photo, faces)
    assert (match.kind, match.evidence) == ("face.restricted", "on the restricted list, CASE-1")
    assert POLICY.judge(match).verdict is Verdict.BLOCK
    pipeline = tmp_path / "mine.toml"
    pipeline.write_text('extends = "default"\n[[stage]]\nuse = "register"\nrestricted = true\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="authorised_by"):
        load(pipeline)


def finding(kind: str, score: float = 0.9, box: Box | None = BOX, stage: str = "register") -> Finding:
    return Finding(kind, score, "seen", box, stage=stage)


FACE = finding("face.identifiable", stage="faces")
CHILD, MAYBE = finding("juvenile.face", 0.9), finding("juvenile.face", 0.2)
PLAIN, ADULT, PARENTAL = (finding(f"face.released{end}") for end in ("", ".adult", ".parental"))
SCHOOL = finding("juvenile.school", 0.5, OTHER, "markings")
LIFTS = [
    ([FACE], Verdict.HOLD),
    ([FACE, PLAIN], Verdict.CLEAR),
    ([FACE, finding("face.released", box=OTHER)], Verdict.HOLD),  # somebody else's release
    ([FACE, finding("face.released", box=None)], Verdict.HOLD),
    ([FACE, finding("face.released", stage="private")], Verdict.HOLD),  # not our register
    ([FACE, FACE, PLAIN], Verdict.HOLD),  # two frames, two people in one place
    ([FACE, MAYBE, PLAIN], Verdict.HOLD),
    ([FACE, MAYBE, ADULT], Verdict.CLEAR),
    ([FACE, CHILD, ADULT], Verdict.BLOCK),  # the buffer is lifted, not a child's face
    ([FACE, finding("juvenile.unknown"), ADULT], Verdict.CLEAR),
    ([FACE, CHILD, PLAIN], Verdict.BLOCK),
    ([FACE, CHILD, PARENTAL], Verdict.CLEAR),
    ([FACE, CHILD, PARENTAL, SCHOOL], Verdict.BLOCK),
    ([FACE, MAYBE, ADULT, SCHOOL], Verdict.HOLD),  # the school itself
    ([FACE, ADULT, finding("face.restricted")], Verdict.BLOCK),
    ([FACE, ADULT, finding("face.name_badge")], Verdict.HOLD),
    ([finding("error.faces"), PLAIN], Verdict.BLOCK),
]


@pytest.mark.parametrize(("findings", "verdict"), LIFTS)
def test_a_release_lifts_its_own_face_and_nothing_else(findings: list[Finding], verdict: Verdict) -> None:
    assert judged(findings, POLICY, scene=True)[0].verdict is verdict


@pytest.mark.parametrize("release", [PLAIN, ADULT, PARENTAL])
def test_a_policy_that_does_not_clear_releases_lifts_nothing(release: Finding) -> None:
    strict = load("strict").policy
    apart = [strict.judge(one) for one in (FACE, CHILD, release)]
    assert lifted(apart) == apart
    assert {one.verdict for one in apart} == {Verdict.BLOCK}


def test_the_commands_add_show_and_remove(astronaut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path))
    photo = str(shutil.copy(astronaut, tmp_path / "ann.png"))

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["register", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    (added,) = json.loads(run("add", "Ann Example", "--photo", photo, "--release", "REF-7", "--adult", "--json"))
    assert (added["name"], added["adult"], added["embeddings"]) == ("Ann Example", True, 1)
    assert run("list") == f"{added['id']}  Ann Example: REF-7, adult\n"
    assert json.loads(run("export")) == json.loads(run("show", added["id"][:5], "--json")) == [added]
    assert run("list", "--list", "restricted") == run("purge", "--expired") == ""
    run("remove", added["id"])
    assert json.loads(run("list", "--json")) == []
    assert [one.fields["change"] for one in audit.counting(tmp_path / "audit.jsonl")] == ["add", "remove"]


def test_what_has_expired_is_purged_and_the_rest_stays(office: Office) -> None:
    office.registers.mkdir(parents=True)
    file = RegisterFile(office.registers)
    file.add(entry("aa", expires=YESTERDAY))
    file.add(entry("bb", expires="2999-01-01"))
    assert [one.id for one in registers.purge(office, RELEASE)] == ["aa"]
    assert [one.id for one in file.entries()] == ["bb"]
    with pytest.raises(RegisterError, match="no entry begins with 'aa'"):
        registers.remove(office, RELEASE, "aa")
    with pytest.raises(RegisterError, match="no longer exists"):
        file.remove(["bb", "aa"])
    assert [one.id for one in file.entries()] == ["bb"]  # all or nothing
