"""Places in a picture file where decoders never look: what is put there is read, compared, held or blocked."""

from __future__ import annotations

import io

import numpy as np
import pytest

from screening.containers import gif
from screening.photo.carried import carried
from screening.photo.metadata import read
from tests.hiding.__main__ import put, verdicts
from tests.hiding.places import FILES, WORDS, photo_of


@pytest.mark.parametrize(("where", "data", "kind"), FILES)
def test_what_is_put_there_is_noticed(where: str, data: bytes, kind: str) -> None:
    found = {one.finding.kind for one in carried(photo_of(data)) if one.finding}
    assert (kind in found) if kind else not found


@pytest.mark.parametrize(("where", "data"), WORDS)
def test_words_put_there_are_read(where: str, data: bytes) -> None:
    assert "07700 900123" in " ".join(one.text for one in read(photo_of(data)).fields)


@pytest.mark.parametrize("colours", [2, 16, 256])
@pytest.mark.parametrize("noisy", [False, True])
def test_a_frame_ends_where_its_codes_do(colours: int, noisy: bool) -> None:
    """Whatever the codes' width, and however often the table of codes is begun anew."""
    from PIL import Image

    rng = np.random.default_rng(1)
    shades = rng.integers(0, colours, (200, 300)) if noisy else np.arange(60_000).reshape(200, 300) // 999 % colours
    stream = io.BytesIO()
    Image.fromarray(shades.astype(np.uint8)).save(stream, "GIF")
    data = stream.getvalue()
    frame = data.index(b"\x2c\0\0\0\0")
    table_size = 3 << (data[frame + 9] & 7) + 1 if data[frame + 9] & 0x80 else 0
    codes = frame + 10 + table_size
    packed, _ = gif.blocks(data, codes + 1)
    assert len(packed) - 2 <= gif.codes_end(packed, data[codes], 60_000) <= len(packed)


def test_each_payload_in_each_container_is_noticed() -> None:
    """A fourth of what the command puts into files; it puts all."""
    missed = [one for one, verdict in verdicts(list(put())[::4]) if verdict == "clear"]
    assert missed == []
