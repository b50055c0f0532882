"""report.html: one page that opens from disk, with every picture, what was found in it and why it matters."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import html
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import Markup

from screening.alike import alike
from screening.inert import inert
from screening.render.templates import environment
from screening.render.thumbnails import hidden, thumbnail, thumbnail_side

PAGE = Path(__file__).resolve().parent / "page"
# With more pictures than this a page is large: what is out of sight is only built when it is scrolled to, and the
# pictures of a run's page lie beside it.
MANY = 300
# Marks a page that was made for sharing.
FOR_SHARING = '<meta name="made-for" content="sharing">'
# A picture's name in a page, and its pixels if it has any.
PICTURE = re.compile(
    r'<li class="card [^>]*? data-name="([^"]*)".*?'
    r'(?:<img src="(?:data:image/jpeg;base64,([^"]*)|(\w+/[0-9a-f]{64}\.jpg))"|<span class="missing">)',
    re.DOTALL,
)
STRICTNESS = {"block": 0, "hold": 1, "clear": 2}
WORDS = {"block": "Blocked", "hold": "Held", "clear": "Nothing found"}
SHORT = {"block": "Blocked", "hold": "Held", "clear": "Clear"}
MEANS = {
    "block": "Must not go out until the picture is changed or a named person overrides.",
    "hold": "May go out once a person has confirmed the condition.",
    "clear": "Which is not the same as safe: somebody must still look.",
}


def html_page(report: Mapping[str, Any], previews: Mapping[str, bytes | str], *, for_sharing: bool = False) -> str:
    """The page, as text that encodes as UTF-8.

    Args:
        report: the dictionary of report.json, as report.schema.json describes it; and, if people decided something
            since, `decided`, when this was so, with `stands` and `whole` of each photo and `decided` of each finding.
        previews: an upright JPEG of each photo, of any size, by its `file`, or the path of one from the page; a photo
            without either gets an empty frame.
        for_sharing: blur in the pixels what was found, and leave out what was read.

    Raises:
        ValueError: if a JPEG cannot be decoded, or a page for sharing would lead to one beside it.
    """
    css, js = ((PAGE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    side = thumbnail_side([preview for preview in previews.values() if isinstance(preview, bytes)])
    beside = any(isinstance(preview, str) for preview in previews.values())
    photos = [_photo(photo, previews.get(photo["file"]), side, for_sharing) for photo in report["photos"]]
    photos = _standing_together(photos)
    shows_text = not for_sharing and any("text" in finding for photo in photos for finding in photo["findings"])
    page: str = template("page.html.j2").render(
        report=report,
        photos=photos,
        not_looked_for=[rule["not_looked_for"] for rule in report["rules"].values() if rule.get("not_looked_for")],
        rules_seen=[rule for rule in report["rules"] if any(rule in photo["rules"] for photo in photos)],
        unscreened=sum(any(one["kind"].startswith("error") for one in photo["findings"]) for photo in photos),
        shows_text=shows_text,
        many=len(photos) > MANY,
        beside=beside,
        for_sharing=for_sharing,
        started=_date(report.get("started", "")),
        decided=_date(report.get("decided", "")),
        mark=Markup(FOR_SHARING) if for_sharing else "",
        words=WORDS,
        short=SHORT,
        means=MEANS,
        css=Markup(css),
        js=Markup(js),
        security=_security(css, js, beside=beside),
    )
    return page


def is_for_sharing(page: str) -> bool:
    """Whether a page of ours was made for sharing."""
    return FOR_SHARING in page[:1000]


def pictures_of(page: str) -> dict[str, bytes | str]:
    """The small pictures in a page of ours, or their paths from it, by the name of the file as it is shown."""
    found = PICTURE.findall(page)
    return {html.unescape(name): path or base64.b64decode(jpeg) for name, jpeg, path in found if jpeg or path}


@functools.cache
def template(name: str) -> Any:
    """One of our page templates, compiled once: whatever reaches the page through it is inert and escaped."""
    templates = environment(PAGE, inert, Markup, autoescape=True)
    templates.filters["title_of"] = title_of
    return templates.get_template(name)


def title_of(rule: str) -> str:
    """A rule's id as a heading: `number-plate` is "Number plate"."""
    return rule.replace("-", " ").capitalize()


def _photo(photo: Mapping[str, Any], preview: bytes | str | None, side: int, for_sharing: bool) -> dict[str, Any]:
    """A photo as the template takes it."""
    path = PurePosixPath(photo["file"])
    findings = [_finding(one, number, for_sharing) for number, one in enumerate(photo["findings"], 1)]
    return {
        "stands": "",
        "whole": "",
        **photo,
        "folder": "" if str(path.parent) == "." else str(path.parent),
        "stem": path.name,
        "findings": findings,
        "rules": sorted({one["rule"] for one in findings if one["verdict"] != "clear"}),
        "marks": _marks(findings),
        "why": _why(findings),
        "picture": _source(preview, photo, side, for_sharing) if preview else "",
    }


def _source(preview: bytes | str, photo: Mapping[str, Any], side: int, for_sharing: bool) -> str:
    """Where the page has a picture from: its own text, or a file beside it."""
    if isinstance(preview, bytes):
        return _data_uri(thumbnail(hidden(preview, photo) if for_sharing else preview, side))
    if for_sharing:
        raise ValueError("nothing is blurred in the pictures beside a page")
    return preview


def _standing_together(photos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The photos, strictest first; those that look alike stand where the strictest of them does, and say so."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for first, photo in zip(alike([photo.get("look", "") for photo in photos]), photos, strict=True):
        groups.setdefault(first, []).append(photo)
    together = [sorted(group, key=lambda photo: STRICTNESS[photo["verdict"]]) for group in groups.values()]
    together.sort(key=lambda group: STRICTNESS[group[0]["verdict"]])
    return [photo | {"alike": len(group), "strictest": group[0]["verdict"]} for group in together for photo in group]


def _finding(finding: Mapping[str, Any], number: int, for_sharing: bool) -> dict[str, Any]:
    score, hold, block = finding["score"], finding["hold"], finding["block"]
    plain = (
        "block" if block is not None and score >= block else "hold" if hold is not None and score >= hold else "clear"
    )
    error = finding["kind"].startswith("error")
    # "address.street_name" is "street name": the rule beside it says the rest
    kind = " ".join(finding["kind"].split(".")[1:] or [finding["kind"]]).replace("_", " ")
    return {
        "decided": "",
        **finding,
        "number": number,
        "seen": kind if for_sharing and not error else finding["evidence"] or kind,
        "milder": STRICTNESS[finding["verdict"]] > STRICTNESS[plain],
    }


def _marks(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The boxes to draw, with the numbers of the findings that share each; the strictest last, so that it is on top."""
    marks: dict[tuple[int, ...], dict[str, Any]] = {}
    for one in findings:
        if one["box"]:
            mark = marks.setdefault(
                tuple(one["box"]), {"box": one["box"], "verdict": one["verdict"], "numbers": str(one["number"])}
            )
            if mark["numbers"] != str(one["number"]):
                mark["numbers"] += f" {one['number']}"
    return sorted(marks.values(), key=lambda mark: -STRICTNESS[mark["verdict"]])


def _why(findings: list[dict[str, Any]]) -> str:
    """The strictest finding in a few words."""
    if not findings or findings[0]["verdict"] == "clear":
        return "Noted, and allowed." if findings else "No stage found anything."
    counting = [one for one in findings if one["verdict"] != "clear"]
    more = f", and {len(counting) - 1} more" if len(counting) > 1 else ""
    return f"{title_of(counting[0]['rule'])}: {counting[0]['seen']}{more}"


def _data_uri(jpeg: bytes) -> Markup:
    return Markup("data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii"))


def _security(css: str, js: str, *, beside: bool) -> str:
    """A content security policy that allows this page's own style and script alone, and fetches nothing, except for
    the pictures beside it where it has any."""
    style, script = (base64.b64encode(hashlib.sha256(part.encode()).digest()).decode("ascii") for part in (css, js))
    pictures = "'self' file:" if beside else "data:"
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _date(started: str) -> str:
    """A point in time in a readable form."""
    try:
        moment = datetime.datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{moment.day} {moment:%B %Y, %H:%M} {moment.tzname() or ''}".strip()
