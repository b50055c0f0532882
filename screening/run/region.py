"""A place in a picture that a person drew: a rectangle, an ellipse or a polygon."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from screening.finding import Box

if TYPE_CHECKING:
    from screening.photo.masks import Mask

# The most corners of a polygon, and the largest coordinate: no picture is so large.
CORNERS, FARTHEST = 64, 1_000_000
Point = tuple[int, int]


class Outline(enum.StrEnum):
    """What a region can look like."""

    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    POLYGON = "polygon"


@dataclass(frozen=True, slots=True)
class Region:
    """A place in a picture.

    Attributes:
        outline: what it looks like.
        points: as (x, y) in pixels of the upright full-size picture: the left top and the right bottom corner of what
            a rectangle or an ellipse fills, or the corners of a polygon in order.

    Raises:
        ValueError: if they enclose nothing, or the polygon's sides cross, so that what lies within is not clear.
    """

    outline: Outline
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not all(type(side) is int and 0 <= side <= FARTHEST for point in self.points for side in point):
            raise ValueError("its corners are not whole pixels of a picture")
        if self.outline is Outline.POLYGON:
            if not 3 <= len(self.points) <= CORNERS:
                raise ValueError(f"a polygon has 3 to {CORNERS} corners")
            if _crosses(self.points):
                raise ValueError("its sides cross, so that it is not clear what lies within; draw it again")
            if _twice_the_area(self.points) == 0:
                raise ValueError("it encloses nothing; draw it larger")
        elif len(self.points) != 2 or not all(low < high for low, high in zip(*self.points, strict=True)):
            raise ValueError("it encloses nothing; draw it larger")

    @classmethod
    def parse(cls, fields: Any) -> Region:
        """A region from its fields, as `as_dict` gives them.

        Raises:
            ValueError: if they are not those of a region.
        """
        try:
            points = tuple((x, y) for x, y in fields["points"])
            if not isinstance(fields, Mapping) or set(fields) != {"outline", "points"}:
                raise ValueError("other fields")
            outline = Outline(fields["outline"])
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError("this is not a region") from error
        return cls(outline, points)

    def as_dict(self) -> dict[str, Any]:
        """Its fields as JSON has them."""
        return {"outline": str(self.outline), "points": [list(point) for point in self.points]}

    @property
    def box(self) -> Box:
        """The smallest box around it."""
        return Box.around(self.points)

    @property
    def mask(self) -> Mask:
        """The polygon that covers it."""
        from screening.photo.masks import ellipse, rectangle  # which load numpy, and most decisions draw nothing

        if self.outline is Outline.POLYGON:
            return tuple((float(x), float(y)) for x, y in self.points)
        return ellipse(self.box) if self.outline is Outline.ELLIPSE else rectangle(self.box)


def _twice_the_area(points: tuple[Point, ...]) -> int:
    """Twice the area of a polygon, signed by its direction: the shoelace formula."""
    around = zip(points, (*points[1:], points[0]), strict=True)
    return sum(x * beside - there * y for (x, y), (there, beside) in around)


def _crosses(points: tuple[Point, ...]) -> bool:
    """Whether two sides that are not neighbours meet, or two corners are the same."""
    sides = list(zip(points, (*points[1:], points[0]), strict=True))
    apart = [
        (one, other)
        for (here, one), (there, other) in itertools.combinations(enumerate(sides), 2)
        if there - here not in (1, len(sides) - 1)
    ]
    return len(set(points)) < len(points) or any(_meet(*one, *other) for one, other in apart)


def _meet(start: Point, end: Point, first: Point, last: Point) -> bool:
    """Whether two line segments touch, in whole numbers and so exactly."""
    if all(_turn(*line, *ends) for line, ends in (((start, end), (first, last)), ((first, last), (start, end)))):
        across = ((start[axis], end[axis], first[axis], last[axis]) for axis in (0, 1))
        return all(min(a, b) <= max(c, d) and min(c, d) <= max(a, b) for a, b, c, d in across)
    return False


def _turn(start: Point, end: Point, first: Point, last: Point) -> bool:
    """Whether two points lie on different sides of a line, or one of them lies on it."""
    (x, y), (across, down) = start, (end[0] - start[0], end[1] - start[1])
    one, other = (across * (point[1] - y) - down * (point[0] - x) for point in (first, last))
    return not ((one > 0 and other > 0) or (one < 0 and other < 0))
