"""The service's folder: what is in it and where, accessible to its owner alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from screening.office.office import flush, make_private, put_in_place

# A batch is in ID/PICTURES/1, 2, ...; its run in ID/RUN.
PICTURES, RUN = "pictures", "run"


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder; no name in it comes from a client."""

    path: Path

    @property
    def state(self) -> Path:
        """The file of the store."""
        return self.path / "state.sqlite3"

    @property
    def arriving(self) -> Path:
        """What is being received; nothing in it was accepted."""
        return self.path / "arriving"

    @property
    def batches(self) -> Path:
        """Whatever was accepted, a folder a batch."""
        return self.path / "batches"

    def prepare(self) -> None:
        """Makes the folder, and empties what was left half-received.

        Raises:
            OfficeError: if it cannot be made.
        """
        shutil.rmtree(self.arriving, ignore_errors=True)
        for folder in (self.path, self.arriving, self.batches):
            make_private(folder)

    def run(self, id: str) -> Path:
        """The run of a batch."""
        return self.batches / id / RUN

    def pictures(self, id: str) -> Path:
        """The pictures of a batch."""
        return self.batches / id / PICTURES

    def begin(self, id: str) -> Path:
        """Makes and returns the folder that the pictures of a batch are received into."""
        make_private(self.arriving / id)
        make_private(self.arriving / id / PICTURES)
        return self.arriving / id / PICTURES

    def keep(self, id: str) -> None:
        """Moves a batch that has arrived to the others; it is on disk when this returns.

        Raises:
            OSError: if that fails.
        """
        for folder in (self.arriving / id / PICTURES, self.arriving / id):
            flush(folder)
        put_in_place(self.arriving / id, self.batches / id)

    def drop(self, id: str) -> None:
        """Removes what was received of a batch that is not accepted."""
        for folder in (self.arriving, self.batches):
            shutil.rmtree(folder / id, ignore_errors=True)
