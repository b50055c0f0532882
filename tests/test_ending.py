"""Files whose end is there, and files that are still being copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.containers.ending import ended
from tests.picture_files import drawn, picture, saved, scenery, with_thumbnail

FILES = {
    "JPEG": picture(),
    "JPEG with a thumbnail": with_thumbnail(picture(), scenery(80, 60)),
    "progressive JPEG": picture(progressive=True),
    "PNG": picture("PNG"),
    "GIF": picture("GIF"),
    "WebP": picture("WEBP"),
    "TIFF": picture("TIFF"),
    "packed TIFF": picture("TIFF", compression="tiff_lzw"),
    "BMP": picture("BMP"),
    "HEIF": saved(drawn(), "HEIF"),
    "AVIF": saved(drawn(), "AVIF"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_short_anywhere_has_no_end(name: str) -> None:
    data = FILES[name]
    assert ended(data)
    # a byte that only makes the last part even may be missing
    places = {*range(0, len(data) - 1, max(1, len(data) // 150)), len(data) - 2}
    assert [place for place in sorted(places) if ended(data[:place])] == []


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"BMP", "TIFF", "packed TIFF"}))
def test_a_file_for_which_room_was_made_before_its_bytes_came_has_no_end(name: str) -> None:
    data = FILES[name]
    half = len(data) * 2 // 3
    assert not ended(data[:half] + bytes(len(data) - half))


@pytest.mark.parametrize(
    ("data", "there"), [(b"", False), (b"%PDF-1.7 and so on", True), (b"\xff\xd8\xff\xd9", False), (bytes(100), True)]
)
def test_what_is_not_known_here_counts_as_ended(data: bytes, there: bool) -> None:
    assert ended(data) is there


@given(name=st.sampled_from(sorted(FILES)), edits=st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=8))))
def test_whatever_the_bytes_it_answers(name: str, edits: list[tuple[int, bytes]]) -> None:
    data = bytearray(FILES[name])
    for place, new in edits:
        data[place % len(data) : place % len(data) + len(new)] = new
    assert ended(bytes(data)) in (True, False)
