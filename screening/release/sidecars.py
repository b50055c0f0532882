"""XMP sidecars for the archive: what was decided about each picture, as a label and keywords, beside no published file.

The label is `xmp:Label`, which Lightroom, Bridge and Photo Mechanic show as a colour, and digiKam's own number for it.
The keywords are `dc:subject` (IPTC Photo Metadata Standard: Keywords), and the same as a tree for Lightroom
(`lr:hierarchicalSubject`) and digiKam (`digiKam:TagsList`). Neither names anybody or says what was read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import escape

from screening.finding import ScreeningError
from screening.inert import inert
from screening.office import audit
from screening.office.office import Office, replace_file
from screening.policy import Verdict
from screening.run import files
from screening.run.outcome import Outcome
from screening.run.run import Run
from screening.run.shoot import is_link
from screening.weights import read_bytes

# The colours that these programs call their labels by when they are new, and digiKam's numbers for them.
LABELS = {Verdict.BLOCK: ("Red", 1), Verdict.HOLD: ("Yellow", 3), Verdict.CLEAR: ("Green", 4)}
SAID = {Verdict.BLOCK: "blocked", Verdict.HOLD: "held", Verdict.CLEAR: "may go out"}
OURS = "screening"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}


class SidecarError(ScreeningError):
    """Sidecars that cannot be written."""


def write(run: Run, folder: Path, office: Office, *, whole_names: bool = False) -> int:
    """Writes a sidecar for each picture and redacted copy of a run, and returns how many.

    Args:
        run: whose pictures; what counts is what stands after the decisions.
        folder: where they go, in the same subfolders as the pictures; one that an earlier call wrote is replaced.
        office: whose audit log says so.
        whole_names: whether `a.jpg` gets `a.jpg.xmp`, as digiKam and darktable name it, and not `a.xmp`, as Lightroom
            and Photo Mechanic do.

    Raises:
        SidecarError: if the folder is an exported one, or something else has the name of a sidecar; then none is
            written. Or if one cannot be written.
        ScreeningError: if the run or its decisions cannot be read.
    """
    if (folder / files.CLEARANCE).exists() or folder.resolve() == run.folder.resolve():
        raise SidecarError(f"{folder}: holds what is published, or the run; sidecars are for the archive, name another")
    after = {one.photo.file: one for one in run.outcomes()}
    targets = {name: folder.joinpath(*place.parts) for name, place in _places(list(after), whole_names).items()}
    for target in targets.values():
        _refuse(target)
    audit.append(office.audit_log, "sidecars", run=files.identity(run.folder), files=len(targets))
    for name, target in targets.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(target, packet(after[name]))
        except OSError as error:
            raise SidecarError(f"{target}: cannot be written ({error.strerror or 'input error'})") from error
    return len(targets)


def packet(one: Outcome) -> str:
    """The text of a picture's sidecar."""
    colour, number = LABELS[one.verdict]
    words = list(
        dict.fromkeys([SAID[one.verdict], *([one.rule] if one.rule else []), *(left.rule for left in one.open)])
    )
    lists = {
        "dc:subject": ("Bag", [f"{OURS}: {word}" for word in words]),
        "lr:hierarchicalSubject": ("Bag", [f"{OURS}|{word}" for word in words]),
        "digiKam:TagsList": ("Seq", [f"{OURS}/{word}" for word in words]),
    }
    spaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    body = "".join(
        f"\n  <{name}><rdf:{kind}>{_items(said)}</rdf:{kind}></{name}>" for name, (kind, said) in lists.items()
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{OURS}">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f' <rdf:Description rdf:about=""{spaces} xmp:Label="{colour}" digiKam:ColorLabel="{number}">{body}\n'
        " </rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>\n'
    )


def _items(words: Iterable[str]) -> str:
    return "".join(f"<rdf:li>{escape(inert(word))}</rdf:li>" for word in words)


def _places(names: Sequence[str], whole_names: bool) -> dict[str, PurePosixPath]:
    """Where the sidecar of each picture goes; pictures that differ in their endings alone get whole names."""
    short = {name: str(PurePosixPath(name).with_suffix(".xmp")) for name in names}
    there = Counter(one.casefold() for one in short.values())
    whole = {name for name in names if whole_names or there[short[name].casefold()] > 1}
    return {name: _inside(f"{name}.xmp" if name in whole else short[name]) for name in names}


def _inside(name: str) -> PurePosixPath:
    """A name in the run as a place that does not lead out of the folder."""
    return PurePosixPath(*(part for part in PurePosixPath(name).parts if part not in ("..", "/")))


def _refuse(target: Path) -> None:
    """Refuses a name that somebody else's file has."""
    if is_link(target) or target.is_dir():
        raise SidecarError(f"{target}: is a link or a folder; name another folder")
    try:
        ours = f'x:xmptk="{OURS}"'.encode() in read_bytes(target)
    except FileNotFoundError:
        return
    except OSError as error:
        raise SidecarError(f"{target}: cannot be read ({error.strerror or 'input error'})") from error
    if not ours:
        raise SidecarError(f"{target}: is somebody else's sidecar; name another folder, or move it away")
