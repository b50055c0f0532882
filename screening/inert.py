"""Makes a string from a file harmless wherever it is shown: no character in it moves the cursor or reorders text."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

# Control, format (including marks that reorder text), surrogate, private-use and unassigned characters; line breaks.
ACTIVE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def inert(text: str) -> str:
    """The text with every character that is active or cannot be shown spelt out: `\\x1b`, `\\u202e`."""
    return "".join(_spelt(letter) if unicodedata.category(letter) in ACTIVE else letter for letter in text)


def ascii_json(fields: Any) -> str:
    """JSON as inert plain ASCII, with a line end."""
    # "\x7f" (delete) is ASCII, and JSON does not escape it
    return json.dumps(fields, indent=2).replace("\x7f", "\\u007f") + "\n"


def _spelt(letter: str) -> str:
    code = ord(letter)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
