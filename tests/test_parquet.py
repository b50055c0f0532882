"""The report as Parquet files: whole, masked, read by other programs, and judged again without a network."""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from screening import config
from screening.finding import Box, Finding
from screening.office.office import Office
from screening.photo_report import PhotoReport, judged
from screening.policy import Verdict
from screening.run import tables
from screening.run.part import part
from screening.run.summary import summary
from screening.run.tables import TableError
from screening.web.asked import ReviewError
from screening.web.review import Review
from tests.command import QUICK, quickly
from tests.picture_files import picture, scenery
from tests.streets import PLACE

pytest.importorskip("pyarrow", reason="the extra `cluster` is not installed")
JANUARY, MARCH = 1_704_103_200.0, 1_709_287_200.0  # of 2024
ABOUT = {"run": "1234", "batch": "archive", "policy": "", "scene": True}
SECRET = "AB12 CDE"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


@pytest.fixture
def run(tmp_path: Path, policy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Seven pictures in two folders and two months, in parts of three; every second one shows an address."""
    monkeypatch.setattr(tables, "PART", 3)
    rules = config.load(policy).policy
    photos = []
    for number in range(7):
        about = Finding("address.name", 0.7, "name on a house", Box(1, 2, 30, 40), SECRET, stage="addresses")
        date = Finding("metadata.date", 0.1, "a date", stage="metadata")
        findings = [about, about, date] if number % 2 else [date]
        name = f"{'a' if number < 4 else 'b'}/{number}.jpg"
        judgements = judged(findings, rules, scene=True)
        photos.append(PhotoReport(file=name, sha256="0" * 64, width=300, height=200, judgements=judgements))
    photos.append(
        PhotoReport(file="b/\udcff.jpg", judgements=judged([Finding("error.photo", 1.0, "x")], rules, scene=True))
    )
    modified = {photo.file: JANUARY if photo.file.startswith("a") else MARCH for photo in photos}
    tables.write(tmp_path / "run", photos, ABOUT, modified, text=False)
    return tmp_path / "run"


def test_other_programs_read_a_row_for_each_picture_and_finding_and_nothing_that_was_read(run: Path) -> None:
    import duckdb
    import pandas as pd

    photos = pd.concat(map(pd.read_parquet, sorted((run / "parquet").glob("photos-*.parquet"))))
    assert len(photos) == 8
    assert list(photos.columns) == list(tables.PHOTOS)
    assert photos["verdict"].value_counts().to_dict() == {"clear": 4, "block": 4}
    assert str(photos["modified"].iloc[0]) == "2024-01-01 10:00:00+00:00"
    assert photos["file"].iloc[7] == r"b/\udcff.jpg"
    with duckdb.connect() as database:
        files = str(run / "parquet" / "findings-*.parquet")
        found = database.execute(
            'SELECT kind, count(*), min("right"), max(text) FROM read_parquet(?) GROUP BY ALL', [files]
        )
        assert sorted(found.fetchall()) == [
            ("address.name", 6, 30, None),
            ("error.photo", 1, None, None),
            ("metadata.date", 7, None, None),
        ]
    assert not [path for path in (run / "parquet").iterdir() if SECRET.encode() in path.read_bytes()]


def test_a_picture_counts_once_for_a_rule(run: Path) -> None:
    assert summary([run], ["rule", "month", "folder"]) == [
        (("scene-address", "2024-01", "a"), 2, 0),
        (("scene-address", "2024-03", "b"), 1, 0),
        (("unscreened", "2024-03", "b"), 1, 0),
    ]
    assert summary([run], ["rule"]) == [(("scene-address",), 3, 0), (("unscreened",), 1, 0)]
    with pytest.raises(TableError, match="a summary is divided by rule, month, folder"):
        summary([run], ["rule; DROP"])


def test_stored_findings_are_judged_by_another_policy_without_a_network(run: Path, tmp_path: Path) -> None:
    looser = tmp_path / "looser.toml"
    looser.write_text(QUICK.replace('"address" = { block = 0.5 }', '"address" = { hold = 0.6 }'))
    rules = config.load(looser).policy
    verdicts = [photo.verdict for photo, _ in tables.judged(run, rules)]
    assert verdicts == [Verdict.CLEAR, Verdict.HOLD] * 3 + [Verdict.CLEAR, Verdict.BLOCK]
    done = quickly("summary", run, "--pipeline", looser, "--by", "rule")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["rule", "block", "hold"],
        ["scene-address", "0", "3"],
        ["unscreened", "1", "0"],
    ]


@pytest.mark.parametrize("scene", [True, False])
def test_an_archive_is_judged_anew_as_each_of_its_pictures_is(tmp_path: Path, scene: bool) -> None:
    looser = tmp_path / "looser.toml"
    looser.write_text(
        'extends = "default"\n[posters]\nfiles = ["posters"]\n'
        '[rules.number-plate.kinds]\n"vehicle.plate" = { hold = 0.2, block = 0.6 }\n'
    )
    policy, rng = config.load(looser).policy, random.Random(1)
    kinds = "face.identifiable face.released face.released.adult juvenile.face vehicle.plate.uk address.name".split()
    photos = []
    for number in range(200):
        places = [Box(left, 0, left + 20, 20) for left in (0, 50)]
        findings = [
            Finding(kind, round(rng.random(), 2), "x", rng.choice(places), stage="register" if "rel" in kind else "x")
            for kind in rng.choices(kinds, k=rng.randrange(6))
        ]
        name = f"{rng.choice(('posters', 'day'))}/{number}.jpg"
        photos.append(
            PhotoReport(
                file=name, sha256="0" * 64, width=300, height=200, judgements=judged(findings, policy, scene=scene)
            )
        )
    tables.write(tmp_path / "run", photos, ABOUT | {"scene": scene}, {}, text=False)
    counts: dict[str, Counter[Verdict]] = {}
    for photo, _ in tables.judged(tmp_path / "run", policy):
        for rule in {one.rule for one in photo.judgements}:
            worst = max(one.verdict for one in photo.judgements if one.rule == rule)
            counts.setdefault(rule, Counter())[worst] += 1
    expected = [
        ((rule,), found[Verdict.BLOCK], found[Verdict.HOLD])
        for rule, found in sorted(counts.items())
        if found[Verdict.BLOCK] or found[Verdict.HOLD]
    ]
    assert summary([tmp_path / "run"], ["rule"], pipeline=str(looser)) == expected
    assert len(expected) == 4


@pytest.mark.parametrize("how", ["missing", "cut short", "of another program", "none"])
def test_tables_that_are_not_whole_are_refused_by_name(run: Path, how: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    part = run / "parquet" / "findings-00002-of-00003.parquet"
    if how == "missing":
        part.unlink()
    elif how == "cut short":
        part.write_bytes(part.read_bytes()[:-20])
    elif how == "of another program":
        pq.write_table(pa.table({"file": ["a"]}), part)
    else:
        tables.remove(run)
    with pytest.raises(TableError, match="scan again"):
        list(tables.judged(run, config.load().policy))
    with pytest.raises(TableError, match="scan again"):
        summary([run])


def test_a_scan_writes_them_where_it_is_told_to_and_leaves_none_of_an_earlier_report(
    tmp_path: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    (tmp_path / "shoot").mkdir()
    (tmp_path / "shoot" / "a.jpg").write_bytes(picture(gps=PLACE))
    call = ("scan", tmp_path / "shoot", "--out", tmp_path / "run", "--pipeline", policy)
    assert quickly(*call, "--parquet", "--show-text").returncode == 1
    ((photo, row),) = tables.judged(tmp_path / "run", config.load(policy).policy)
    assert (photo.verdict, row["batch"], row["verdict"]) == (Verdict.BLOCK, "shoot", "block")
    assert '"text"' not in str(row)
    assert quickly("summary", tmp_path / "run", "--json").stdout.count('"block": 1') == 1
    assert quickly(*call).returncode == 1
    assert not (tmp_path / "run" / "parquet").exists()
    done = quickly("scan", tmp_path / "shoot", "--parquet")
    assert (done.returncode, "name it with --out" in done.stderr) == (2, True)


def test_a_part_of_an_archive_is_evaluated_and_reviewed(
    tmp_path: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    shoot, run = tmp_path / "shoot", tmp_path / "run"
    for name, place, changed in (("a/1", PLACE, JANUARY), ("a/b/2", None, MARCH), ("ab/3", PLACE, MARCH)):
        file = shoot / f"{name}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture(rgb=scenery(seed=len(name)), gps=place))
        os.utime(file, (changed, changed))
    assert quickly("scan", shoot, "--out", run, "--pipeline", policy, "--parquet").returncode == 1
    labels = tmp_path / "labels.csv"
    lines = ("file,about,present", "a/1.jpg,scene-address,yes", "a/b/2.jpg,scene-address,yes", "ab/3.jpg,address,yes")
    labels.write_text("\n".join(lines))

    def recall(*filters: str) -> list[list[float]]:
        done = quickly("evaluate", labels, "--run", run, "--pipeline", policy, "--json", *filters)
        assert done.returncode == 0, done.stderr
        return [one["recall"][:2] for one in json.loads(done.stdout)["figures"]]

    assert recall() == [[1, 2], [1, 1]]
    assert recall("--folder", "a/") == [[1, 2]]
    assert recall("--month", "2024-03") == [[0, 1], [1, 1]]
    assert recall("--month", "2024-03", "--folder", "a") == [[0, 1]]
    assert recall("--rule", "scene-address") == [[1, 2], [1, 1]], "the kind falls under it"
    assert part(run) is None
    assert part(run, rule="scene-address") == frozenset({"a/1.jpg", "ab/3.jpg"})
    for nowhere in ({"folder": "b"}, {"rule": "scene"}, {"month": "2024"}):
        with pytest.raises(TableError, match="no picture is in this part"):
            part(run, **nowhere)
    review = Review(
        run, by="Jo", pipeline=str(policy), office=Office.here(), only=part(run, rule="scene-address", folder="ab")
    )
    (shown,) = review.state()["photos"]
    assert (shown["number"], shown["file"], shown["open"] != []) == (0, "ab/3.jpg", True)
    with pytest.raises(ReviewError, match="no such picture"):
        review.picture(1)
    tables.remove(run)
    done = quickly("evaluate", labels, "--run", run, "--pipeline", policy, "--month", "2024-03")
    assert (done.returncode, "scan again with --parquet" in done.stderr) == (2, True)


def test_without_pyarrow_a_scan_says_so_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r'install "screening\[cluster\]"'):
        tables.ready()
