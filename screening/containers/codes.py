"""The codes of LZW as TIFF packs pixels with them (revision 6.0, section 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLEAR, END, FIRST = 256, 257, 258
# Codes have from 9 to 12 bits; decoders follow so many after the table was cleared, and then give up.
LEAST, MOST = 9, 12
TABLE = 5000
BLOCK = TABLE * MOST // 8 + 8


def lzw_end(data: bytes, start: int, end: int, wanted: int) -> int:
    """Where codes have given so many bytes, with the code for the end that may follow; the end where they do not.

    How many bytes each code stands for follows from the codes before it: the table is never made.
    """
    import numpy as np

    # an older sort has its bits in the other order, and counts an entry later
    old = data.startswith(b"\0", start) and end - start > 1 and bool(data[start + 1] & 1)
    widths = _widths(late=old)
    ends = np.cumsum(widths)
    place, bits = 0, 8 * (end - start)
    while place + LEAST <= bits:
        first = start + place // 8
        codes = _codes(data[first : min(end, first + BLOCK)], place % 8, widths, old=old)
        fit = int(np.searchsorted(ends, bits - place, "right"))
        stops = np.flatnonzero((codes[:fit] == CLEAR) | (codes[:fit] == END))
        stop = int(stops[0]) if stops.size else fit
        given = np.cumsum(_lengths(codes[:stop]))
        if wanted <= 0 or (given.size and given[-1] >= wanted):
            # a code for the end may follow at once, or after one that clears the table
            last = int(np.searchsorted(given, wanted)) if wanted > 0 else -1
            ended = last + 1 < fit and codes[last + 1] == END
            cleared = wanted > 0 and last + 1 < fit and codes[last + 1] == CLEAR
            place += int(ends[last + ended]) if last + ended >= 0 else 0
            if not cleared:
                return start + -(-place // 8)
            place, wanted = place + int(widths[last + 1]), 0
        elif stop == fit or len(given) < stop or codes[stop] == END:
            return end if stop == fit or len(given) < stop else start + -(-(place + int(ends[stop])) // 8)
        else:
            wanted -= int(given[-1]) if given.size else 0
            place += int(ends[stop])
    return end


def _widths(*, late: bool) -> NDArray[np.int64]:
    """How many bits each code has after the table was cleared: each but the first adds an entry."""
    import numpy as np

    entries = np.maximum(np.arange(TABLE) - 1, 0) + FIRST + (not late)
    return np.asarray(np.clip(np.log2(entries).astype(np.int64) + 1, LEAST, MOST))


def _codes(packed: bytes, skip: int, widths: NDArray[np.int64], *, old: bool) -> NDArray[np.int32]:
    """The codes from a bit on, the table having been cleared there."""
    import numpy as np

    places = (skip + np.cumsum(widths) - widths).astype(np.int32)
    # four bytes from each place on, as one number
    order = "<u4" if old else ">u4"
    words = np.ndarray((BLOCK - 4,), order, packed.ljust(BLOCK, b"\0"), strides=(1,))[places >> 3].astype(np.int64)
    return np.asarray(words >> (places & 7 if old else 32 - (places & 7) - widths) & (1 << widths) - 1, np.int32)


def _lengths(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """How many bytes each code stands for, up to one that is in no table: one more than the code before that which
    added it."""
    import numpy as np

    places = np.arange(len(codes))
    wrong = np.flatnonzero(codes - FIRST >= places)
    codes, places = (codes[: wrong[0]], places[: wrong[0]]) if wrong.size else (codes, places)
    before = np.where(codes >= FIRST, codes - FIRST, places)
    lengths = (codes >= FIRST).astype(np.int32)
    while (further := lengths[before]).any():
        lengths, before = lengths + further, before[before]
    return lengths + 1
