"""Non-maximum suppression: keeps the best of things that are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def keep_best(items: Iterable[Item], same: Callable[[Item, Item], bool]) -> list[Item]:
    """The items, best first, without those that are the same as a better one that was kept.

    Args:
        items: sorted, the best first.
        same: whether an item (first argument) is the same as a better one (second).
    """
    kept: list[Item] = []
    for item in items:
        if not any(same(item, better) for better in kept):
            kept.append(item)
    return kept
