"""Response as a second phase: the variance when response classes are not the strata (docs/methods/estimation.md)."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ResponsePhase:
    """How the rows of a design came to be among the drawn units; make one with ``ResponsePhase.of``.

    Attributes:
        response_class: number of each row's class, 0 … C − 1; length m.
        probabilities: of each row to be known once drawn: its design weight over its weight after the adjustment for
            non-response, 0–1; length m.
        drawn_by_class: n_c, units drawn; length C.
        drawn_by_stratum: n_h, units drawn; length H.
        counts: m_c, rows by class; length C.
    """

    response_class: Integers
    probabilities: Floats
    drawn_by_class: Floats
    drawn_by_stratum: Floats
    counts: Integers = field(repr=False)

    @classmethod
    def of(
        cls,
        response_class: ArrayLike,
        probabilities: ArrayLike,
        drawn_by_class: ArrayLike,
        drawn_by_stratum: ArrayLike,
    ) -> Self:
        """Check and return a phase of response; rows are responding and known ineligible units, as in the design.

        Raises: ValueError if lengths differ, a class has fewer than two rows or more rows than drawn units, or a
            probability is not above 0 and at most 1.
        """
        classes, known = np.asarray(response_class, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
        by_class, by_stratum = (np.asarray(drawn, dtype=np.float64) for drawn in (drawn_by_class, drawn_by_stratum))
        counts = np.bincount(classes, minlength=by_class.size)
        if counts.size != by_class.size or known.shape != classes.shape:
            raise ValueError("one class and probability per row, one number of drawn units per class")
        if np.any(counts < 2) or np.any(counts > by_class):
            raise ValueError("a class has fewer than two rows, or more rows than drawn units: join it with another")
        if not np.all((known > 0) & (known <= 1 + 1e-9)):
            raise ValueError("a probability of response is above 0 and at most 1")
        return cls(classes, known, by_class, by_stratum, counts)

    def check(self, stratum: Integers, counts: Integers, populations: Floats) -> None:
        """Raise ValueError if it does not fit a design of ``counts`` rows by stratum."""
        if self.response_class.shape != stratum.shape or self.drawn_by_stratum.shape != populations.shape:
            raise ValueError("response classes of as many rows, and drawn units of as many strata, as the design has")
        if np.any((self.drawn_by_stratum < counts) | (self.drawn_by_stratum > populations)):
            raise ValueError("a stratum has fewer drawn units than rows, or more than workplaces")

    def covariance(self, z: Floats, weights: Floats, stratum: Integers, populations: Floats) -> Floats:
        """Return the covariances, k × k, of the sums of ``z``, m × k, over the draw and over the response.

        The draw: Σ_h (1 − n_h/N_h) · n_h/(n_h − 1) · Σ_i (π z − z̄_h)(π z − z̄_h)' / π, π the probability of response
        and z̄_h = Σ_i z / n_h. The response: Σ_c (1 − m_c/n_c) · m_c/(m_c − 1) · Σ_i e e', e = z − w · Σ_c z / Σ_c w,
        what the weighted mean of the class leaves, for that is what a row that is missing is replaced by.
        With classes equal to strata this is R's twophase(method = "simple").

        Args:
            weights: after the adjustment for non-response and before any calibration; length m.
            populations: N_h by stratum.

        Source: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, 9.3 and 15.6; R survey, twophase.
        """
        drawn, chance = self.drawn_by_stratum, self.probabilities
        of_draw = np.sqrt((1 - drawn / populations) * drawn / (drawn - 1))[stratum] / np.sqrt(chance)
        unknown = (1 - self.counts / self.drawn_by_class) * self.counts / (self.counts - 1)
        of_response = np.sqrt(unknown)[self.response_class]
        in_class = np.bincount(self.response_class, weights, self.counts.size)
        draw, response = np.empty(z.shape, order="F"), np.empty(z.shape, order="F")
        for column in range(z.shape[1]):
            values = z[:, column]
            means = np.bincount(stratum, values, drawn.size) / drawn
            draw[:, column] = (values * chance - means[stratum]) * of_draw
            rates = np.bincount(self.response_class, values, self.counts.size) / in_class
            response[:, column] = (values - weights * rates[self.response_class]) * of_response
        covariances: Floats = draw.T @ draw + response.T @ response
        return covariances
