"""A stage for each mistake that its author can make, for the test that the checks of tests/conformance.py see it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from screening.finding import Box, Finding
from screening.photo.photo import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Makes none.

    Attributes:
        minimum: below this nothing is reported.
    """

    name: ClassVar[str] = "scratch"
    kinds: ClassVar[tuple[str, ...]] = ("staff.scratch", "staff.scratch.named")
    minimum: float = 0.3

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        if photo.width > 100 and photo.height > 100:
            yield Finding("staff.scratch", 0.5, "a scratch", Box(1, 1, 9, 9), "Zebedee Quuxley")


class Loud(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        print("looking")  # noqa: T201 - that is the mistake
        return iter(())


class LoudInC(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        os.write(2, b"a library's warning")
        return iter(())


class OfAnotherKind(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        yield Finding("staff.other", 0.5, "a scratch")


class Outside(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        yield Finding("staff.scratch", 0.5, "a scratch", Box(0, 0, photo.width + 1, photo.height))


class TooSure(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        yield Finding("staff.scratch", 1.5, "a scratch")


class Wordy(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        yield Finding("staff.scratch", 0.5, "two\nlines")


class Painter(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        photo.rgb.flags.writeable = True
        photo.rgb[:1] ^= 255
        return iter(())


class Delicate(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        yield Finding("staff.scratch", 10 / (photo.width - 1) / photo.width, "a scratch")


class OutOfTurn(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        return (Finding("staff.scratch", 0.5, "a scratch") for one in found if one.is_a("seen.text"))


class NeedsNobody(Sound):
    after: ClassVar[tuple[str, ...]] = ("text",)


@dataclass
class Melting:
    """Is not frozen.

    Attributes:
        minimum: below this nothing is reported.
    """

    name: ClassVar[str] = "scratch"
    kinds: ClassVar[tuple[str, ...]] = ("staff.scratch",)
    minimum: float = 0.3

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        return iter(())


@dataclass(frozen=True, kw_only=True)
class Demanding:
    """Has an option without a default.

    Attributes:
        wanted: what is looked for.
    """

    name: ClassVar[str] = "scratch"
    kinds: ClassVar[tuple[str, ...]] = ("staff.scratch",)
    wanted: str

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Secretive:
    """Does not say what its options are; `minimum` among them."""

    name: ClassVar[str] = "scratch"
    kinds: ClassVar[tuple[str, ...]] = ("staff.scratch",)
    minimum: float = 0.3

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Badly(Sound):
    """Declares a kind that is not one."""

    kinds: ClassVar[tuple[str, ...]] = ("Staff Scratch",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaky(Sound):
    """Puts what it read into its evidence.

    Attributes:
        reads: findings of this kind; "" for none.
        part: which word of each alone; -1 for all.
    """

    reads: str = ""
    part: int = -1

    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        for one in found:
            if one.is_a(self.reads):
                words = one.text.split()
                said = " ".join(words if self.part < 0 else words[self.part :][:1]).upper() or "nothing"
                yield Finding("staff.scratch", 0.5, f"a scratch: {said}"[:150])


class LeaksMetadata(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        from screening.photo.metadata import read

        for one in read(photo).having("creator"):
            yield Finding("staff.scratch", 0.5, f"by {one.text}"[:150])


class LeaksName(Sound):
    def __call__(self, photo: Photo, found: Sequence[Finding]) -> Iterator[Finding]:
        yield Finding("staff.scratch", 0.5, f"in {photo.name or 'a picture'}")
