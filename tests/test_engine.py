"""The engine: what a network answers does not depend on how it was compiled."""

from __future__ import annotations

import numpy as np
import pytest

from screening.engine import SHAPES, EngineError, load


def test_a_network_compiled_by_shape_answers_as_the_one_that_takes_any() -> None:
    anything, by_shape = load("text-detection"), load("text-detection", by_shape=True)
    random = np.random.default_rng(7)
    for side in [*range(64, 64 + 32 * (SHAPES + 2), 32), 64]:  # more shapes than are kept, and one that was dropped
        picture = random.uniform(-1, 1, (1, 3, 64, side)).astype(np.float32)
        assert np.allclose(anything(picture)[0], by_shape(picture)[0], atol=0.02)  # bfloat16 keeps eight bits


def test_a_network_wants_as_many_inputs_as_it_has() -> None:
    with pytest.raises(EngineError, match="takes 1 inputs, not 2"):
        load("text-detection")(np.zeros((1, 3, 32, 32)), np.zeros((1, 3, 32, 32)))
