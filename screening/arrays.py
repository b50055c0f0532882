"""The two array types that modules pass around: pictures, and the inputs and outputs of networks. Imports NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A picture: uint8 of shape (height, width, 3), RGB, or (height, width), grey.
Pixels = NDArray[np.uint8]
# Coordinates, probabilities, embeddings, a network's inputs and outputs.
Floats = NDArray[np.float32]
