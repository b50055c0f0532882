"""What the review page asks for, read from its requests."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request

from screening.finding import ScreeningError
from screening.run.decision import Action
from screening.run.region import Region

# The most bytes of a request that are read.
LARGEST = 4_000_000


class ReviewError(ScreeningError):
    """A review cannot be started, or it was asked for something unknown."""


class TooMuchError(ReviewError):
    """The request is larger than any review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A decision that the page asks for.

    Attributes:
        photo: the picture's number in the report.
        finding: the finding's number in the picture; None for the picture as a whole.
        action: what is decided.
        reason, reference: as in a decision.
        after: the id of the decision that the page was showing.
        region: the id of the decision that drew the finding; "" if a stage found it.
    """

    photo: int
    action: Action
    finding: int | None = None
    region: str = ""
    reason: str = ""
    reference: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A region that the page asks for.

    Attributes:
        photo: the picture's number in the report.
        rule: what the region falls under.
        region: its form; None to remove it.
        name: which region of the picture; "" for a new one.
        after: the id of the decision that the page was showing.
    """

    photo: int
    rule: str
    region: Region | None = None
    name: str = ""
    after: str = ""


async def body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; its bytes are counted as they arrive, whatever length was announced."""
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > LARGEST:
                raise TooMuchError("this is more than a review accepts")
        asked = json.loads(data)
    except ClientDisconnect as error:
        raise ReviewError("the rest of it did not arrive") from error
    except (ValueError, RecursionError) as error:
        raise ReviewError("this is not JSON") from error
    if not isinstance(asked, dict):
        raise ReviewError("this is not a JSON object")
    return asked


def text(fields: dict[str, Any], name: str) -> str:
    """A text field of the request; "" if it was left out."""
    said = fields.get(name, "")
    try:
        if isinstance(said, str):
            said.encode()  # a lone surrogate is refused: no page could show it again
            return said
    except UnicodeEncodeError:
        pass
    raise ReviewError(f"{name} is not text")


def wishes(asked: dict[str, Any]) -> list[Wish]:
    """The decisions of a request."""
    wanted = asked.get("decisions")
    if not isinstance(wanted, list):
        raise ReviewError("decisions is not a list")
    return [_wish(one) for one in wanted]


def drawing(asked: dict[str, Any]) -> Drawing:
    """The region of a request."""
    known = {field.name for field in dataclasses.fields(Drawing)}
    if not {"photo", "rule"} <= set(asked) <= known or type(asked["photo"]) is not int:
        raise ReviewError("a region needs a picture and a rule")
    rule, name, after = (text(asked, field) for field in ("rule", "name", "after"))
    try:
        region = Region.parse(asked["region"]) if asked.get("region") is not None else None
    except ValueError as error:
        raise ReviewError(f"the region cannot be kept: {error}") from error
    return Drawing(photo=asked["photo"], rule=rule, region=region, name=name, after=after)


def number(request: Request, name: str = "number") -> int:
    """The picture's, or the finding's, number in the address; one that no run has if it is not a number."""
    said = str(request.path_params[name])
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def _wish(fields: Any) -> Wish:
    known = {field.name for field in dataclasses.fields(Wish)}
    if not isinstance(fields, dict) or not {"photo", "action"} <= set(fields) <= known:
        raise ReviewError("a decision needs a picture and an action")
    numbers = [fields["photo"]] + ([fields["finding"]] if fields.get("finding") is not None else [])
    if not all(type(one) is int for one in numbers):
        raise ReviewError("a decision's numbers must be whole numbers")
    action, *said = (text(fields, name) for name in ("action", "reason", "reference", "after", "region"))
    if action not in tuple(Action):
        raise ReviewError(f"there is no action of that name; there are {', '.join(Action)}")
    reason, reference, after, region = said
    return Wish(
        photo=fields["photo"],
        finding=fields.get("finding"),
        action=Action(action),
        reason=reason,
        reference=reference,
        after=after,
        region=region,
    )
