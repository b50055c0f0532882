"""The two arrays that modules pass on: pictures, and what networks take and give. Types alone, but they load NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A picture: uint8 of shape (height, width, 3), RGB, or (height, width), grey.
Pixels = NDArray[np.uint8]
# Coordinates, probabilities, embeddings, a network's inputs and outputs.
Floats = NDArray[np.float32]
