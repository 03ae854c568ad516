"""What is believed of a round's response curve before it, and what its answers say of it (docs/methods/forecast.md)."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from responses.statistics import special
from responses.statistics.response_curve import (
    CALL_WINDOW,
    CALLS,
    DISPERSION,
    FIRST,
    FIRST_DAY,
    FREE_DAYS,
    MOST_REMINDERS,
    QUICK,
    SHARE_QUICK,
    SIZE,
    SLOW,
    Curve,
    Floats,
    Kind,
    Wave,
    hazards,
    survival,
)

STEPS = np.array([1.0, 0.5, 0.25, 0.1, 0.03, 0.01])  # how much of a step of the scoring is tried
MOST_STEPS = 40
DEGREES = 6.0  # of freedom of the t distribution that proposals come from
FEW = 0.1  # of the proposals: if no more weigh anything, others are made
MOST_ROUNDS = 3
LEAST = 1e-9  # answers that are expected on a day, however few
TINY = 1e-12  # keeps a covariance that is 0 in some direction from failing


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Where the parameters of a round most probably lie, and how surely: mode and covariance of the posterior."""

    mode: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What is believed of a round's parameters before it: they are normal, around a mean that all rounds share.

    Attributes:
        mean: length ``SIZE``.
        shared: covariance of the shared mean, as far as nobody knows it; ``SIZE`` × ``SIZE``.
        own: covariance of what differs from round to round.
    """

    mean: Floats
    shared: Floats
    own: Floats

    @property
    def covariance(self) -> Floats:
        return self.shared + self.own

    def after(self, fit: Fit) -> Self:
        """Return what is believed of the next round, now that a round has been fitted with these beliefs.

        With the shared mean μ ~ N(mean, shared), the round's parameters N(μ, own), and these fitted as N(θ, C):
        μ ~ N(mean + A(θ − mean), shared − A · shared + A · C · Aᵀ) with A = shared · (shared + own)⁻¹.
        """
        gain = np.linalg.solve(self.covariance, self.shared).T
        mean = self.mean + gain @ (fit.mode - self.mean)
        shared = self.shared - gain @ self.shared + gain @ fit.covariance @ gain.T
        return type(self)(mean, (shared + shared.T) / 2, self.own)


def _diagonal(deviations: dict[int, float]) -> Floats:
    matrix = np.zeros((SIZE, SIZE))
    for place, deviation in deviations.items():
        matrix[place, place] = deviation**2
    return matrix


def _of_reminders(*, common: float, trend: float, each: float) -> Floats:
    """Return the covariance of the reminders' effects: one part in common, one that grows with the number, their own.

    All three are standard deviations.
    """
    matrix = np.zeros((SIZE, SIZE))
    numbers = np.arange(MOST_REMINDERS)
    block = common**2 + trend**2 * np.outer(numbers, numbers) + each**2 * np.eye(MOST_REMINDERS)
    matrix[1 : MOST_REMINDERS + 1, 1 : MOST_REMINDERS + 1] = block
    return matrix


def _mean() -> Floats:
    mean = np.zeros(SIZE)
    mean[FIRST], mean[CALLS] = -0.7, -1.5
    mean[1 : MOST_REMINDERS + 1] = -0.42 - 0.24 * np.arange(MOST_REMINDERS)
    mean[[QUICK, SHARE_QUICK, SLOW]] = np.log(1.2), 0.4, np.log(6.8)
    mean[[FREE_DAYS, FIRST_DAY, DISPERSION]] = -1.2, np.log(0.5), np.log(0.05)
    return mean


# The assumptions of the method, on the scales of the parameters; docs/methods/forecast.md says them in words.
BEFORE_ANY_ROUND = Beliefs(
    mean=_mean(),
    shared=_of_reminders(common=0.35, trend=0.08, each=0.05)
    + _diagonal(
        {
            FIRST: 0.53,
            CALLS: 0.8,
            QUICK: 0.47,
            SHARE_QUICK: 0.58,
            SLOW: 0.43,
            FREE_DAYS: 0.8,
            FIRST_DAY: 0.5,
            DISPERSION: 0.8,
        }
    ),
    own=_of_reminders(common=0.12, trend=0.03, each=0.19)
    + _diagonal(
        {
            FIRST: 0.2,
            CALLS: 0.3,
            QUICK: 0.15,
            SHARE_QUICK: 0.18,
            SLOW: 0.15,
            FREE_DAYS: 0.4,
            FIRST_DAY: 0.3,
            DISPERSION: 0.6,
        }
    ),
)


class _Posterior:
    """The posterior density of a round's parameters, up to a constant."""

    def __init__(self, curve: Curve, beliefs: Beliefs) -> None:
        self.calls = curve.calls
        self.waves, self.free = curve.begun, curve.free[: curve.days]
        self.counts = np.asarray(curve.submitted, dtype=np.float64)
        self.open = curve.sampled - np.concatenate([[0.0], np.cumsum(self.counts)])[: curve.days]
        self.mean = beliefs.mean
        self.precision = np.linalg.inv(beliefs.covariance)

    def expected(self, parameters: Floats) -> Floats:
        """Return the expected answers of each day, given those before it, and last of the calls; B × (T + 1)."""
        days = np.maximum(self.open * hazards(survival(parameters, self.waves, self.free)), LEAST)
        return np.concatenate([days, self._followed(parameters)[:, None]], axis=1)

    def _followed(self, parameters: Floats) -> Floats:
        """Return how many of those called are expected to answer within the window; length B."""
        total = np.zeros(len(parameters))
        if not self.calls.made:
            return total
        others = survival(parameters, [wave for wave in self.waves if wave.kind is not Kind.CALLS], self.free)
        for day, number in self.calls.days:
            last = min(day + CALL_WINDOW, len(self.free) - 1)
            called = survival(parameters, [Wave(Kind.CALLS, 0, ((day, 1.0),))], self.free[: last + 1])[:, last]
            before = others[:, day - 1] if day else 1.0
            total += number * (1 - called * others[:, last] / before)
        return np.clip(total, 1e-6, self.calls.made - 1e-6)

    def log_likelihood(self, expected: Floats, dispersion: Floats) -> Floats:
        """Return the log probability of the counts; length B.

        Args:
            expected: B × (T + 1), as ``expected`` returns it.
            dispersion: φ, length B.
        """
        size = 1 / dispersion[:, None]
        means = expected[:, :-1]
        terms = (
            special.gammaln(self.counts + size)
            - special.gammaln(size)
            + size * np.log(size / (size + means))
            + self.counts * np.log(means / (size + means))
        )
        result: Floats = terms.sum(axis=1)
        if made := self.calls.made:
            share = expected[:, -1] / made
            result = result + self.calls.answered * np.log(share) + (made - self.calls.answered) * np.log1p(-share)
        return result

    def log_prior(self, parameters: Floats) -> Floats:
        away = parameters - self.mean
        result: Floats = -0.5 * np.einsum("bi,ij,bj->b", away, self.precision, away)
        return result

    def log_density(self, parameters: Floats) -> Floats:
        likelihood = self.log_likelihood(self.expected(parameters), np.exp(parameters[:, DISPERSION]))
        return likelihood + self.log_prior(parameters)

    def scoring(self, at: Floats) -> tuple[Floats, Floats]:
        """Return the gradient of the log density, and its Fisher information with that of the prior, at one place.

        The dispersion is left out of both: it has a step of its own.
        """
        step = 1e-4
        expected = self.expected(np.vstack([at, at + step * np.eye(SIZE)]))
        slopes, means = (expected[1:] - expected[0]) / step, expected[0]
        slopes[DISPERSION] = 0
        variance = means + np.exp(at[DISPERSION]) * means**2
        observed = np.append(self.counts, self.calls.answered)
        if made := self.calls.made:
            variance[-1] = means[-1] * (1 - means[-1] / made)
        else:
            slopes[:, -1], variance[-1], observed[-1] = 0, 1, means[-1]
        weighted = slopes / variance
        gradient = weighted @ (observed - means) - self.precision @ (at - self.mean)
        return gradient, weighted @ slopes.T + self.precision

    def dispersion(self, at: Floats) -> tuple[float, float]:
        """Return mean and variance of the log dispersion, with the other parameters as they are."""
        grid = np.arange(-9.0, 2.01, 0.25)
        places = np.repeat(at[None], len(grid), axis=0)
        places[:, DISPERSION] = grid
        expected = np.repeat(self.expected(at[None]), len(grid), axis=0)
        density = self.log_likelihood(expected, np.exp(grid)) + self.log_prior(places)
        weights = np.exp(density - density.max())
        weights /= weights.sum()
        mean = float(weights @ grid)
        return mean, float(weights @ (grid - mean) ** 2)


def fit(curve: Curve, beliefs: Beliefs) -> Fit:
    """Return mode and spread of the posterior, by Fisher scoring in steps that are shortened as needed."""
    posterior = _Posterior(curve, beliefs)
    at, density = beliefs.mean.copy(), -np.inf
    for _ in range(MOST_STEPS):
        at[DISPERSION], _variance = posterior.dispersion(at)
        gradient, information = posterior.scoring(at)
        direction = np.linalg.solve(information, gradient).clip(-2, 2)
        direction[DISPERSION] = 0
        tried = at + STEPS[:, None] * direction
        densities = posterior.log_density(tried)
        best = int(densities.argmax())
        if densities[best] < density + 1e-3:
            break
        at, density = tried[best], densities[best]
    _gradient, information = posterior.scoring(at)
    covariance = np.linalg.inv(information)
    covariance[DISPERSION, :] = covariance[:, DISPERSION] = 0
    at[DISPERSION], covariance[DISPERSION, DISPERSION] = posterior.dispersion(at)
    return Fit(at, (covariance + covariance.T) / 2)


def _touched(curve: Curve) -> NDArray[np.intp]:
    """Return the parameters that the answers say anything about."""
    places = {FIRST, QUICK, SHARE_QUICK, SLOW, FREE_DAYS, FIRST_DAY, DISPERSION}
    if curve.calls.made:
        places.add(CALLS)
    return np.array(sorted(places | {wave.place for wave in curve.begun}), dtype=np.intp)


def draws(curve: Curve, beliefs: Beliefs, number: int, rng: np.random.Generator) -> Floats:
    """Return draws from the posterior of a round's parameters, ``number`` × ``SIZE``.

    Importance sampling: proposals from a t distribution around the mode are drawn again with their weights; where few
    weigh anything, first once more around their weighted mean. Parameters that the answers say nothing about are
    drawn from the beliefs, given the others.
    Source: Geweke (1989), Bayesian inference in econometric models using Monte Carlo integration, Econometrica 57.
    """
    found, touched, posterior = fit(curve, beliefs), _touched(curve), _Posterior(curve, beliefs)
    own = np.ix_(touched, touched)
    centre, spread = found.mode[touched], found.covariance[own]
    precision = np.linalg.inv(beliefs.covariance[own])
    places, weights = np.repeat(beliefs.mean[None], number, axis=0), np.ones(number)
    for _ in range(MOST_ROUNDS):
        places[:, touched], log_proposal = _proposals(centre, spread, number, rng)
        away = places[:, touched] - beliefs.mean[touched]
        logs = posterior.log_likelihood(posterior.expected(places), np.exp(places[:, DISPERSION])) - log_proposal
        logs -= 0.5 * np.einsum("bi,ij,bj->b", away, precision, away)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        if 1 / (weights**2).sum() > FEW * number:
            break
        centre = weights @ places[:, touched]
        off = places[:, touched] - centre
        spread = 1.3 * (off * weights[:, None]).T @ off + 1e-4 * spread
    return _completed(places[_resampled(weights, rng)], touched, beliefs, rng)


def _proposals(centre: Floats, spread: Floats, number: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return draws from the t distribution, ``number`` × K, and the logarithm of their density, up to a constant."""
    size = len(centre)
    away = rng.standard_normal((number, size)) * np.sqrt(DEGREES / rng.chisquare(DEGREES, number))[:, None]
    log_density = -0.5 * (DEGREES + size) * np.log1p((away**2).sum(axis=1) / DEGREES)
    return centre + away @ np.linalg.cholesky(spread + TINY * np.eye(size)).T, log_density


def _resampled(weights: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return as many places as there are weights, each about as often as it weighs, in random order."""
    number = len(weights)
    points = (np.arange(number) + rng.random()) / number
    return rng.permutation(np.searchsorted(np.cumsum(weights), points).clip(0, number - 1))


def _completed(chosen: Floats, touched: NDArray[np.intp], beliefs: Beliefs, rng: np.random.Generator) -> Floats:
    """Draw the other parameters of each draw, given those that the answers say something about."""
    rest = np.setdiff1d(np.arange(SIZE), touched)
    covariance = beliefs.covariance
    slope = np.linalg.solve(covariance[np.ix_(touched, touched)], covariance[np.ix_(touched, rest)]).T
    left = covariance[np.ix_(rest, rest)] - slope @ covariance[np.ix_(touched, rest)]
    noise = rng.standard_normal((len(chosen), rest.size)) @ np.linalg.cholesky(left + TINY * np.eye(rest.size)).T
    away = chosen[:, touched] - beliefs.mean[touched]
    chosen[:, rest] = beliefs.mean[rest] + away @ slope.T + noise
    return chosen
