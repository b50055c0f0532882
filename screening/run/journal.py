"""What a scan found in each picture, stored in the run as soon as it is known.

A scan that resumes, or that finds most pictures unchanged, reuses these results and screens the rest. Each line is
sealed with a secret of the office, so that write access to the run is not enough to make a blocked picture clear. A
line counts only while everything that its result depends on is unchanged.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from screening import code
from screening.finding import ScreeningError
from screening.office.audit_line import canonical
from screening.office.office import BINARY, Office, locked, make_private, put_in_place, replace_file, stage
from screening.photo_report import PhotoReport, photo_fields
from screening.pipeline import Pipeline
from screening.policy import Policy
from screening.report import ModelInfo
from screening.run.files import JOURNAL, PREVIEWS
from screening.run.restore import restored_photo
from screening.run.shoot import Entry
from screening.weights import UNBLOCKED, UNFOLLOWED, read_bytes, sha256_of

# The secret's file name, and its length in bytes.
SECRET, LENGTH = "journal.key", 32
# The names of previews; nothing else in their folder is ours to remove.
OWN_PREVIEW = re.compile(r"[0-9a-f]{64}\.jpg")
T = TypeVar("T")


class JournalError(ScreeningError):
    """The journal cannot be written."""


class Journal:
    """The journal of one run.

    Attributes:
        taken_up: how many pictures were unchanged, so that their results were reused.
    """

    def __init__(
        self, folder: Path, office: Office, *, about: str, policy: Policy, scene: bool, show_text: bool, most: float
    ) -> None:
        """Opens the journal, or begins a new one.

        Args:
            folder: the run.
            office: whose secret seals it.
            about: what the results depend on (`subject`).
            policy: judges the findings that are reused.
            scene: whether the batch is from a scene.
            show_text: whether the run includes what was read.
            most: how many bytes of a file are screened.

        Raises:
            OSError: if it cannot be read or written.
        """
        self.path, self.previews = folder / JOURNAL, folder / PREVIEWS
        self.taken_up = 0
        self._secret = self._guarded(lambda: _secret(office))
        self._about = hashlib.sha256(f"{about} {scene} {show_text}".encode()).hexdigest()
        self._most = most
        self._policy, self._scene, self._show_text = policy, scene, show_text
        self._lines: dict[str, bytes] = {}
        self._there: dict[str, Mapping[str, Any]] = {}
        self._guarded(self._read)
        make_private(self.previews)

    def known(self, entries: Iterable[Entry]) -> dict[str, PhotoReport]:
        """The earlier results for unchanged files, by name; the rest are dropped.

        Raises:
            JournalError: if it cannot be written.
        """
        asked = [entry for entry in entries if entry.name in self._there]
        with ThreadPoolExecutor() as pool:  # hashing lets other threads run
            found = zip(asked, pool.map(self._taken_up, asked), strict=True)
            known = {entry.name: photo for entry, photo in found if photo is not None}
        self.taken_up = len(known)
        self._guarded(lambda: self._forget_others(known))
        return known

    def note(self, photo: PhotoReport) -> None:
        """Stores a result; what could not be screened is tried again next time.

        Raises:
            JournalError: if it cannot be written.
        """
        if photo.screened:
            self._guarded(lambda: self._append(photo))

    def _append(self, photo: PhotoReport) -> None:
        if photo.preview:
            _write(self.previews / f"{photo.sha256}.jpg", photo.preview, os.O_TRUNC)
        fields = {
            "about": self._about,
            "photo": photo_fields(photo, show_text=self._show_text),
            "preview": hashlib.sha256(photo.preview).hexdigest() if photo.preview else "",
        }
        _write(self.path, canonical(fields | {"seal": self._seal(fields)}) + b"\n", os.O_APPEND)

    def _forget_others(self, known: Mapping[str, PhotoReport]) -> None:
        replace_file(self.path, b"".join(self._lines[name] for name in known).decode())
        used = {f"{photo.sha256}.jpg" for photo in known.values()}
        for file in self.previews.iterdir():
            if OWN_PREVIEW.fullmatch(file.name) and file.name not in used:
                file.unlink()

    def _read(self) -> None:
        try:
            data = read_bytes(self.path)
        except FileNotFoundError:
            return
        # a last line without its end is one whose writer was stopped
        for line in data.split(b"\n")[:-1]:
            try:
                fields = json.loads(line)
                seal = fields.pop("seal")
                good = hmac.compare_digest(str(seal).encode(), self._seal(fields).encode())
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                continue
            if good and fields["about"] == self._about:
                self._there[fields["photo"]["file"]] = fields
                self._lines[fields["photo"]["file"]] = line + b"\n"

    def _taken_up(self, entry: Entry) -> PhotoReport | None:
        line = self._there[entry.name]
        preview = b""
        try:
            with entry.at_hand(self._most) as path:
                if sha256_of(path, most=self._most) != line["photo"]["sha256"]:
                    return None
            if line["preview"]:
                preview = read_bytes(self.previews / f"{line['photo']['sha256']}.jpg")
                if hashlib.sha256(preview).hexdigest() != line["preview"]:
                    return None
        except OSError:
            return None
        return replace(restored_photo(line["photo"], self._policy, scene=self._scene), preview=preview)

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except OSError as error:
            said = f"{self.path}: cannot be written ({error.strerror or 'input error'}); name another folder with --out"
            raise JournalError(said) from error

    def _seal(self, fields: Mapping[str, Any]) -> str:
        return hmac.new(self._secret, canonical(fields), hashlib.sha256).hexdigest()


def subject(pipeline: Pipeline, models: Iterable[ModelInfo], office: Office) -> str:
    """What the result for a picture depends on, besides its bytes and its name, as one hash; "" if that cannot be
    known, because a stage did not come from us."""
    if pipeline.foreign:
        return ""
    parts = [code.version(), pipeline.sha256, *(model.sha256 for model in models)]
    folder = office.register_folder(pipeline.register_folder)
    registers = sorted(file for file in folder.glob("*") if file.is_file())
    if registers:  # an entry is not valid after its last day
        parts += [datetime.datetime.now(datetime.UTC).date().isoformat(), *map(sha256_of, registers)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _secret(office: Office) -> bytes:
    """The office's secret, made on first use."""
    file = office.folder / SECRET
    with locked(file.with_name(f".{SECRET}.lock"), JournalError):
        if not file.is_file() or file.stat().st_size != LENGTH:  # an empty one seals nothing
            part = file.with_name(f".{SECRET}.part")
            stage(part, secrets.token_bytes(LENGTH))
            put_in_place(part, file)
        return file.read_bytes()


def _write(file: Path, data: bytes, flag: int) -> None:
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | UNFOLLOWED | UNBLOCKED | flag | BINARY, 0o600), "wb"
    ) as stream:
        stream.write(data)
