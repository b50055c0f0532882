"""Entries of a register, made up."""

from __future__ import annotations

from typing import Any

import numpy as np

from screening.office.register_entry import Entry, packed

RANDOM = np.random.default_rng(4)


def entry(number: str = "aa", *, embedding: np.ndarray | None = None, **fields: Any) -> Entry:
    vector = RANDOM.normal(size=128).astype(np.float32) if embedding is None else embedding
    given: dict[str, Any] = {"name": "Ann Example", "reference": "REF-7", **fields}
    return Entry(id=number, embeddings=(packed(vector),), **given)
