"""What pictures are called, by their own titles: what the announcement lists."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from screening.finding import ScreeningError
from screening.photo import metadata
from screening.photo.photo import Photo
from screening.run.files import RunError
from screening.run.run import Run
from screening.words.captions import TITLES

# A title is cut there: nobody reads a longer one in a list.
LONGEST = 200


def titles(run: Run, files: Mapping[str, str]) -> tuple[str, ...]:
    """The titles of these pictures, each once, in order; nothing for one without a title, changed or gone since.

    Args:
        run: the run that says where they lie.
        files: the SHA-256 of each picture, by its name in the report.
    """
    found: dict[str, None] = {}
    try:
        sources = run.sources
    except RunError:  # a purged run has its record, and no pictures
        return ()
    for name, sha256 in files.items():
        with contextlib.suppress(ScreeningError, KeyError):
            photo = Photo.open(sources[name], name=name, limits=run.settings.limits)
            if photo.sha256 == sha256 and (said := title(metadata.read(photo))):
                found[said] = None
    return tuple(found)


def title(said: metadata.Metadata) -> str:
    """The title in a picture's metadata, in one line; "" if there is none."""
    texts = {one.name.casefold(): " ".join(one.text.split()) for one in reversed(said.fields)}
    best = next((texts[name] for name in TITLES if texts.get(name)), "")
    return best if len(best) <= LONGEST else f"{best[:LONGEST].rstrip()} …"
