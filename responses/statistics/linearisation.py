"""What calibration takes out of a variance: the part of a variable that its auxiliary variables explain."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

DEPENDENT = 1e-9  # a direction of the auxiliary variables this short beside the longest one repeats the others


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What a design has to know of how its weights were calibrated; make one with ``Calibration.of``.

    Attributes:
        base_weights: the weights that went into the calibration, not those that came out; length m.
        basis: orthonormal columns that span √base weight · X; m × rank of X.
    """

    base_weights: Floats
    basis: Floats = field(repr=False)

    @classmethod
    def of(cls, auxiliary: ArrayLike, base_weights: ArrayLike) -> Self:
        """Return the calibration of weights to totals of some auxiliary variables; one decomposition, O(m q²).

        The same object serves post-stratification (X: one 0/1 column per cell), raking on margins (X: the 0/1 columns
        of all margins side by side), and calibration, whatever its distance function and bounds (X: its variables).
        Columns that repeat others, as those of several margins do, do no harm.

        Args:
            auxiliary: X, m × q, the values whose weighted sums were made to meet known totals, over the rows of the
                design: responding and known ineligible ones, in the design's order.
            base_weights: the weights before calibration, > 0; length m.

        Raises: ValueError if lengths differ or a value is not a finite number.
        """
        x, base = np.asarray(auxiliary, dtype=np.float64), np.asarray(base_weights, dtype=np.float64)
        if x.ndim != 2 or base.shape != x.shape[:1] or not np.isfinite(x).all():
            raise ValueError("auxiliary variables: one row per weight, all of them finite numbers")
        if not np.all((base > 0) & np.isfinite(base)):
            raise ValueError("one finite weight above 0 per row before calibration")
        scaled = x * np.sqrt(base)[:, None]
        lengths = np.linalg.norm(scaled, axis=0)
        columns, triangle = np.linalg.qr(scaled[:, lengths > 0] / lengths[lengths > 0])
        directions, sizes, _ = np.linalg.svd(triangle)
        return cls(base, columns @ directions[:, : sizes.size][:, sizes > DEPENDENT * sizes.max(initial=0.0)])

    def residuals(self, values: Floats, weights: Floats) -> Floats:
        """Return w (z/w − x'B̂): what is left of ``values`` z, which hold the calibrated weights w.

        B̂ is the regression of z/w on X weighted by the base weights. A total that was calibrated to has residuals 0:
        it is known. Shape m or m × k, as ``values``.
        Source: Deville & Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376–382; R survey,
            calibrate, postStratify and (to the precision of its iterations) rake.
        """
        scale = weights / np.sqrt(self.base_weights)
        if values.ndim == 2:
            scale = scale[:, None]
        scaled = values / scale
        left: Floats = (scaled - self.basis @ (self.basis.T @ scaled)) * scale
        return left
