"""What a plate-shaped thing is on: a vehicle, a marked police vehicle, a person's body, a code, or nothing known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screening.faces.body import body
from screening.finding import Box, Finding, boxes
from screening.force import Force
from screening.photo.photo import Photo
from screening.street.livery import in_livery
from screening.text.lines import lines

# The score from which a vehicle is surely one: hills, walls and people with numbers are taken for vehicles below it.
SURE = 0.7
# The shares of the picture's width from which on a plate is a close-up, and below which it is small.
CLOSE, SMALL = 0.5, 0.2
# The share of the picture from which a vehicle is as large as it: a bare wall is taken for one.
FILLS = 0.95


@dataclass(frozen=True, slots=True)
class Place:
    """What one plate is on.

    Attributes:
        on: whether it lies on a vehicle.
        carried: whether it lies on, or fills much of, something that is surely a vehicle, and not the whole picture.
        close: whether it takes up so much of the picture that little of its vehicle can be seen.
        small: whether it is no larger than plates on a street: signs and clothes are photographed from nearby.
        worn: whether it is on the body below a face rather than on a vehicle.
        coded: whether it is in a QR code or a barcode.
    """

    on: bool
    carried: bool
    close: bool
    small: bool
    worn: bool
    coded: bool


class Places:
    """Where the plates of one picture are.

    Args:
        found: what earlier stages found in the picture.
    """

    def __init__(self, found: Sequence[Finding]) -> None:
        self.vehicles = boxes(found, "seen.vehicle")
        self._carriers = boxes(found, "seen.vehicle", least=SURE)
        self._bodies = [body(face) for face in boxes(found, "face")]
        self._codes = [box.grow(0.1) for box in boxes(found, "seen.code")]
        self._texts = lines(found)

    def of(self, box: Box, photo: Photo) -> Place:
        """What a plate in that box is on."""
        return Place(
            on=lies_on(box, self.vehicles),
            carried=any(
                box.inside(vehicle.grow(0.05)) > 0.7 and vehicle.area < FILLS * photo.width * photo.height
                for vehicle in self._carriers
            ),
            close=box.width >= CLOSE * photo.width,
            small=box.width < SMALL * photo.width,
            worn=any(box.inside(below) > 0.5 for below in self._bodies) and not lies_on(box, self._carriers),
            coded=any(box.inside(code) > 0.5 for code in self._codes),
        )

    def on_police(self, photo: Photo, box: Box, force: Force) -> bool:
        """Whether the vehicle that a plate is on is marked as a police vehicle. Of several, the smallest carries it."""
        carriers = [vehicle for vehicle in self.vehicles if lies_on(box, [vehicle])]
        return bool(carriers) and in_livery(photo, min(carriers, key=lambda one: one.area), self._texts, force)


def lies_on(box: Box, vehicles: Sequence[Box]) -> bool:
    """Whether a box lies on one of the vehicles, and is small enough to be its plate."""
    return any(box.inside(vehicle.grow(0.03)) > 0.8 and box.area < 0.3 * vehicle.area for vehicle in vehicles)
