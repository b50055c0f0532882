"""The service under load, in small: `python -m benchmarks.service` does the same for five minutes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.service import measure


@pytest.mark.skipif(os.name != "posix", reason="kills the service, as Windows does not")
def test_whatever_is_accepted_is_answered_rightly_under_twice_its_load_broken_clients_and_a_kill(
    tmp_path: Path,
) -> None:
    found = measure(tmp_path, seconds=4, kills=1, before=1)
    assert found.kills == 1
    assert found.accepted == found.answered > 0
    assert (found.wrong, found.code, found.log) == (0, 0, ())
    assert set(found.odd) <= {"0"}  # where it was killed
    assert found.broken > 0
