"""Reads what is sent, a form of pictures and fields, straight to disk; a byte too many ends it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from screening.finding import ScreeningError
from screening.inert import ACTIVE, inert
from screening.office.office import BINARY

# The fields of the form: files under the first name, texts under the others.
PICTURES = "pictures"
FIELDS = ("name", "purpose", "scene", "copies")
# The most characters of a text; the most bytes of a picture's name.
LONGEST, LONGEST_NAME = 200, 150
# What no name of a file may contain on one system or another.
NOT_IN_NAMES = frozenset('<>:"/\\|?*')
# Names that stand for devices on Windows.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class IntakeError(ScreeningError):
    """What was sent is not a batch.

    Attributes:
        status: the HTTP status that says so.
    """

    def __init__(self, said: str, status: int = 422) -> None:
        super().__init__(said)
        self.status = status


@dataclass(slots=True, kw_only=True)
class Form:
    """A form that is being received.

    Attributes:
        folder: where the pictures go, by their number, from 1.
        file_bytes: the most bytes of a picture.
        batch_bytes: the most bytes of them all.
        room: called for each picture; raises IntakeError if no more can be taken.
        names: the names of the pictures so far, each once, none of which leads anywhere.
        fields: the texts so far.
    """

    folder: Path
    file_bytes: float
    batch_bytes: float
    room: Callable[[], None]
    names: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    _parser: MultipartParser = field(init=False)
    _hashes: list[Any] = field(default_factory=list)
    _file: BinaryIO | None = None
    _about: bytearray = field(default_factory=bytearray)
    _header: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    _field: str = ""
    _text: bytearray = field(default_factory=bytearray)
    _size: int = 0
    _total: int = 0
    _whole: bool = False

    def begin(self, content_type: str) -> None:
        """Begins with the request's media type.

        Raises:
            IntakeError: if it is not a form's.
        """
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 70:  # RFC 2046, 5.1.1
            raise IntakeError("send the pictures as multipart/form-data", 415)
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_ended,
                "on_headers_finished": self._opened,
                "on_part_data": self._data,
                "on_part_end": self._ended,
                "on_end": self._finished,
            },
        )

    def feed(self, data: bytes) -> None:
        """Takes the next bytes.

        Raises:
            IntakeError: if they cannot be taken.
            OSError: if they cannot be written.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise IntakeError("this is not a form as multipart/form-data has it", 400) from error

    def end(self) -> None:
        """Says that no more bytes come; whatever arrived is on disk when this returns.

        Raises:
            IntakeError: if the end of the form is missing, or there is no picture in it.
            OSError: if that cannot be made sure.
        """
        if not self._whole:
            raise IntakeError("the rest of it did not arrive", 400)
        if not self.names:
            raise IntakeError(f"there is no picture in it: send at least one file as {PICTURES}")

    @property
    def content(self) -> str:
        """The SHA-256 of what was sent, however the form was written: the pictures with their names, and the texts."""
        pictures = [[name, one.hexdigest()] for name, one in zip(self.names, self._hashes, strict=True)]
        return hashlib.sha256(json.dumps([pictures, self.fields], sort_keys=True).encode()).hexdigest()

    def close(self) -> None:
        """Lets go of a picture that is still being written."""
        if self._file:
            self._file.close()

    def _part(self) -> None:
        self._about, self._text, self._size = bytearray(), bytearray(), 0

    def _header_ended(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._about = bytearray(value)
        name.clear()
        value.clear()

    def _opened(self) -> None:
        _, options = parse_options_header(bytes(self._about))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if self._field != PICTURES:
            if self._field not in FIELDS or self._field in self.fields:
                known = ", ".join((PICTURES, *FIELDS))
                raise IntakeError(f"{inert(self._field[:50])!r}: is not a field, or is there twice; there are {known}")
            return
        if b"filename" not in options:
            raise IntakeError(f"{PICTURES}: is not a file; send each with the name of its file")
        name = _own(plain_name(_filename(options), len(self.names) + 1), self.names)
        self.room()
        self.names.append(name)
        self._hashes.append(hashlib.sha256())
        path = self.folder / str(len(self.names))
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600), "wb")

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._file is None:
            self._text += data[start:end]
            if len(self._text) > 4 * LONGEST:  # bytes, of which UTF-8 has up to four a character
                raise IntakeError(f"{self._field}: is longer than {LONGEST} characters")
            return
        self._total += end - start
        if self._size > self.file_bytes:
            said = f"picture {len(self.names)}: is larger than the {self.file_bytes / 1e6:g} MB that the policy allows"
            raise IntakeError(said, 413)
        if self._total > self.batch_bytes:
            raise IntakeError(f"a batch has at most {self.batch_bytes / 1e6:g} MB; send it in parts", 413)
        self._hashes[-1].update(data[start:end])
        self._file.write(data[start:end])

    def _ended(self) -> None:
        if self._file is None:
            try:
                self.fields[self._field] = text = self._text.decode()
            except UnicodeDecodeError as error:
                raise IntakeError(f"{self._field}: is not UTF-8") from error
            if len(text) > LONGEST:
                raise IntakeError(f"{self._field}: is longer than {LONGEST} characters")
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None

    def _finished(self) -> None:
        self._whole = True


def plain_name(sent: str, number: int) -> str:
    """The name that a picture is reported under: as it was sent, but for characters that act or lead somewhere.

    A path stays readable as one word, because its folders may carry a marking.

    Args:
        sent: the name that came with it.
        number: of the picture in its batch, which names one that came without.

    Raises:
        IntakeError: if it is too long.
    """
    acting = {letter for letter in sent if letter in NOT_IN_NAMES or unicodedata.category(letter) in ACTIVE}
    name = "".join("_" if letter in acting else letter for letter in sent).strip(" ")
    name = name.rstrip(".")  # Windows drops them
    if len(name.encode()) > LONGEST_NAME:
        raise IntakeError(f"picture {number}: its name is longer than {LONGEST_NAME} bytes; send a shorter one")
    if not name.strip("."):
        return f"picture {number}"
    return f"_{name}" if DEVICES.match(name) or name.startswith(".") else name


def _own(name: str, taken: list[str]) -> str:
    """The name, with a number if an earlier picture of the batch has it: neither may hide the other."""
    known = {one.casefold() for one in taken}
    path, count, own = PurePosixPath(name), 1, name
    while own.casefold() in known:
        count += 1
        own = f"{path.stem} ({count}){path.suffix}"
    return own


def _filename(options: dict[bytes, bytes]) -> str:
    return options.get(b"filename", b"").decode("utf-8", "replace")
