"""The array types that the layers exchange."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Days = NDArray[np.int32]
"""Days since 1970-01-01."""
Minor = NDArray[np.int64]
"""Money in minor units of its currency."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int32]
"""Positions in a sorted vocabulary."""
Rows = NDArray[np.int64]
"""Row numbers of a table."""
