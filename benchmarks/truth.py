"""Do the intervals of the rehearsal cover what was planted, and what bias do weights remove?

    DATABASE_URL=sqlite:////tmp/benchmark.sqlite3 python -m benchmarks.truth --write docs/methods/rehearsal-values.md

Simulates whole fieldworks at full size in databases of their own, some without the planted non-response bias and one
with it, and holds all estimates to the truth; then draws as many samples as told, each answered at once
(tests/planted_rounds.py). docs/methods/rehearsal.md explains the figures. About 20 minutes.
"""

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import django
import numpy as np
from django.core.cache import cache
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from numpy.typing import NDArray
from scipy.stats import binom

from tests import environment

assert environment.VARIABLES  # set before Django reads its settings
os.environ["DEBUG"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
django.setup()

from responses.management.commands.planted_values import summary, table  # noqa: E402
from responses.simulation import rehearsal  # noqa: E402
from responses.simulation.field import Field  # noqa: E402
from responses.simulation.planted import SURE, Cell, Held, cells, covers, hold  # noqa: E402
from responses.simulation.register import FULL_SIZE  # noqa: E402
from responses.statistics.estimation import CONFIDENCE, Design  # noqa: E402
from surveys.actions.questionnaire import SHIPPED, shipped_document  # noqa: E402
from surveys.questionnaire.definition import Questionnaire  # noqa: E402
from surveys.questionnaire.document import from_yaml  # noqa: E402
from surveys.questionnaire.indicators import read_indicators  # noqa: E402
from tests.planted_rounds import Drawn, Population, draw, estimated, population  # noqa: E402

OPENS, SEED = date(2020, 1, 7), 1
SHOWN = ("R3-01", "R3-01a", "R3-02", "R3-02e", "R3-13", "R3-15", "R3-19", "R3-25", "R3-28", "R3-29")
Floats = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6], help="of the fieldworks without bias"
    )
    parser.add_argument("--write", type=Path, metavar="FILE.md")
    options = parser.parse_args()
    lines = list(report(options.draws, options.seeds))
    print("\n".join(lines))
    if options.write:
        options.write.write_text("\n".join(lines) + "\n", encoding="utf-8")


def report(draws: int, seeds: Sequence[int]) -> Iterator[str]:
    """Yield the whole page in Markdown."""
    questionnaire, wanted = instrument()
    yield "# The rehearsal held to what was planted in it: the figures"
    yield ""
    yield f"Made by `python -m benchmarks.truth --draws {draws} --write docs/methods/rehearsal-values.md`, not by hand."
    yield "What they mean: [rehearsal.md](rehearsal.md). Values in per cent; n is the unweighted base."
    yield ""
    held = {seed: fieldwork(seed, biased=False) for seed in seeds}
    yield "## Whole fieldworks without the planted non-response bias"
    yield ""
    yield from (f"- Seed {seed}. {summary(found)}" for seed, found in held.items())
    yield ""
    yield f"Seed {seeds[0]}:"
    yield ""
    yield from table(held[seeds[0]])
    yield ""
    yield "## One with it"
    yield ""
    yield f"- Seed {seeds[0]}. {summary(fieldwork(seeds[0], biased=True))}"
    yield ""
    for title, biased in (("without", False), ("with", True)):
        of = population(questionnaire, wanted, size=FULL_SIZE, sample=rehearsal.FULL_SAMPLE, biased=biased)
        yield f"## {draws} samples {title} the bias"
        yield ""
        yield from repeated(of, wanted, draws, biased)


def instrument() -> tuple[Questionnaire, list[Cell]]:
    document = shipped_document(rehearsal.INSTRUMENT)
    questionnaire, problems = from_yaml(document or "")
    assert questionnaire is not None, problems
    text = (SHIPPED / f"{rehearsal.INSTRUMENT}.indicators.yaml").read_text(encoding="utf-8")
    known, problems = read_indicators(text, questionnaire)
    assert known is not None, problems
    return questionnaire, list(cells(questionnaire, known))


def fieldwork(seed: int, *, biased: bool) -> list[Held]:
    """Simulate a whole fieldwork with mails and visits, and hold the program's estimates to the truth."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder, "benchmark.sqlite3"))
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            cache.clear()
            round_ = rehearsal.set_up(slug="demo", opens_on=OPENS, seed=seed)
            for _day in Field(round_, seed=seed, biased=biased).days(rehearsal.FIELD_DAYS):
                pass
            return list(hold(round_, seed, "en"))
        finally:
            teardown_databases(databases, verbosity=0)


@dataclass(slots=True)
class Tally:
    """What many samples say of one cell: whether intervals covered, and the errors under each weighting, in points."""

    truth: float
    covered: list[bool] = field(default_factory=list)
    surely: list[bool] = field(default_factory=list)
    errors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def mean(self, weighting: str) -> float:
        return float(np.mean(self.errors[weighting]))


def repeated(of: Population, wanted: Sequence[Cell], draws: int, biased: bool) -> Iterator[str]:
    rng = np.random.default_rng(SEED)
    tallies = {cell: Tally(truth) for cell in wanted if (truth := of.truth(cell)) is not None}
    for _ in range(draws):
        drawn = draw(of, rng)
        designs = weightings(of, drawn) if biased else {}
        for cell, tally in tallies.items():
            found = estimated(of, drawn, cell)
            if found.interval_low is not None and found.estimate is not None:
                tally.covered.append(covers(found, tally.truth, CONFIDENCE))
                tally.surely.append(covers(found, tally.truth, SURE))
                tally.errors["response"].append(100 * (found.estimate - tally.truth))
            for name, weights in designs.items():
                tally.errors[name].append(100 * (weighted_share(of, drawn, cell, weights) - tally.truth))
    yield from coverage_lines(tallies, draws)
    if biased:
        yield from bias_lines(tallies)


def coverage_lines(tallies: dict[Cell, Tally], draws: int) -> Iterator[str]:
    """Say how often intervals cover, over all cells and at the two ends, beside what chance alone would do."""
    shares = {cell: float(np.mean(tally.covered)) for cell, tally in tallies.items() if tally.covered}
    every = [flag for tally in tallies.values() for flag in tally.surely]
    low, high = (float(binom.ppf(p, draws, CONFIDENCE)) / draws for p in (0.0005, 0.9995))
    outside = {cell: share for cell, share in shares.items() if not low <= share <= high}
    yield f"- 95 % intervals that cover, over all {len(shares)} shares: {100 * np.mean(list(shares.values())):.2f} %"
    yield f"- 99.9 % intervals that cover: {100 * np.mean(every):.3f} %"
    yield f"- lowest and highest of a share: {100 * min(shares.values()):.1f} % and {100 * max(shares.values()):.1f} %"
    yield f"- shares outside the binomial 99.9 % range of 95 % ({100 * low:.1f}–{100 * high:.1f} %): {len(outside)}"
    for cell, share in sorted(outside.items(), key=lambda pair: pair[1]):
        off = tallies[cell].mean("response")
        where = f"{cell.indicator} {cell.option} ({cell.group or 'all'})"
        yield f"    - {where}: {100 * share:.1f} %, off by {off:+.2f} points"
    yield ""


def bias_lines(tallies: dict[Cell, Tally]) -> Iterator[str]:
    """Say how far each weighting is off on average, for some indicators and over all of them."""
    names = ("unweighted", "design", "response", "calibrated")
    yield "Mean error in points (estimate less truth):"
    yield ""
    yield f"| indicator | of whom | planted | {' | '.join(names)} |"
    yield "|---|---|---|---|---|---|---|"
    for cell, tally in tallies.items():
        if cell.indicator in SHOWN:
            errors = " | ".join(f"{tally.mean(name):+.2f}" for name in names)
            yield f"| {cell.indicator} | {cell.group or 'all'} | {100 * tally.truth:.1f} | {errors} |"
    sizes = " | ".join(f"{np.mean([abs(tally.mean(name)) for tally in tallies.values()]):.2f}" for name in names)
    yield f"| mean size over all {len(tallies)} shares | | | {sizes} |"
    yield ""


def weightings(of: Population, drawn: Drawn) -> dict[str, Floats]:
    """Return the weights to compare, one per row: none, N_h / n_h, and N_h / m_h calibrated to the frame's margins."""
    rows = drawn.rows
    return {
        "unweighted": np.ones(rows.size),
        "design": (of.populations / of.sizes)[of.stratum[rows]],
        "calibrated": calibrated(of, drawn.design, rows),
    }


def calibrated(of: Population, design: Design, rows: NDArray[np.int64]) -> Floats:
    """Return the linear calibration (GREG) of weights d to totals T: d (1 + x' (X'DX)⁻¹ (T − X'd)).

    x are the level, industry group, size class and region of a workplace, whose counts in the frame are known.
    Source: Deville & Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376–382.
    """
    columns = [np.ones(of.stratum.size)]
    columns += [codes == code for codes in of.register.values() for code in np.unique(codes)[1:]]
    frame = np.array(columns, dtype=np.float64).T
    x, d = frame[rows], design.weights
    step = np.linalg.lstsq((x * d[:, None]).T @ x, frame.sum(axis=0) - x.T @ d, rcond=None)[0]
    return np.asarray(d * (1 + x @ step))


def weighted_share(of: Population, drawn: Drawn, cell: Cell, weights: Floats) -> float:
    codes, inside = of.codes[cell.share][drawn.rows], of.codes[cell.domain][drawn.rows] == 1
    base = inside & (codes >= 0)
    return float(weights[base & (codes == 1)].sum() / weights[base].sum()) if base.any() else float("nan")


if __name__ == "__main__":
    main()
