"""The end of every training: what was measured goes into the network's card, and its SHA-256 into manifest.toml."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from screening.weights import sha256_of  # noqa: E402

# What lies between these two in a card, a command writes; what is around it, a person.
BEGIN, END = "<!-- written by train.py -->", "<!-- to here -->"


def ship(name: str, out: Path, figures: str, *, folder: Path = HERE) -> None:
    """Print the figures and the hash of a trained network; where it was written to the file that ships, record both.

    Args:
        name: of the network, as in manifest.toml.
        out: the file that the training wrote; any but the one of manifest.toml is a trial, unrecorded.
        figures: Markdown.
        folder: the folder of manifest.toml.

    Raises:
        ValueError: if the manifest has no such entry, or the card no place for figures.
    """
    print(figures, flush=True)
    print(f"wrote {out.name}, {out.stat().st_size / 1e6:.1f} MB, SHA-256 {sha256_of(out)}")
    manifest = folder / "manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    entry = re.search(rf"^\[{re.escape(name)}\]\n(?:[^\[\n].*\n)*", text, re.MULTILINE)
    if entry is None:
        raise ValueError(f"{manifest.name} has no entry for {name}")
    ships = re.search(r'^file = "(.+)"$', entry.group(), re.MULTILINE)
    if ships is None or out.resolve() != (folder / ships.group(1)).resolve():
        return
    renewed = re.sub(r'^sha256 = ".*"$', f'sha256 = "{sha256_of(out)}"', entry.group(), flags=re.MULTILINE)
    card = out.with_name("card.md")
    said = card.read_text(encoding="utf-8")
    before, begin, rest = said.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{card.name} has no place for figures: {BEGIN} ... {END}")
    card.write_text(f"{before}{BEGIN}\n\n{figures.strip()}\n\n{END}{after}", encoding="utf-8")
    manifest.write_text(text.replace(entry.group(), renewed), encoding="utf-8")
    print(f"recorded in {card.parent.name}/{card.name} and {manifest.name}")
