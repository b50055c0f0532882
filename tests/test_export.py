"""An exported folder: the cleared files and their clearance, nothing else, and what the gate says of any other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.finding import ScreeningError
from screening.office import audit, key_list, keys
from screening.office.office import Office
from screening.release.clearance import read
from screening.release.export import export
from screening.release.folder import FolderError, places
from screening.release.gate import gate
from screening.run.run import Run
from screening.weights import sha256_of
from tests.cleared import Cleared
from tests.command import quickly


def exported(cleared: Cleared) -> Path:
    folder = cleared.folder / "out" / "public"
    export(cleared.run, folder, pipeline=cleared.pipeline, office=cleared.office)
    return folder


def inside(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in a folder, by its path."""
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*") if path.is_file()}


def test_exactly_what_was_cleared_is_exported_byte_for_byte_and_the_gate_passes_it(cleared: Cleared) -> None:
    by = ("--pipeline", cleared.pipeline)
    assert quickly("redact", cleared.run, *by).returncode == 0
    cleared.clear()
    folder = cleared.folder / "public"
    done = quickly("export", cleared.run, folder, *by)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{folder}: 3 files that may go out, and clearance.json\n" == done.stdout
    copy = "with_a_place.redacted.jpg"
    assert inside(folder) == {
        "good.jpg": sha256_of(cleared.good),
        "fine.jpg": sha256_of(cleared.shoot / "fine.jpg"),
        copy: sha256_of(cleared.run / "redacted" / copy),
        "clearance.json": sha256_of(cleared.clearance),
    }
    assert quickly("gate", folder, *by).returncode == 0
    host = Office(cleared.folder / "host")
    for key in (cleared.key, cleared.second):
        keys.trust(host, key_list.export(key))
    moved = Path(shutil.move(folder, cleared.folder / "host folder"))
    assert gate([moved], pipeline=cleared.pipeline, office=host).exit_code == 0
    *_, line = audit.counting(cleared.office.audit_log, "export")
    assert line.fields["clearance"] == cleared.named
    assert [path.name for path in cleared.folder.iterdir() if path.suffix == ".part"] == []


def add(name: str, data: bytes = b"x") -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def link(folder: Path) -> None:
    (folder / "good.jpg").rename(folder.parent / "good.jpg")
    (folder / "good.jpg").symlink_to(folder.parent / "good.jpg")


def link_a_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder.parent)


def link_the_clearance(folder: Path) -> None:
    (folder / "clearance.json").rename(folder.parent / "clearance.json")
    (folder / "clearance.json").symlink_to(folder.parent / "clearance.json")


def swap(folder: Path) -> None:
    """Two cleared pictures under each other's names, and so under each other's captions."""
    for one, other in (("good.jpg", "swap"), ("fine.jpg", "good.jpg"), ("swap", "fine.jpg")):
        (folder / one).rename(folder / other)


def change(folder: Path) -> None:
    (folder / "good.jpg").write_bytes((folder / "good.jpg").read_bytes() + b"\0")


@pytest.mark.parametrize(
    ("tamper", "code", "says"),
    [
        (add("more.jpg"), 1, "more.jpg: is not in the clearance, so it must not lie here"),
        (add("good.xmp"), 1, "good.xmp: is not in the clearance"),
        (add(".hidden"), 1, ".hidden: is not in the clearance"),
        (add("Thumbs.db"), 1, "Thumbs.db: is not in the clearance"),
        (lambda folder: (folder / "empty").mkdir(), 1, "empty: is not in the clearance"),
        (
            lambda folder: shutil.copy(folder / "good.jpg", folder / "twice.jpg"),
            1,
            "twice.jpg: is not in the clearance",
        ),
        (remove("good.jpg"), 2, "good.jpg: there is no such file"),
        (remove("clearance.json"), 2, "clearance.json: cannot be read"),
        (swap, 1, "is another picture than was cleared by this name"),
        (change, 1, "good.jpg: is not in the clearance, or has changed since"),
        (link, 1, "good.jpg: is a link"),
        (link_a_folder, 1, "more: is a link"),
        (link_the_clearance, 1, "clearance.json: is a link"),
    ],
)
def test_the_gate_refuses_a_folder_with_anything_else(
    cleared: Cleared, tamper: Callable[[Path], object], code: int, says: str
) -> None:
    folder = exported(cleared)
    tamper(folder)
    done = quickly("gate", folder, "--pipeline", cleared.pipeline)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_another_clearance_does_not_go_out_with_the_pictures(cleared: Cleared) -> None:
    folder = exported(cleared)
    (folder / "clearance.json").write_text(replace(read(cleared.clearance), purpose="Another").text())
    result = gate([folder], cleared.clearance, pipeline=cleared.pipeline, office=cleared.office)
    assert result.exit_code == 1
    assert "is not the clearance of these pictures" in result.files[-1].reason
    with pytest.raises(ScreeningError, match="name the clearance of these files with --clearance"):
        gate([cleared.good], pipeline=cleared.pipeline, office=cleared.office)


def take_the_second_signature_away(cleared: Cleared) -> None:
    cleared.sign()


def change_a_picture(cleared: Cleared) -> None:
    cleared.good.write_bytes(cleared.blocked.read_bytes())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda cleared: cleared.clearance.unlink(), "clearance.json: cannot be read"),
        (take_the_second_signature_away, "clearance.json: B. Second is still to sign it"),
        (change_a_picture, "good.jpg: is held or blocked"),
        (lambda cleared: cleared.good.unlink(), "good.jpg: cannot be read"),
        (lambda cleared: (cleared.run / "sources.json").write_text("{}"), "does not say where it is"),
        (lambda cleared: (cleared.run / "report.json").write_text("{}"), "was changed or scanned again"),
        (lambda cleared: (cleared.folder / "public").write_text("x"), "is not an empty folder"),
        (lambda cleared: (cleared.folder / "public" / "x").mkdir(parents=True), "is not an empty folder"),
        (lambda cleared: (cleared.folder / "public").symlink_to(cleared.shoot), "is not an empty folder"),
    ],
)
def test_nothing_is_exported_but_what_may_go_out_into_an_empty_folder(
    cleared: Cleared, change: Callable[[Cleared], object], says: str
) -> None:
    change(cleared)
    before = {path: os.lstat(path).st_mtime_ns for path in cleared.folder.rglob("*") if "office" not in path.parts}
    done = quickly("export", cleared.run, cleared.folder / "public", "--pipeline", cleared.pipeline)
    assert (done.returncode, says in done.stderr, done.stderr.count("\n")) == (2, True, 1), done.stderr
    now = {path: os.lstat(path).st_mtime_ns for path in cleared.folder.rglob("*") if "office" not in path.parts}
    assert now.keys() == before.keys()


def test_an_empty_folder_is_used_and_what_a_killed_export_left_goes(cleared: Cleared) -> None:
    folder = cleared.folder / "out" / "public"
    (folder.parent / ".public.abcd1234.part").mkdir(parents=True)
    folder.mkdir()
    assert exported(cleared) == folder
    assert [path.name for path in folder.parent.iterdir()] == ["public"]
    with pytest.raises(FolderError, match="is not an empty folder"):
        exported(cleared)


@pytest.mark.parametrize(
    ("names", "there"),
    [
        (["a/x.jpg", "b/y.jpg"], ["x.jpg", "y.jpg"]),
        (["a/x.jpg", "b/X.JPG"], ["a/x.jpg", "b/X.JPG"]),
        (["x.jpg", "b/x.jpg"], ["x.jpg", "b/x.jpg"]),
        (["x.jpg", "X.jpg"], ["X.jpg", "000000000000/x.jpg"]),  # one place where case makes no difference
        (["/srv/one/x.jpg", "../two/x.jpg"], ["srv/one/x.jpg", "two/x.jpg"]),
        ([".x.jpg", "a/.thumbs/y.jpg"], ["x.jpg", "y.jpg"]),
        (["clearance.json", "a/report.json"], ["000000000000/clearance.json", "a/report.json"]),
        (["x/\u00e9.jpg", "y/e\u0301.jpg"], ["x/\u00e9.jpg", "y/e\u0301.jpg"]),  # one letter, spelt in two ways
        (["a", "b/a", "a/b"], ["a", "000000000001/b/a", "b"]),
    ],
)
def test_files_of_the_same_name_are_kept_apart_by_their_folders(names: list[str], there: list[str]) -> None:
    found = places({name: f"{number:012x}{0:052x}" for number, name in enumerate(names)})
    assert sorted(map(str, found.values())) == sorted(there)


@settings(deadline=None)
@given(st.dictionaries(st.text("aA./\\:b", min_size=1, max_size=6), st.sampled_from(["0" * 64, "1" * 64]), max_size=8))
def test_no_two_files_share_a_place_and_none_is_hidden_or_leads_out(files: dict[str, str]) -> None:
    found = places(files)
    assert found.keys() == files.keys()
    folded = [str(place).casefold() for place in found.values()]
    assert len(set(folded)) == len(folded)
    for place in found.values():
        assert not place.is_absolute() and not any(part.startswith(".") for part in place.parts)
        assert not {str(parent).casefold() for parent in place.parents} - {"."} & set(folded)
    assert PurePosixPath("clearance.json") not in found.values()


def test_caption_credit_and_rights_enter_a_copy_before_it_is_screened(cleared: Cleared) -> None:
    exiv2 = pytest.importorskip("exiv2")
    by, words = ("--pipeline", cleared.pipeline), ("--credit", "The force", "--rights", "© The force")
    assert quickly("redact", cleared.run, *by, "--caption", "Élan, the police dog", *words).returncode == 0
    copy = cleared.run / "redacted" / "with_a_place.redacted.jpg"
    image = exiv2.ImageFactory.open(str(copy))
    image.readMetadata()
    xmp, iptc = image.xmpData(), image.iptcData()
    assert xmp["Xmp.dc.description"].toString() == 'lang="x-default" Élan, the police dog'
    assert xmp["Xmp.photoshop.Credit"].toString() == iptc["Iptc.Application2.Credit"].toString() == "The force"
    assert iptc["Iptc.Application2.Copyright"].toString() == "© The force"
    assert iptc["Iptc.Application2.Caption"].toString() == "Élan, the police dog"
    (screened,) = [one.photo for one in Run.open(cleared.run, cleared.office, str(cleared.pipeline)).copies]
    assert screened.sha256 == sha256_of(copy)
    assert {one.finding.kind.split(".")[0] for one in screened.judgements} == {"copyright"}, "it was screened with them"
