"""Pictures that look alike stand together; others do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from screening import alike as module
from screening.alike import LOOK, alike, look
from screening.arrays import Pixels
from screening.finding import Finding
from screening.photo_report import photo_fields
from screening.render.html import html_page
from screening.run.restore import restored_photo
from tests.picture_files import scenery
from tests.small_report import FINDINGS, POLICY, REPORT, photo


def bits(first: Pixels, second: Pixels) -> int:
    return (int(look(first), 16) ^ int(look(second), 16)).bit_count()


@pytest.mark.parametrize(
    "edit",
    [
        lambda rgb: rgb[4:-4, 6:-6],  # cropped to 95 %
        lambda rgb: (rgb * 0.6).astype(np.uint8),  # darker
        lambda rgb: cv2.resize(rgb, (90, 60)),
        lambda rgb: cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR),
    ],
)
def test_an_edited_copy_looks_like_its_original(edit: Any) -> None:
    for seed in range(5):
        assert bits(edit(scenery(seed=seed)), scenery(seed=seed)) <= module.MOST


def test_other_pictures_do_not() -> None:
    looks = [look(scenery(seed=seed)) for seed in range(60)]
    assert alike(looks) == list(range(60))
    assert all(LOOK.fullmatch(one) for one in looks)


def test_a_picture_belongs_to_the_group_of_any_that_it_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    # a burst drifts: the last shot looks like the one before it, not like the first; what was not seen is like nothing
    burst = [format((1 << 30 * step) - 1, "036x") for step in range(4)]
    assert alike(["f" * 36, burst[0], "", burst[3], burst[1], "", burst[2]]) == [0, 1, 2, 1, 1, 5, 1]
    monkeypatch.setattr(module, "ROWS", 2)  # compared in more than one piece
    assert alike(["f" * 36, burst[0], "", burst[3], burst[1], "", burst[2]]) == [0, 1, 2, 1, 1, 5, 1]
    assert alike([]) == []


def test_the_report_has_them_together_where_the_strictest_stands() -> None:
    first, second = (look(scenery(seed=seed)) for seed in (1, 2))
    held = [Finding("face.identifiable", 0.9, "a face", stage="faces")]
    photos = [
        replace(photo("alone.jpg", FINDINGS), look=second),
        replace(photo("burst1.jpg", []), look=first),
        replace(photo("held.jpg", held)),
        replace(photo("burst2.jpg", FINDINGS), look=first),
    ]
    page = html_page(replace(REPORT, photos=tuple(photos)).as_dict(), {})
    places = [page.index(f'data-name="{name}"') for name in ("alone.jpg", "burst2.jpg", "burst1.jpg", "held.jpg")]
    assert places == sorted(places)
    assert page.count("One of 2 that look alike; the strictest:") == 2
    assert "Blocked" in page.partition('data-name="burst1.jpg"')[2].partition("look alike")[2][:400]


def test_a_look_is_read_back_and_nothing_else_is() -> None:
    fields = photo_fields(replace(photo("a.jpg", []), look=look(scenery())))
    assert restored_photo(fields, POLICY, scene=True).look == look(scenery())
    without = {name: one for name, one in fields.items() if name != "look"}
    assert restored_photo(without, POLICY, scene=True).look == "", "of an earlier version"
    with pytest.raises(ValueError, match="looks like"):
        restored_photo(fields | {"look": "../../x"}, POLICY, scene=True)
