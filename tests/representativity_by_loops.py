"""R-indicators once more, case by case in plain Python: a second implementation to hold the first against.

Written from the published formulas with nothing in common with ``responses.statistics``: no numpy, no groups; the
logistic regression by bisection of one score equation after the other (not by Newton's method), with an effect for
every category (not one less), and inverses by elimination.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

Vector = list[float]
Matrix = list[Vector]


@dataclass(frozen=True)
class Unit:
    """A sampled workplace."""

    values: tuple[int, ...]
    stratum: int
    weight: float
    answered: bool


@dataclass(frozen=True)
class Found:
    propensities: Vector
    variance: float
    bias: float
    variance_of_variance: float

    @property
    def adjusted(self) -> float:
        return max(0.0, self.variance - self.bias)


def expit(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def propensities(units: Sequence[Unit]) -> Vector:
    """Every category's weighted number of expected answers is made that of the given ones, over and over."""
    effects: dict[Hashable, float] = defaultdict(float)
    keys = [[(number, value) for number, value in enumerate(unit.values)] for unit in units]
    for _ in range(400):
        before = dict(effects)
        for key in sorted({key for each in keys for key in each}):
            members = [i for i, each in enumerate(keys) if key in each]
            given = sum(units[i].weight for i in members if units[i].answered)
            rest = [sum(effects[other] for other in keys[i] if other != key) for i in members]
            low, high = -40.0, 40.0
            while high - low > 1e-13:
                middle = (low + high) / 2
                if sum(units[i].weight * expit(middle + r) for i, r in zip(members, rest, strict=True)) > given:
                    high = middle
                else:
                    low = middle
            effects[key] = (low + high) / 2
        if before and max(abs(effects[key] - before[key]) for key in effects) < 1e-12:
            break
    return [expit(sum(effects[key] for key in each)) for each in keys]


def inverse(matrix: Matrix) -> Matrix:
    size = len(matrix)
    rows = [[*row, *(1.0 if i == j else 0.0 for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [cell / rows[i][i] for cell in rows[i]]
        for r in range(size):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[size:] for row in rows]


def product(left: Matrix, right: Matrix) -> Matrix:
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*right, strict=True)] for row in left
    ]


def form(left: Vector, matrix: Matrix, right: Vector) -> float:
    return sum(a * matrix[i][j] * b for i, a in enumerate(left) for j, b in enumerate(right))


def dummies(units: Sequence[Unit]) -> Matrix:
    """The last category of each variable is the one left out."""
    columns = [(v, c) for v in range(len(units[0].values)) for c in sorted({u.values[v] for u in units})[:-1]]
    return [[1.0, *(1.0 if unit.values[v] == c else 0.0 for v, c in columns)] for unit in units]


def total_variance(units: Sequence[Unit], value: Callable[[int], float]) -> float:
    strata: dict[int, list[int]] = defaultdict(list)
    for i, unit in enumerate(units):
        strata[unit.stratum].append(i)
    found = 0.0
    for members in strata.values():
        n, size = len(members), sum(units[i].weight for i in members)
        mean = sum(value(i) for i in members) / n
        found += size**2 * (1 - n / size) * sum((value(i) - mean) ** 2 for i in members) / (n - 1) / n
    return found


def indicators(units: Sequence[Unit]) -> Found:
    rho, x = propensities(units), dummies(units)
    total = sum(unit.weight for unit in units)
    mean = sum(unit.weight * p for unit, p in zip(units, rho, strict=True)) / total
    width, every = range(len(x[0])), range(len(units))
    z = [[p * (1 - p) * cell for cell in row] for p, row in zip(rho, x, strict=True)]
    bread = inverse([[sum(units[i].weight * z[i][a] * x[i][b] for i in every) for b in width] for a in width])
    meat = [[sum(units[i].weight ** 2 * z[i][a] * x[i][b] for i in every) for b in width] for a in width]
    v = product(product(bread, meat), bread)
    variance = sum(units[i].weight * (rho[i] - mean) ** 2 for i in every) / (total - 1)
    estimated = sum(units[i].weight * form(z[i], v, z[i]) for i in every) / total
    bias = estimated - total_variance(units, lambda i: rho[i]) / total**2
    z_mean = [sum(units[i].weight * z[i][a] for i in every) / total for a in width]
    slope = [sum(units[i].weight * (rho[i] - mean) * (z[i][a] - z_mean[a]) for i in every) / total for a in width]
    spread = [
        [sum(units[i].weight * (z[i][a] - z_mean[a]) * (z[i][b] - z_mean[b]) for i in every) / total for b in width]
        for a in width
    ]
    twice = product(product(spread, v), product(spread, v))
    sampling = total_variance(units, lambda i: (rho[i] - mean) ** 2) / total**2
    return Found(rho, variance, bias, 4 * form(slope, v, slope) + 2 * sum(twice[a][a] for a in width) + sampling)


def partials(units: Sequence[Unit], rho: Vector, variable: int) -> dict[int, tuple[float, float]]:
    """Return the unconditional and conditional partial R-indicator of each category."""
    total = sum(unit.weight for unit in units)
    mean = sum(unit.weight * p for unit, p in zip(units, rho, strict=True)) / total
    found: dict[int, tuple[float, float]] = {}
    for code in {unit.values[variable] for unit in units}:
        members = [i for i, unit in enumerate(units) if unit.values[variable] == code]
        size = sum(units[i].weight for i in members)
        own = sum(units[i].weight * rho[i] for i in members) / size
        squares = 0.0
        for i in members:
            alike = [
                j
                for j, other in enumerate(units)
                if all(
                    a == b for v, (a, b) in enumerate(zip(units[i].values, other.values, strict=True)) if v != variable
                )
            ]
            middle = sum(units[j].weight * rho[j] for j in alike) / sum(units[j].weight for j in alike)
            squares += units[i].weight * (rho[i] - middle) ** 2
        found[code] = (math.sqrt(size / total) * (own - mean), math.sqrt(squares / total))
    return found
