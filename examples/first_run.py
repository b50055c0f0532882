"""From a fresh clone to a first report, with Python 3.11 and nothing else.

Fetches uv if it is not there, installs what screening needs, draws a sample shoot, screens it, and says where the
report is. Run it with any Python from 3.11 on; it uses the standard library alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path

UV = "uv==0.13.9"
ROOT = Path(__file__).resolve().parent.parent
SHOOT, RUN = "sample-shoot", "sample-run"


def find_uv() -> list[str]:
    """How to call uv; installs it with pip if it is missing, even into an externally managed Python."""
    for attempt in ([], ["--quiet", UV], ["--quiet", "--user", "--break-system-packages", UV]):
        if attempt:
            subprocess.run([sys.executable, "-m", "pip", "install", *attempt], capture_output=True, check=False)
        if subprocess.run([sys.executable, "-m", "uv", "--version"], capture_output=True, check=False).returncode == 0:
            return [sys.executable, "-m", "uv"]
    # last, because README's second command also calls it as a module
    if program := shutil.which("uv"):
        return [program]
    raise SystemExit(f"first_run: uv could not be installed; install it ({UV}) and run this again")


def main() -> int:
    uv = [*find_uv(), "run", "--quiet", "--no-dev"]
    subprocess.run([*uv, "python", "-m", "fixtures.make_shoot", SHOOT], cwd=ROOT, check=True)
    scan = subprocess.run(
        [*uv, "screening", "scan", SHOOT, "--out", RUN, "--purpose", "Trying screening on a drawn sample shoot"],
        cwd=ROOT,
        check=False,
    )
    # The sample shoot is full of things that must not be published: 1, "held or blocked", is the right answer.
    if scan.returncode != 1:
        return scan.returncode or 2
    page = ROOT / RUN / "report.html"
    if sys.stdout.isatty():
        webbrowser.open(page.as_uri())
    print(f"Open {RUN}/report.html in a browser to see why each picture was held or blocked.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
