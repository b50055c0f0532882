"""Ships a trained network: its file to its place, its figures into its card, its SHA-256 into manifest.toml."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What is between these two in a card is written by a command; the rest by a person.
BEGIN, END = "<!-- written by train.py -->", "<!-- to here -->"


def ship(name: str, trained: bytes, out: Path, figures: str, *, folder: Path = HERE) -> None:
    """Write a trained network to its file; if that is the shipped one, record its figures and its hash too.

    Nothing is written unless everything can be: a network with a hash that is not in the manifest would block every
    picture.

    Args:
        name: the network's name in manifest.toml.
        trained: the network's file.
        out: where to write it; any path but the one in manifest.toml is a trial, which is not recorded.
        figures: Markdown.
        folder: the folder of manifest.toml.

    Raises:
        ValueError: if the manifest has no such entry, or the card has no place for figures.
    """
    digest = hashlib.sha256(trained).hexdigest()
    manifest, card = folder / "manifest.toml", out.with_name("card.md")
    known = manifest.read_text(encoding="utf-8")
    entry = re.search(rf'^\[{re.escape(name)}\]\nfile = "(.+)"\nsha256 = "(.*)"$', known, re.MULTILINE)
    if entry is None:
        raise ValueError(f"{manifest.name} has no entry for {name} that begins with its file and its sha256")
    texts = {}
    if out.resolve() == (folder / entry[1]).resolve():
        texts[card] = with_figures(card, figures)
        texts[manifest] = known[: entry.start(2)] + digest + known[entry.end(2) :]
    beside = out.with_name(out.name + ".new")
    beside.write_bytes(trained)
    beside.replace(out)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    print(figures)
    print(f"wrote {out.name}, {len(trained) / 1e6:.1f} MB, SHA-256 {digest}")
    print(f"recorded in {card.parent.name}/{card.name} and {manifest.name}" if texts else "a trial: recorded nowhere")


def with_figures(card: Path, figures: str) -> str:
    """The text of a card with figures in their place.

    Raises:
        ValueError: if it has no place for figures.
    """
    before, begin, rest = card.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{card.name} has no place for figures: {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n\n{figures.strip()}\n\n{END}{after}"
