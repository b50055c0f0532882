"""Reports say what they were given, and nothing in them that came from a file can act."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import screening.render
from screening.finding import Finding
from screening.inert import inert
from screening.photo.files import Limits
from screening.photo.photo import Photo
from screening.policy import Verdict
from screening.render.annotate import COLOURS, annotate, annotate_file
from screening.render.html import html_page, pictures_of
from screening.render.table import FORMULA, csv_table, guarded, unguarded
from screening.render.terminal import summary
from screening.render.thumbnails import hidden, thumbnail, thumbnail_side
from screening.report import Report
from screening.run import files
from screening.run.restore import ReportError, restored_report
from tests import shown

SCHEMA = Path(screening.render.__file__).parent / "report.schema.json"
HOSTILE = [
    "<img src=x onerror=alert(1)>.jpg",  # markup
    "\"><script>alert('1')</script>.jpg",  # out of an attribute
    "</title></style></script><b>.jpg",  # out of every element
    "{{ 7 * 7 }}{% raw %}.jpg",  # the template's own language
    "=HYPERLINK(1).jpg",  # a formula
    "red \x1b[31m and \x07 bell.jpg",  # a terminal's commands
    "two\r\nlines\u2028three.jpg",
    "\u202egpj.exe\u2066.jpg",  # reads backwards
    "not\udcff utf-8\ud800.jpg",  # bytes that are no text
]


def page_of(report: Report, *, for_sharing: bool = False, show_text: bool = False) -> str:
    previews = {photo.file: photo.preview for photo in report.photos if photo.preview}
    return html_page(report.as_dict(show_text=show_text), previews, for_sharing=for_sharing)


def rows_of(report: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_table(report), newline="")))


@given(st.text() | st.text(alphabet="\x00\x1b\n\u202e\u2069\udcff\ufeff=<a"))
def test_an_inert_string_is_printable_on_one_line(text: str) -> None:
    said = inert(text)
    assert all(unicodedata.category(letter)[0] != "C" for letter in said)
    assert len(said.splitlines()) <= 1
    said.encode("utf-8")
    assert inert(said) == said


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize("show_text", [False, True])
def test_the_report_keeps_to_its_schema(show_text: bool) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    report = json.loads(files.as_json(shown.report().as_dict(show_text=show_text)))
    jsonschema.validate(report, schema, cls=jsonschema.Draft202012Validator)


def test_a_stored_report_says_the_same_when_it_is_read_back() -> None:
    report = shown.report()
    text = files.as_json(report.as_dict())
    again = restored_report(json.loads(text), report.policy)
    assert (again.batch, again.pipeline, again.models) == (report.batch, report.pipeline, report.models)
    assert files.as_json(again.as_dict()) == text


@pytest.mark.parametrize(
    ("evidence", "taken"),
    [
        ("a face 40 px high", True),
        ("a face 40 px high (frame 2)", False),  # which its decisions hang on
        ("a face 40 px high (behind the transparency)", False),
    ],
)
def test_a_report_from_before_frames_were_a_field_is_read_where_that_makes_no_difference(
    evidence: str, taken: bool
) -> None:
    report = shown.report()
    fields = json.loads(files.as_json(report.as_dict()))
    found = [finding for photo in fields["photos"] for finding in photo["findings"]]
    found[0]["evidence"] = evidence
    assert restored_report(fields, report.policy), "written by this version, it may end as it likes"
    for finding in found:
        del finding["frame"]
    with contextlib.nullcontext() if taken else pytest.raises(ReportError, match="scan again"):
        assert restored_report(fields, report.policy)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda report: report.pop("aside"),
        lambda report: report["photos"][0].update(verdict="fine"),
        lambda report: report["photos"][0].update(sha256="short"),
        lambda report: report["photos"][1]["findings"][0].update(score=1.5),
        lambda report: report["photos"][1]["findings"][0].update(box=[1, 2, 3]),
        lambda report: report["photos"][1]["findings"][0].update(embedding=[0.1]),
    ],
    ids=["missing key", "unknown verdict", "no hash", "score above 1", "three sides", "more than it may say"],
)
def test_the_schema_refuses_what_is_no_report(spoil: Any) -> None:
    report = json.loads(files.as_json(shown.report().as_dict()))
    spoil(report)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", HOSTILE)
def test_json_is_plain_ascii_and_keeps_the_name(name: str) -> None:
    text = files.as_json(shown.report(shown.photo(name)).as_dict())
    assert text.isascii()
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert json.loads(text)["photos"][0]["file"] == name


# ---------------------------------------------------------------- CSV


def test_the_table_has_a_row_for_each_finding_and_for_each_file_without_one() -> None:
    report = shown.report().as_dict()
    rows = rows_of(report)
    assert [(row["file"], row["photo_verdict"], row["kind"]) for row in rows] == [
        ("day/hall.jpg", "clear", ""),
        ("day/mayor.jpg", "hold", "face.identifiable"),
        ("day/mayor.jpg", "hold", "juvenile.face"),
        ("day/stock.jpg", "hold", "copyright.credit"),
        ("street/car.jpg", "block", "vehicle.plate.uk"),
        ("street/car.jpg", "block", "face.identifiable"),
        ("street/door.jpg", "block", "address.house_number"),
        ("street/torn.jpg", "block", "error.photo"),
    ]
    assert [rows[1][side] for side in ("left", "top", "right", "bottom")] == ["300", "200", "540", "440"]
    assert "text" not in rows[0]
    assert rows_of(shown.report().as_dict(show_text=True))[1]["text"] == "Jo Sample"


@given(st.sampled_from(["", " ", "\u00a0 "]), st.sampled_from(FORMULA), st.text())
def test_no_cell_of_the_table_begins_a_formula(before: str, sign: str, rest: str) -> None:
    evidence = Finding("copyright.credit", 0.8, before + sign + rest, stage="metadata")
    for row in rows_of(shown.report(shown.photo(f"{before}{sign}{rest}.jpg", evidence)).as_dict()):
        for cell in row.values():
            assert not cell.lstrip(" \u00a0").startswith(FORMULA)
            assert "\x1b" not in cell


@given(st.text() | st.text(alphabet="=+-@;,|:\t\n\"' a\uff1d\u200b"))
def test_no_country_s_spreadsheet_takes_a_part_of_a_cell_for_a_formula(text: str) -> None:
    evidence = Finding("copyright.credit", 0.8, f"a{text}", stage="metadata")
    table = csv_table(shown.report(shown.photo(f"a{text}.jpg", evidence)).as_dict())
    for separator in ",;|:\t":
        for row in csv.reader(io.StringIO(table, newline=""), delimiter=separator):
            assert [cell for cell in row if cell.lstrip().startswith(FORMULA)] == []
    assert unguarded(guarded(text)) == text


def test_every_cell_of_the_table_is_quoted() -> None:
    evidence = Finding("copyright.credit", 0.8, "somebody else", stage="metadata")
    table = csv_table(shown.report(shown.photo("a;=1+1;.png", evidence)).as_dict())
    assert table.splitlines()[1].startswith('"a;\'=1+1;.png",')
    assert all(re.fullmatch(r'("[^"]*",)*"[^"]*"', line) for line in table.splitlines())


# ---------------------------------------------------------------- HTML


def test_the_page_says_what_was_seen_the_rule_the_threshold_and_what_lifts_it() -> None:
    page = page_of(shown.report(off=("codes",)))
    policy = shown.POLICY
    for said in (
        "Open day",
        "Show the new station",
        "Is it libellous?",
        "personal data",
        "plate, ends R",
        policy.rules["number-plate"].says,
        policy.rules["number-plate"].lifted_by.replace("'", "&#39;"),
        "0.93: blocked from 0.50",
        "0.03: held from 0.20, blocked from 0.70",
        "1.00: always blocked",
        "Not looked for:</strong> codes",
        "even where nothing was found: blood and &lt;injury&gt;.",
        "1 file could not be screened completely",
        "raw/a.xmp",
    ):
        assert said in page, said
    assert page.count("data:image/jpeg;base64,") == 5


def test_the_terminal_says_what_was_not_looked_for() -> None:
    assert "Not looked for, whatever the verdict: blood and <injury>." in list(summary(shown.report(), None))


def test_a_verdict_that_is_milder_outside_a_scene_says_so() -> None:
    indoors = shown.photo("door.jpg", shown.NUMBER, scene=False)
    assert indoors.verdict is Verdict.HOLD
    page = page_of(shown.report(indoors, scene=False))
    assert "lowered because the batch was declared not a scene" in page
    assert "Declared not a scene" in page
    assert "lowered because" not in page_of(shown.report())


def test_what_was_read_is_on_the_page_only_where_it_was_asked_for() -> None:
    assert "BD51 SMR" not in page_of(shown.report())
    assert "BD51 SMR" in page_of(shown.report(), show_text=True)
    assert "BD51 SMR" not in page_of(shown.report(), show_text=True, for_sharing=True)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_string_is_only_text_on_the_page(name: str) -> None:
    evidence = Finding("copyright.credit", 0.8, name, stage="metadata")
    folder = "day/" + name.replace("/", "_")
    page = page_of(shown.report(shown.photo(folder, evidence), name=name))
    plain = page_of(shown.report(shown.photo("day/a.jpg", shown.CREDIT)))
    page.encode("utf-8")
    # the same elements and attributes, and nothing else
    tag = re.compile(r"<(/?[a-zA-Z][\w-]*)")
    assert tag.findall(page) == tag.findall(plain)
    assert "7 * 7" in page if "7 * 7" in name else "49" not in page.partition("<header")[2].partition("<svg")[0]
    assert not [letter for letter in page if unicodedata.category(letter)[0] == "C" and letter != "\n"]


def test_the_page_fetches_nothing_and_runs_nothing_but_its_own_script() -> None:
    page = page_of(shown.report())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r'(?:src|href)="(?!data:image/jpeg;base64,|#)', page)
    assert not re.search(r"\son\w+=|\sstyle=|@import|url\(", page)
    assert "http:" not in page.replace("http://www.w3.org", "")
    assert "https:" not in page


def test_a_report_on_nothing_says_that_nothing_may_go_out() -> None:
    from dataclasses import replace

    page = page_of(replace(shown.report(), photos=()))
    assert "No pictures were found" in page


# ---------------------------------------------------------------- sharing


def decoded(jpeg: bytes) -> Any:
    import cv2

    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_what_was_found_is_gone_from_the_pixels_of_a_shared_page() -> None:
    photo = shown.report(shown.photo("a.jpg", shown.ADULT)).as_dict()["photos"][0]
    before, after = decoded(shown.preview()), decoded(hidden(shown.preview(), photo))
    place = np.s_[100:220, 150:270]
    assert before[place].std() > 60
    assert after[place].std() < 12  # a chequerboard is grey when blurred; noted findings are blurred too
    elsewhere = np.s_[280:400, 350:600]
    assert np.abs(before[elsewhere].astype(int) - after[elsewhere]).mean() < 3


@pytest.mark.parametrize(
    ("finding", "everything"),
    [
        (Finding("vehicle.damage", 0.9, "a damaged vehicle", stage="vehicles"), True),  # somewhere in the picture
        (Finding("error.faces", 1.0, "could not be screened", stage="faces"), True),  # who knows where
        (shown.CREDIT, False),  # in the metadata, not in the picture
        (Finding("vehicle.damage", 0.1, "no damage", stage="vehicles"), False),
    ],
)
def test_a_picture_whose_finding_has_no_place_is_blurred_as_a_whole(finding: Finding, everything: bool) -> None:
    photo = shown.report(shown.photo("a.jpg", finding)).as_dict()["photos"][0]
    after = decoded(hidden(shown.preview(), photo))
    assert bool(after[100:220, 150:270].std() < 12) is everything


def test_a_shared_page_shows_no_evidence_and_no_sharp_picture() -> None:
    import base64

    report = shown.report()
    page = page_of(report, for_sharing=True)
    assert "credit names somebody else" not in page
    assert "Made for sharing" in page
    # only of day/hall.jpg and day/stock.jpg, in whose pixels nothing was found
    assert page.count(base64.b64encode(shown.preview()).decode()) == 2


# ---------------------------------------------------------------- sizes


def test_a_page_with_its_pictures_beside_it_is_written_anew_with_the_same_ones(tmp_path: Path) -> None:
    report = shown.report()
    files.write_previews(report.photos, tmp_path)
    page = files.rendered(report, beside=True)[files.PAGE]
    pictures = pictures_of(page)
    assert {tmp_path / str(path) for path in pictures.values()} == set((tmp_path / "previews").iterdir())
    assert {(tmp_path / str(path)).read_bytes() for path in pictures.values()} == {shown.preview()}
    assert html_page(report.as_dict(), pictures) == page
    assert "data:" not in page
    assert page.count("This picture is not beside the page") == len(pictures) == 5
    with pytest.raises(ValueError, match="nothing is blurred"):
        html_page(report.as_dict(), pictures, for_sharing=True)


@pytest.mark.parametrize(("count", "most"), [(16, 25e6), (200, 25e6), (600, 35e6), (2000, 60e6)])
def test_the_pictures_of_a_page_stay_within_its_budget(count: int, most: float, astronaut: Path) -> None:
    import cv2

    picture = cv2.resize(decoded(astronaut.read_bytes()), (960, 960), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(1).normal(0, 4, picture.shape)
    picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    jpeg = bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1])
    side = thumbnail_side([jpeg] * count)
    assert count * len(thumbnail(jpeg, side)) * 4 / 3 < most
    assert decoded(thumbnail(jpeg, side)).shape[1] == (side or 960)
    assert side == 0 or side >= 340


# ---------------------------------------------------------------- annotated pictures


def test_boxes_are_drawn_around_findings_and_cover_nothing_of_them() -> None:
    rgb = shown.picture()
    drawn = annotate(rgb, shown.photo("a.jpg", shown.PLATE, shown.FACE).judgements)
    assert drawn.shape == rgb.shape
    for finding, verdict in ((shown.PLATE, Verdict.BLOCK), (shown.FACE, Verdict.HOLD)):
        box = finding.box
        assert box
        np.testing.assert_array_equal(
            drawn[box.top + 40 : box.bottom, box.left : box.right][:9],
            rgb[box.top + 40 : box.bottom, box.left : box.right][:9],
        )
        np.testing.assert_array_equal(
            drawn[box.bottom, box.left : box.right], np.broadcast_to(COLOURS[verdict], (box.width, 3))
        )
    assert rgb is shown.picture()
    assert not (drawn is rgb or np.shares_memory(drawn, rgb))


def test_findings_without_a_place_stand_below_the_picture() -> None:
    rgb = shown.picture()
    drawn = annotate(rgb, shown.photo("a.jpg", shown.CREDIT).judgements)
    assert drawn.shape[0] > rgb.shape[0]
    np.testing.assert_array_equal(drawn[: rgb.shape[0]], rgb)
    assert (drawn[rgb.shape[0] :] < 80).any()


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3)])
def test_any_shape_of_picture_can_be_annotated(size: tuple[int, int]) -> None:
    from screening.finding import Box

    finding = Finding("face", 0.9, "a face \U0001f600 \x1b[31m", Box(0, 0, *size))
    other = Finding("face", 0.9, "a face \U0001f600 \x1b[31m")
    drawn = annotate(np.zeros((size[1], size[0], 3), np.uint8), shown.photo("a.jpg", finding, other).judgements)
    assert drawn.shape[1] == size[0]


def test_an_annotated_copy_lies_below_the_folder_as_the_picture_did(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(shown.preview())
    for file in ("day/a.jpg", "../../a.jpg", "day/<b>\n.jpg"):
        report = shown.photo(file, shown.NUMBER)
        target = annotate_file(source, report, tmp_path / "out", limits=Limits())
        assert target.resolve().is_relative_to((tmp_path / "out").resolve())
        assert Photo.open(target).width == shown.WIDTH // 2
