"""An exported folder: exactly the files of a clearance, by their names, and the clearance itself."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from screening.finding import ScreeningError
from screening.release.clearance import Clearance
from screening.release.gate_result import Answer, Checked
from screening.run.files import CLEARANCE, REPORT
from screening.run.shoot import is_link
from screening.weights import read_bytes


class FolderError(ScreeningError):
    """A folder of pictures that cannot be read or written."""


def places(files: Mapping[str, str]) -> dict[str, PurePosixPath]:
    """Where each file of a clearance lies in an exported folder, by its name in the report.

    That is its own name; where another file has the same, in upper or lower case, its folders too; and where even that
    is taken, a folder named after its hash.

    Args:
        files: the SHA-256 of each file, by its name in the report.
    """
    own = {name: _parts(name) for name in sorted(files)}
    last = Counter(_folded(parts[-1:]) for parts in own.values())
    # a run's report beside a clearance would be taken for the one that it belongs to
    taken, folders = {CLEARANCE, REPORT}, {""}
    found = {}
    for name, parts in own.items():
        alone = [parts[-1:]] if last[_folded(parts[-1:])] == 1 else []
        kept_apart = ((f"{files[name][:12]}{number or ''}", *parts) for number in itertools.count())
        for one in itertools.chain(alone, [parts], kept_apart):
            above = {_folded(one[:depth]) for depth in range(1, len(one))}
            path = _folded(one)
            if path not in taken | folders and not above & taken:
                break
        taken.add(path)
        folders |= above
        found[name] = PurePosixPath(*one)
    return found


def checked(
    folder: Path, clearance: Clearance, path: Path, check: Callable[[list[Path]], Iterable[Checked]]
) -> tuple[Checked, ...]:
    """The answer for each file of the clearance, and a refusal for anything else in the folder.

    Args:
        folder: an exported folder.
        clearance: what it must contain.
        path: the clearance's file.
        check: answers whether the bytes of files are cleared.

    Raises:
        FolderError: if the folder cannot be read.
    """
    wanted = {folder.joinpath(*place.parts): clearance.files[name] for name, place in places(clearance.files).items()}
    files = [_in_its_place(one, wanted[one.path]) for one in check(list(wanted))]
    more = [
        Checked(path=found, answer=Answer.REFUSE, reason=reason)
        for found in sorted(_walk(folder, wanted))
        if (reason := _reason(found, folder, path, wanted))
    ]
    return (*files, *more)


def _in_its_place(one: Checked, sha256: str) -> Checked:
    if one.answer is Answer.PASS and one.sha256 != sha256:
        return replace(one, answer=Answer.REFUSE, reason="is another picture than was cleared by this name")
    return one


def _reason(found: Path, folder: Path, path: Path, wanted: Mapping[Path, str]) -> str:
    """Why this must not be in the folder; "" if it may be."""
    if is_link(found):
        return "is a link; export the run again"
    if found in wanted:
        return ""
    if found != folder / CLEARANCE:
        return "is not in the clearance, so it must not lie here"
    try:
        same = read_bytes(found) == read_bytes(path)
    except OSError:
        same = False
    return "" if same else "is not the clearance of these pictures"


def _walk(folder: Path, wanted: Mapping[Path, str]) -> Iterator[Path]:
    """Everything below a folder but the folders in which a wanted file lies."""
    above = {parent for path in wanted for parent in path.parents}

    def unreadable(error: OSError) -> None:
        raise FolderError(f"{error.filename}: cannot be read ({error.strerror})") from error

    for here, folders, names in os.walk(folder, onerror=unreadable):
        inside = [Path(here, name) for name in (*folders, *names)]
        yield from (path for path in inside if path not in above or is_link(path))


def _folded(parts: Sequence[str]) -> str:
    """A path by which two are the same where upper and lower case, or the spelling of an accent, make no difference."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", "/".join(parts)).casefold())


def _parts(name: str) -> tuple[str, ...]:
    """The folders and the name of a file, none of them hidden or leading out of the folder."""
    plain = [part.replace("\\", "_").replace(":", "_").lstrip(".") for part in name.split("/")]
    return tuple(part for part in plain if part) or ("picture",)
