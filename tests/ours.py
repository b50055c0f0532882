"""The force that "we" are in tests of what counts as ours."""

from __future__ import annotations

from screening import settings

OURS = settings.read("west-midlands").force
