"""Processes that may ask for no other computer, in an empty home: whom they asked for all the same, what they left."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LISTENER = ROOT / "tests" / "listener"
# All that is kept of the surroundings: libraries keep quiet by themselves where a variable says that this is a check.
KEPT = "PATH LANG LC_ALL LD_LIBRARY_PATH SYSTEMROOT SYSTEMDRIVE COMSPEC PATHEXT NUMBER_OF_PROCESSORS".split()
NAMESPACE = ("unshare", "--user", "--map-root-user", "--net")


@functools.cache
def apart() -> tuple[str, ...]:
    """What a command is begun with to run in a network of its own; nothing where the system has or allows none."""
    if (
        shutil.which("unshare") is None
        or subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode
    ):
        return ()
    return (*NAMESPACE, sys.executable, str(LISTENER / "apart.py"))


@dataclass(frozen=True, slots=True)
class Alone:
    """A folder with an empty home and an empty folder for temporary files, and the office's own folder beside them."""

    folder: Path

    @classmethod
    def within(cls, folder: Path) -> Alone:
        made = cls(folder)
        for name in ("home", "temporary"):
            (folder / name).mkdir(parents=True)
        return made

    @property
    def log(self) -> Path:
        return self.folder / "listener.log"

    def environment(self) -> dict[str, str]:
        """The whole environment of a process that is listened to."""
        home, temporary = str(self.folder / "home"), str(self.folder / "temporary")
        return (
            {name: os.environ[name] for name in KEPT if name in os.environ}
            | dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), home)
            | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary)
            | {
                "LISTENER_LOG": str(self.log),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": os.pathsep.join(map(str, (LISTENER, ROOT))),
                "SCREENING_HOME": str(self.folder / "office"),
            }
        )

    def run(self, command: Sequence[str], **more: str) -> subprocess.CompletedProcess[str]:
        """Runs it where no other computer can be reached; `more` goes into its environment."""
        return subprocess.run(
            [*apart(), *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=self.folder,
            env=self.environment() | more,
        )

    def asked(self) -> list[str]:
        """What was asked for beyond this computer."""
        return [whom for what, whom in self._heard() if what == "asked for"]

    def strays(self, *places: Path) -> list[str]:
        """What was left in the home, among the temporary files, or anywhere but in the folder and in these places."""
        left = [path for name in ("home", "temporary") for path in (self.folder / name).rglob("*")]
        made = [Path(whom) for what, whom in self._heard() if what == "made"]
        known = [place.resolve() for place in (self.folder, *places)]
        left += [
            path for path in made if path.exists() and not any(path.resolve().is_relative_to(one) for one in known)
        ]
        return sorted({str(path) for path in left})

    def _heard(self) -> list[tuple[str, str]]:
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [(what, whom) for what, _, whom in (line.partition("\t") for line in lines)]
