"""Masks follow the thing: plates and lines as slanted rectangles, faces as ellipses, each with its margin."""

from __future__ import annotations

import math

import pytest

from screening.finding import Box, Finding
from screening.photo.masks import around, drawn
from screening.photo_report import PhotoReport, judged, photo_fields
from screening.release.shapes import shape
from screening.render.table import csv_table
from screening.run.restore import restored_photo
from screening.text.outlines import outlined, turned
from tests.shown import POLICY, report

BOX = Box(100, 80, 260, 160)


@pytest.mark.parametrize("angle", [-24, -12, 12, 24, 192])
def test_the_turned_rectangle_fills_its_box(angle: float) -> None:
    corners = turned(BOX, angle)
    assert Box.around(corners).iou(BOX) > 0.97
    (x0, y0), (x1, y1), (x2, y2), _ = corners
    along, down = (x1 - x0, y1 - y0), (x2 - x1, y2 - y1)
    assert along[0] * down[0] + along[1] * down[1] == pytest.approx(0, abs=1e-6)
    level = (angle + 90) % 180 - 90
    assert math.degrees(math.atan2(along[1], along[0])) == pytest.approx(level)


@pytest.mark.parametrize("angle", [0, 2, -2, 44, 90])  # upright, or too steep to know
def test_other_boxes_stay_as_they_are(angle: float) -> None:
    assert turned(BOX, angle) == ()
    # and one so high that no such rectangle has it
    assert turned(Box(0, 0, 20, 200), 20) == ()


def slanted(kind: str, box: Box, points: tuple[tuple[float, float], ...] = ()) -> Finding:
    return Finding(kind, 0.9, "something", box, points=points)


LINE = ((110.0, 95.0), (248.0, 66.0), (252.0, 88.0), (114.0, 117.0))


def test_findings_on_a_line_get_its_corners_and_plates_their_own() -> None:
    line = Finding("seen.text", 0.9, "text", Box.around(LINE), "AB12 CDE", LINE)
    number = slanted("personal.phone", Box.around(LINE))
    plate = slanted("vehicle.plate.uk", Box(100, 55, 262, 128))
    elsewhere = slanted("personal.phone", Box(300, 300, 340, 320))
    found = outlined([line, number, plate, elsewhere])
    assert found[0] == line
    assert found[1].points == LINE
    assert len(found[2].points) == 4 and Box.around(found[2].points).iou(Box(100, 55, 262, 128)) > 0.95
    assert found[3].points == ()


def test_a_mask_follows_its_thing_with_a_margin() -> None:
    whole = Box(0, 0, 400, 300)
    face = drawn(shape(slanted("juvenile.face", Box(100, 100, 160, 180)), 0.2), whole)
    assert face[140, 90] and not face[140, 86], "12 pixels beyond its box"
    assert not face[100 - 10, 100 - 10] and face[104, 106], "round, and hardly anything of the box is left out"
    line = drawn(shape(slanted("personal.phone", Box.around(LINE), LINE), 0.2), whole)
    assert line[92, 180] and line[108, 116] and not line[70, 112], "beside the slanted line nothing is covered"
    assert all(line[round(y), round(x)] for x, y in LINE)
    # corners that are not those of the box do not count
    wrong = shape(slanted("personal.phone", Box(200, 200, 300, 240), LINE), 0.1)
    assert around(wrong) == Box(196, 196, 304, 244)


def test_corners_are_kept_in_a_report_and_landmarks_are_not() -> None:
    landmarks = ((1.0, 1.0), (2.0, 1.0), (1.5, 2.0), (1.0, 3.0), (2.0, 3.0))
    findings = [slanted("personal.phone", Box.around(LINE), LINE), slanted("face", Box(0, 0, 3, 4), landmarks)]
    photo = PhotoReport(
        file="a.jpg", sha256="0" * 64, width=400, height=300, judgements=judged(findings, POLICY, scene=True)
    )
    fields = photo_fields(photo)
    again = restored_photo(fields, POLICY, scene=True)
    kept = {one.finding.kind: one.finding.points for one in again.judgements}
    assert kept == {"personal.phone": LINE, "face": ()}
    # every form of a report is made of it
    assert "personal.phone" in csv_table(report(photo).as_dict())
    said = next(one for one in fields["findings"] if "corners" in one)
    for wrong in ([[1, 2]], [[1, 2]] * 3 + [[1, math.nan]], [[1, 2]] * 3 + [[1, 1e9]], [[1, 2, 3]] * 4):
        said["corners"] = wrong
        with pytest.raises(ValueError):
            restored_photo(fields, POLICY, scene=True)
