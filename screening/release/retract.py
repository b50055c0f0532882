"""Finds released pictures that have to be taken down: by their bytes, or by a person or vehicle in them.

The audit log knows the hash of every picture that was cleared, so that one picture is found without anything else. Who
is in a picture only its pixels say, so these are looked at again, in runs that were kept and in folders of published
pictures. A release of which a picture is in none of them was not searched, and is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from screening import config
from screening.finding import ScreeningError
from screening.office import audit
from screening.office.audit_line import Entry
from screening.office.office import Office
from screening.office.registers import embedding
from screening.photo_report import PhotoReport
from screening.pipeline import Pipeline
from screening.policy import ANYTHING, ERROR, Policy, Rule, Thresholds
from screening.release.sought import Sought
from screening.report import Batch
from screening.run import files, shoot
from screening.run.scan import Scan
from screening.weights import sha256_of

# The stages that read words or find faces; the others are not run.
READS = ("metadata", "vehicles", "text", "codes", "plates")
SEES = ("faces",)


class RetractError(ScreeningError):
    """Nothing that could be looked for was named, or not by somebody who may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for.

    Attributes:
        pictures: files whose very bytes are looked for.
        hashes: SHA-256 sums of others.
        person: a name.
        registration: a vehicle's registration.
        faces: photos of one person.
        authorised_by: who decided that faces are compared, by name and post.
    """

    pictures: Sequence[Path] = ()
    hashes: Sequence[str] = ()
    person: str = ""
    registration: str = ""
    faces: Sequence[Path] = ()
    authorised_by: str = ""

    @property
    def inside(self) -> bool:
        """Whether pictures have to be looked at."""
        return bool(self.person or self.registration or self.faces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A picture to be taken down.

    Attributes:
        sha256: of its bytes.
        file: where a copy of it is; "" if only the log knows it.
        released: the lines of the log that cleared it, oldest first; none if it only lies in a folder of published
            pictures.
        why: what was found.
    """

    sha256: str
    file: str
    released: tuple[Entry, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """What a search found.

    Attributes:
        hits: the pictures to be taken down.
        unsearched: the releases of which a picture could not be looked at.
        failed: the pictures that could not be looked at, and why.
    """

    hits: tuple[Hit, ...]
    unsearched: tuple[Entry, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 if there is nothing to take down, 1 if there is, 2 if something could not be searched."""
        return 2 if self.unsearched or self.failed else int(bool(self.hits))


def retract(
    wanted: Wanted, office: Office, *, runs: Sequence[Path] = (), folders: Sequence[Path] = (), pipeline: str = ""
) -> Retraction:
    """Searches what was released, and writes a line with the hashes of what was found to the audit log.

    Args:
        wanted: what is looked for.
        office: whose log says what was released.
        runs: runs that were kept; only what was cleared in them counts.
        folders: folders of published pictures, every one of which counts.
        pipeline: its options of the stages hold; "" for the default.

    Raises:
        RetractError: if nothing is looked for, or faces without somebody who authorised it.
        ScreeningError: if the log, a run or a photo of a face cannot be read, or the log cannot be written.
        FileNotFoundError: if there is no such file or folder.
    """
    if not (wanted.inside or wanted.pictures or wanted.hashes):
        raise RetractError("say what is to be taken down: pictures, --registration, --name or --face")
    if wanted.faces and not wanted.authorised_by.strip():
        raise RetractError("faces are compared only if --authorised-by says who decided it, by name and post")
    released = audit.counting(office.audit_log, "clearance")
    found = _by_bytes(wanted, released) if wanted.pictures or wanted.hashes else Retraction(hits=())
    if wanted.inside:
        inside = _inside(wanted, released, _kept(runs, released) | _published(folders), pipeline)
        found = Retraction(
            hits=found.hits + inside.hits,
            unsearched=(*found.unsearched, *(one for one in inside.unsearched if one not in found.unsearched)),
            failed=inside.failed,
        )
    audit.append(
        office.audit_log,
        "retract",
        pictures=sorted({hit.sha256 for hit in found.hits}),
        clearances=sorted({one.fields["clearance"] for hit in found.hits for one in hit.released}),
        unsearched=[one.fields["clearance"] for one in found.unsearched],
        failed=len(found.failed),
        by=[name for name in ("pictures", "hashes", "person", "registration", "faces") if getattr(wanted, name)],
    )
    return found


def _by_bytes(wanted: Wanted, released: Sequence[Entry]) -> Retraction:
    """Which of these very pictures were released. Lines of earlier versions do not name theirs: not searched."""
    sought = {one.strip().lower(): "" for one in wanted.hashes} | {sha256_of(one): str(one) for one in wanted.pictures}
    hits = [
        Hit(sha256=sha256, file=file, released=lines, why="the same bytes")
        for sha256, file in sought.items()
        if (lines := _lines(sha256, released))
    ]
    return Retraction(hits=tuple(hits), unsearched=tuple(one for one in released if "pictures" not in one.fields))


def _inside(wanted: Wanted, released: Sequence[Entry], pictures: dict[str, str], pipeline: str) -> Retraction:
    """Which pictures show the person or vehicle; the pictures are paths by hash."""
    entries = [shoot.Entry(name=path, path=Path(path)) for path in sorted(pictures.values())]
    sought = Sought(
        person=wanted.person,
        registration=wanted.registration,
        faces=tuple(tuple(map(float, embedding(path))) for path in wanted.faces),
    )
    looks = _looks(sought, pipeline)
    report = Scan(pipeline=looks, standard=looks.policy)(entries, batch=Batch(name="retract", scene=True))
    hits, failed, seen = [], [], set()
    for photo in report.photos:
        kinds = {one.finding.kind: one.finding for one in photo.judgements if one.finding.is_a("sought")}
        if kinds:
            why = "; ".join(sorted({one.evidence for one in kinds.values()}))
            hits.append(Hit(sha256=photo.sha256, file=photo.file, released=_lines(photo.sha256, released), why=why))
        if error := _error(photo):
            failed.append(f"{photo.file}: {error}")
        else:
            seen.add(photo.sha256)
    unsearched = [one for one in released if not seen.issuperset(one.fields.get("pictures", ("unknown",)))]
    return Retraction(hits=tuple(hits), unsearched=tuple(unsearched), failed=tuple(failed))


def _looks(sought: Sought, pipeline: str) -> Pipeline:
    """A pipeline that runs what is needed, and then looks for what is sought."""
    base = config.load(pipeline or "default")
    needed = (READS if sought.person or sought.registration else ()) + (SEES if sought.faces else ())
    stages = tuple(stage for stage in base.stages if stage.name in needed)
    every = Thresholds(block=0.0)
    rule = Rule(says="It is to be taken down.", lifted_by="Nothing.", kinds={ANYTHING: every, ERROR: every})
    return replace(base, stages=(*stages, sought), policy=Policy({"retract": rule}))


def _error(photo: PhotoReport) -> str:
    return next((one.finding.evidence for one in photo.judgements if one.finding.is_a(ERROR)), "")


def _lines(sha256: str, released: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(one for one in released if sha256 in one.fields.get("pictures", ()))


def _kept(runs: Iterable[Path], released: Sequence[Entry]) -> dict[str, str]:
    """The paths of the pictures of some runs that were cleared, by their hashes."""
    cleared = {sha256 for one in released for sha256 in one.fields.get("pictures", ())}
    paths = [path for run in runs for path in files.sources(run).values() if path.is_file()]
    hashed = ((sha256_of(path), str(path)) for path in paths)
    return {sha256: path for sha256, path in hashed if sha256 in cleared}


def _published(folders: Sequence[Path]) -> dict[str, str]:
    """The paths of all pictures in some folders, by their hashes."""
    return dict(_hashed(shoot.walk(folders)))


def _hashed(entries: Iterable[shoot.Entry]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if entry.refused:
            raise RetractError(f"{entry.path}: {entry.refused}")
        if not entry.aside:
            yield sha256_of(entry.path), str(entry.path)
